using BayesGen.Likelihoods;
using BayesGen.Prediction;

namespace BayesGen.Laplace;

/// <summary>How a Laplace approximation is fitted and predicts: a value that never changes.</summary>
public sealed record LaplaceOptions
{
    /// <summary>
    /// What of the curvature is kept. Null keeps all of it where one layer of at most 2,000 weights is Gaussian, else Kronecker factors.
    /// </summary>
    public LaplaceStructure? Structure { get; init; }

    /// <summary>How outputs are predicted.</summary>
    public LaplacePredictive Predictive { get; init; } = LaplacePredictive.Linearized;

    /// <summary>
    /// The noise of a regression. Null is what the network was trained or loaded with: classes, yes and no, or Gaussian noise; and classes,
    /// logits [N, C] with class numbers [N], where nobody has said it.
    /// </summary>
    public GaussianNoise? Noise { get; init; }

    /// <summary>
    /// Whether the size of a noise that is given, <see cref="GaussianNoise.Fixed"/>, is fitted too, by the marginal likelihood: residuals
    /// on the data that a network was trained on are smaller than those on new data.
    /// </summary>
    public bool FitNoise { get; init; }

    /// <summary>
    /// The precision 1 / s^2 of the prior N(0, s^2) of the weights, above 0. Null takes for each layer the one under which the data are
    /// most probable (the marginal likelihood).
    /// </summary>
    public double? PriorPrecision { get; init; }

    /// <summary>The number of examples in a batch; at least 1.</summary>
    public int BatchSize { get; init; } = 256;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        if (PriorPrecision is { } precision && !(precision > 0 && double.IsFinite(precision)))
            throw new ArgumentOutOfRangeException(
                nameof(PriorPrecision), precision, "The precision of the prior is positive and finite; null finds it.");
        if (FitNoise && Noise is null)
            throw new ArgumentException("FitNoise is for a regression: say what its noise is (Noise).", nameof(FitNoise));
        if (FitNoise && ((GaussianLikelihood)Noise!.Likelihood).Sigma is null)
            throw new ArgumentException(
                "FitNoise is for a noise that is given, GaussianNoise.Fixed(sigma): one that the network learned was fitted with it. "
                + "Leave FitNoise out, or correct the noise by CalibrateNoise on other examples.", nameof(FitNoise));
    }
}
