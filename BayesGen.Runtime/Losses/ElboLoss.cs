using BayesGen.Variational;

namespace BayesGen;

/// <summary>
/// The negative evidence lower bound: fit + beta KL(q || p) / N. The KL is the closed form where the family has one to its prior, else the
/// estimate log q(w) - log p(w) from the draw.
/// </summary>
/// <remarks>Blundell et al., "Weight Uncertainty in Neural Networks", 2015, eq. 1 and 2.</remarks>
public sealed class ElboLoss : VariationalLoss, IScores<IHasDivergence>
{
    /// <inheritdoc/>
    public Tensor Divergence(IReadOnlyList<IScoredWeights<IHasDivergence>> weights) => ScoredSum.OfRuns(weights, run =>
    {
        if (run.Kl() is { } known)
            return known;
        using var estimate = MonteCarlo.LogRatio(run.Posterior as IHasDensity, run.Prior, run.Sample, Name);
        return run.Sum(estimate);
    });
}
