using BayesGen.Variational;

namespace BayesGen;

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
        return logPosterior.Subtract(logPrior);
    }
}
