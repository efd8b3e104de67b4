using BayesGen.Kernels;
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

/// <summary>The sum of a number per weight over all runs of a family.</summary>
internal static class ScoredSum
{
    public static Tensor Of<TPosterior>(
        IReadOnlyList<IScoredWeights<TPosterior>> weights, Func<IScoredWeights<TPosterior>, Tensor> perWeight)
        where TPosterior : class => OfRuns(weights, run =>
    {
        using var scores = perWeight(run);
        return run.Sum(scores);
    });

    /// <param name="weights">The runs.</param>
    /// <param name="ofRun">The sum over one run.</param>
    public static Tensor OfRuns<TPosterior>(
        IReadOnlyList<IScoredWeights<TPosterior>> weights, Func<IScoredWeights<TPosterior>, Tensor> ofRun)
        where TPosterior : class
    {
        Tensor? sum = null;
        foreach (var part in weights.Select(ofRun))
            sum = sum is null ? part : sum.Plus(part.to(sum.dtype, sum.device));
        return sum ?? throw new ArgumentException("There are no weights to score.", nameof(weights));
    }
}

/// <summary>Divergences estimated from a draw.</summary>
internal static class MonteCarlo
{
    /// <summary>log q(w) - log p(w), elementwise.</summary>
    public static Tensor LogRatio(IHasDensity? posterior, Prior prior, Tensor sample, string loss)
    {
        if (posterior is null)
            throw new NotSupportedException(
                $"{loss} needs a closed-form KL to {prior.GetType().Name} or a density of the posterior, and this family has neither. "
                + "Give the weight the family's own prior.");
        if (prior is not ProperPrior proper)
            throw new NotSupportedException(
                $"{loss} needs a prior with a density, and {prior.GetType().Name} is improper. Use a GaussianPrior.");
        using var logPrior = proper.LogProb(sample);
        using var logPosterior = posterior.LogProb(sample);
        return logPosterior - logPrior;
    }
}
