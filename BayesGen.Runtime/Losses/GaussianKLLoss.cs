using BayesGen.Variational;

namespace BayesGen;

/// <summary>
/// fit + beta KL / N for the Gaussian family, against the one prior N(m, s^2) that is best for all Gaussian weights of the network
/// together (empirical Bayes); the priors of the weights take no part.
/// </summary>
/// <remarks>
/// The best prior has m = mean(mu) and s^2 = mean(sigma^2 + (mu - m)^2) over the n weights, and leaves
/// KL = n/2 log s^2 - sum log sigma. Gradients flow through m and s.
/// </remarks>
public sealed class GaussianKLLoss : VariationalLoss, IScores<GaussianPosterior>
{
    /// <inheritdoc/>
    public Tensor Divergence(IReadOnlyList<IScoredWeights<GaussianPosterior>> weights)
    {
        var count = weights.Sum(run =>
        {
            if (run.Mask is null)
                return run.Posterior.Count;
            using var kept = run.Mask.sum();
            return kept.item<long>();
        });
        if (count == 0)
            return weights[0].Posterior.Mu.sum() * Operand(0);

        var mean = ScoredSum.Of(weights, run => run.Posterior.Mu.alias()) / Operand(count);
        var variance = ScoredSum.Of(weights, run =>
            run.Posterior.Variance().AddTo(
                run.Posterior.Mu.Subtract(mean.to(run.Posterior.Mu.dtype, run.Posterior.Mu.device)).Squared())) / Operand(count);
        var logSigma = ScoredSum.Of(weights, run => run.Posterior.LogSigma.alias());
        return (variance.log() * Operand(0.5 * count)).Subtract(logSigma);
    }
}
