using BayesGen;
using BayesGen.Noise;
using BayesGen.Variational;

[assembly: ShippedFamily(Family.GroupArd, typeof(GroupArdPosterior))]

namespace BayesGen.Variational;

/// <summary>
/// w = z v with plain weights v and a scale z ~ N(m, s^2) for each unit, under the prior N(0, best) of automatic relevance determination: a
/// unit whose scale is all noise is one the data does not need. The family to drop neurons and channels with.
/// </summary>
/// <remarks>
/// Dai, Zhu, Guo, Wipf, "Compressing Neural Networks using the Variational Information Bottleneck", 2018. KL = log(1 + m^2 / s^2) / 2 for
/// each unit. A unit counts as dead from log alpha = log(s^2 / m^2) = 0 on, where noise is as large as signal. Units are the input features
/// of a linear layer and the output channels of a convolution, unless the annotation says otherwise; biases are plain numbers outside of z.
/// </remarks>
[PosteriorFamily(
    "GroupArd", IncludesBias = false, SupportsLocal = true, ScoreName = "-log alpha of the unit",
    NaturalThreshold = 0, DefaultPrior = typeof(ArdPrior))]
[PosteriorParameter("mu", HasWeightDecay = true)]
[PosteriorParameter("scale_mu", Extent = ParameterExtent.Unit, LearningRateFactor = ScaleFactor)]
[PosteriorParameter("scale_log_sigma2", Extent = ParameterExtent.Unit, LearningRateFactor = ScaleFactor)]
[ClosedFormKl(typeof(ArdPrior))]
public sealed class GroupArdPosterior : Posterior, IPosterior<GroupArdPosterior>, IHasClosedFormKl, IHasUnitScales
{
    /// <summary>A scale serves hundreds of weights and travels some ten units until its unit counts as dead.</summary>
    private const double ScaleFactor = 10;

    private GroupArdPosterior(IReadOnlyList<Tensor> parameters) : base(parameters)
    {
    }

    /// <summary>The weights v.</summary>
    public Tensor Mu => Parameters[0];

    /// <summary>The means m of the scales, one for each unit.</summary>
    public Tensor ScaleMu => Parameters[1];

    /// <summary>log s^2 of the scales, natural logarithm, one for each unit.</summary>
    public Tensor ScaleLogSigma2 => Parameters[2];

    private GaussianScale Scale => new(ScaleMu, ScaleLogSigma2);

    IReadOnlyList<KernelFactor> IHasKernelFactors.Factors { get; } =
    [
        KernelFactor.Plain,
        new(2, GaussianScale.Kernel.Instance)
        {
            KlTo = prior => prior is ArdPrior ard ? new ArdDivergence(ard.Cost) : null,
            Sample = (parameters, noise, examples) => new GaussianScale(parameters[0], parameters[1]).Sample(noise, examples),
        },
    ];

    /// <inheritdoc/>
    public static GroupArdPosterior Over(IReadOnlyList<Tensor> parameters) => new(parameters);

    /// <inheritdoc/>
    public static void Initialize(GroupArdPosterior posterior, Tensor weight, WeightOptions options)
    {
        posterior.Mu.copy_(weight);
        posterior.ScaleMu.fill_(Operand(1));
        posterior.ScaleLogSigma2.fill_(Operand(2 * options.InitialLogSigma ?? GaussianScale.DefaultLogSigma2));
    }

    /// <summary>The prior of automatic relevance determination.</summary>
    /// <param name="scale">Null; the prior has no scale.</param>
    /// <exception cref="ArgumentException">A scale is given.</exception>
    public static Prior DefaultPrior(double? scale) => scale is null
        ? new ArdPrior()
        : throw new ArgumentException("ArdPrior has no scale: remove PriorScale, or use the GroupHorseshoe family.", nameof(scale));

    /// <summary>log alpha = log s^2 - log m^2 of each unit.</summary>
    /// <returns>A new tensor in the shape of the scales.</returns>
    public Tensor LogAlpha() => Scale.LogAlpha();

    /// <summary>w = (m + s eps) v, eps ~ N(0, 1) for each unit.</summary>
    /// <inheritdoc/>
    public override Tensor Sample(NoiseSource noise)
    {
        using var scale = Scale.Sample(noise);
        return Mu * scale;
    }

    /// <summary>m v.</summary>
    /// <inheritdoc/>
    public override Tensor Mean() => Mu * ScaleMu;

    /// <summary>s^2 v^2.</summary>
    /// <inheritdoc/>
    public override Tensor Variance()
    {
        using var square = Mu.Squared();
        using var variance = ScaleLogSigma2.exp();
        return square * variance;
    }

    /// <summary>-log alpha of each unit; Dai et al. keep a unit where it is above 0.</summary>
    /// <inheritdoc/>
    public override Tensor Score()
    {
        using var logAlpha = LogAlpha();
        return -logAlpha;
    }

    /// <summary>To <see cref="ArdPrior"/>: nothing for the weights, whose prior is flat.</summary>
    /// <inheritdoc/>
    public Tensor? KlTo(Prior prior)
    {
        if (prior is not ArdPrior)
            return null;
        using var nothing = zeros(1, dtype: Mu.dtype, device: Mu.device);
        return nothing.expand(Shape);
    }

    /// <summary>log(1 + m^2 / s^2) / 2 of each unit, times the cost of the prior.</summary>
    /// <inheritdoc/>
    public IReadOnlyList<Tensor> SharedKlTo(Prior prior)
    {
        using var logAlpha = LogAlpha();
        return [ArdDivergence.Of(logAlpha, prior is ArdPrior ard ? ard.Cost : 1)];
    }

    Tensor IHasUnitScales.ValueMean() => Mu.alias();

    Tensor? IHasUnitScales.ValueVariance() => null;
}
