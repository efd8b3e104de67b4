namespace BayesGen.Variational;

/// <summary>
/// Automatic relevance determination: N(0, s^2) on the scale of a unit, with the variance s^2 that is best for its posterior, so that it
/// has no number of its own. The weights that the scale belongs to have a flat prior.
/// </summary>
/// <remarks>
/// MacKay, "Bayesian Nonlinear Modeling for the Prediction Competition", 1994; for the units of networks Dai, Zhu, Guo, Wipf,
/// "Compressing Neural Networks using the Variational Information Bottleneck", 2018. Not a density: it is fitted to each posterior.
/// </remarks>
public sealed record ArdPrior : Prior
{
    /// <summary>The name of the prior, which has no numbers.</summary>
    public override string ToString() => nameof(ArdPrior);
}
