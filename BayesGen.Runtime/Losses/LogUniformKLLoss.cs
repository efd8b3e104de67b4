using BayesGen.Variational;

namespace BayesGen;

/// <summary>
/// fit + beta KL(q || p) / N for the LogUniform family alone, in closed form; the same number as <see cref="ElboLoss"/>.
/// </summary>
/// <remarks>See <see cref="LogUniformPosterior.KlTo"/> for the formula.</remarks>
public sealed class LogUniformKLLoss : VariationalLoss, IScores<LogUniformPosterior>
{
    /// <inheritdoc/>
    public Tensor Divergence(IReadOnlyList<IScoredWeights<LogUniformPosterior>> weights) => ScoredSum.OfRuns(weights, run =>
        run.Kl() ?? throw new NotSupportedException(
            $"{Name} scores against the log-uniform prior, and a weight has a {run.Prior.GetType().Name}."));
}
