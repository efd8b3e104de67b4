using BayesGen.Variational;

namespace BayesGen;

/// <summary>The posterior families that BayesGen ships.</summary>
/// <remarks>
/// <c>using static BayesGen.Family;</c> lets an annotation read <c>[Bayesian(LogUniform)]</c>. The Gaussian family is not called
/// Normal, because <c>TorchSharp.Modules.Normal</c> would make the bare name ambiguous.
/// </remarks>
public enum Family
{
    /// <summary>w ~ N(mu, sigma^2), independent weights. See <see cref="GaussianPosterior"/>.</summary>
    Gaussian,

    /// <summary>w = z v with a log-uniform prior on the scale z. See <see cref="LogUniformPosterior"/>.</summary>
    LogUniform,

    /// <summary>Variational dropout with a rate of its own for each weight. See <see cref="SparseDropoutPosterior"/>.</summary>
    SparseDropout,
}
