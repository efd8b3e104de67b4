using BayesGen.Likelihoods;
using BayesGen.Prediction;

namespace BayesGen.LastLayers;

/// <summary>What of the covariance of a variational last layer is kept.</summary>
public enum LastLayerCovariance
{
    /// <summary>The whole covariance of the weights of each output: C in^2 numbers. Outputs are independent of each other.</summary>
    PerOutput,

    /// <summary>A variance for each weight: C in numbers.</summary>
    Diagonal,
}

/// <summary>How a variational last layer is fitted: a value that never changes.</summary>
public sealed record VariationalLastLayerOptions
{
    /// <summary>
    /// What of the covariance is kept. Null keeps that of each output where it takes at most 100 MB, else the variances. A regression
    /// always keeps all of it.
    /// </summary>
    public LastLayerCovariance? Covariance { get; init; }

    /// <summary>
    /// The noise of a regression, a given one, <see cref="GaussianNoise.Fixed"/>. Null is what the network was trained or loaded with,
    /// classes or Gaussian noise of a known size; and classes, logits [N, C] with class numbers [N], where nobody has said it.
    /// </summary>
    public GaussianNoise? Noise { get; init; }

    /// <summary>Whether the size of the noise of each output is fitted too; the given one is where the search starts.</summary>
    public bool FitNoise { get; init; }

    /// <summary>
    /// The precision 1 / s^2 of the prior N(0, s^2) of the weights, above 0. Null takes the one under which the bound is highest.
    /// </summary>
    public double? PriorPrecision { get; init; }

    /// <summary>The most passes over the features of a fit of classes; at least 1. A regression needs one.</summary>
    public int Iterations { get; init; } = 100;

    /// <summary>A fit of classes ends when a pass gains less than this, nats an example; above 0.</summary>
    public double Tolerance { get; init; } = 1e-6;

    /// <summary>The number of examples in a batch of the pass through the network; at least 1.</summary>
    public int BatchSize { get; init; } = 256;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Iterations, 1);
        if (!(Tolerance > 0 && double.IsFinite(Tolerance)))
            throw new ArgumentOutOfRangeException(nameof(Tolerance), Tolerance, "The tolerance is positive and finite, such as 1e-6.");
        if (PriorPrecision is { } precision && !(precision > 0 && double.IsFinite(precision)))
            throw new ArgumentOutOfRangeException(
                nameof(PriorPrecision), precision, "The precision of the prior is positive and finite; null finds it.");
        if (FitNoise && Noise is null)
            throw new ArgumentException("FitNoise is for a regression: say what its noise is (Noise).", nameof(FitNoise));
        if (Noise is { } noise && ((GaussianLikelihood)noise.Likelihood).Sigma is null)
            throw new ArgumentException(
                "A variational last layer has a noise of its own for each output: give GaussianNoise.Fixed(sigma), and FitNoise = true "
                + "where its size is not known.", nameof(Noise));
        if (Noise is not null && Covariance == LastLayerCovariance.Diagonal)
            throw new ArgumentException(
                "The posterior of a regression is known in closed form, with its whole covariance: leave Covariance out.",
                nameof(Covariance));
    }
}
