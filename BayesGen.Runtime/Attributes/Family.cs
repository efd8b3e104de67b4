using BayesGen.Variational;

namespace BayesGen;

/// <summary>The posterior families that BayesGen ships.</summary>
/// <remarks>
/// What is known of each stands in the attributes of its posterior class. A new member is the last one, since the numbers of members are
/// part of compiled annotations.
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

    /// <summary>A scale for each neuron or channel, plain weights; drops units. See <see cref="GroupArdPosterior"/>.</summary>
    GroupArd,

    /// <summary>
    /// A scale for each neuron or channel with a log-uniform prior, Gaussian weights; drops units. See
    /// <see cref="GroupLogUniformPosterior"/>.
    /// </summary>
    GroupLogUniform,

    /// <summary>
    /// A scale for each neuron or channel under the horseshoe prior, Gaussian weights; drops units. See
    /// <see cref="GroupHorseshoePosterior"/>.
    /// </summary>
    GroupHorseshoe,
}
