namespace BayesGen.Likelihoods;

/// <summary>
/// How one target is distributed given the weights, by the mean and the variance that a network gives it; and mixtures with equal weights
/// of several, one for each draw. For Gaussians there are functions over tensors, <c>GaussianMixture</c>.
/// </summary>
internal abstract class TargetDensity
{
    /// <summary>What it is called in files.</summary>
    public abstract string Name { get; }

    /// <summary>The logarithm of the density, or of the probability of a count.</summary>
    public abstract double Log(double target, double mean, double variance);

    /// <summary>The smallest number at which the distribution function of the mixture is at least p.</summary>
    /// <param name="means">The mean of each component.</param>
    /// <param name="variances">The variance of each.</param>
    /// <param name="p">Above 0 and below 1.</param>
    public abstract double Quantile(double[] means, double[] variances, double p);

    /// <summary>
    /// The continuous ranked probability score of the mixture, the integral of (P(y &lt;= z) - [target &lt;= z])^2 over z.
    /// </summary>
    public abstract double Crps(double target, double[] means, double[] variances);
}
