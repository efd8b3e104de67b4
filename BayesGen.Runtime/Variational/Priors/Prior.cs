using BayesGen.Noise;

namespace BayesGen.Variational;

/// <summary>The prior distribution of weights. A value: two priors with the same numbers are equal.</summary>
/// <remarks>
/// Only a <see cref="ProperPrior"/> has a density that integrates to one and can be sampled; an improper prior such as
/// <see cref="LogUniformPrior"/> has a divergence to some posteriors and nothing else.
/// </remarks>
public abstract record Prior;

/// <summary>A prior with a normalized density.</summary>
public abstract record ProperPrior : Prior
{
    /// <summary>log p(w), elementwise.</summary>
    /// <param name="weights">Weights of any shape.</param>
    /// <returns>A new tensor of the same shape, in nats; gradients flow to <paramref name="weights"/>.</returns>
    public abstract Tensor LogProb(Tensor weights);

    /// <summary>Draws weights from the prior.</summary>
    /// <param name="like">A tensor that gives shape, dtype and device.</param>
    /// <param name="noise">The source of randomness.</param>
    /// <returns>A new tensor shaped as <paramref name="like"/>.</returns>
    public abstract Tensor Sample(Tensor like, NoiseSource noise);
}
