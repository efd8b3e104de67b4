using BayesGen;
using BayesGen.Noise;
using BayesGen.Variational;

[assembly: ShippedFamily(Family.GroupHorseshoe, typeof(GroupHorseshoePosterior))]

namespace BayesGen.Variational;

/// <summary>
/// w = s z v with v ~ N(mu, sigma^2) for each weight, a log-normal scale z for each unit and one s for the layer, under the horseshoe
/// prior: most units vanish, and those that stay are not shrunk.
/// </summary>
/// <remarks>
/// Louizos, Ullrich, Welling, "Bayesian Compression for Deep Learning", 2017. z = sqrt(a b) with log-normal a and b, under Gamma(1/2, 1)
/// and the inverse Gamma(1/2, 1), is half-Cauchy a priori; s the same with Gamma(1/2, scale^2). Units are the input features of a linear
/// layer and the output channels of a convolution, unless the annotation says otherwise; biases are plain numbers outside of the scales.
/// </remarks>
[PosteriorFamily(
    "GroupHorseshoe", IncludesBias = false, SupportsLocal = true, ScoreName = "log of the mode of the unit's scale",
    NaturalThreshold = -4, DefaultPrior = typeof(HorseshoePrior))]
[PosteriorParameter("mu", HasWeightDecay = true)]
[PosteriorParameter("log_sigma")]
[PosteriorParameter("scale_a_mu", Extent = ParameterExtent.Unit, LearningRateFactor = ScaleFactor)]
[PosteriorParameter("scale_a_log_sigma2", Extent = ParameterExtent.Unit, LearningRateFactor = ScaleFactor)]
[PosteriorParameter("scale_b_mu", Extent = ParameterExtent.Unit, LearningRateFactor = ScaleFactor)]
[PosteriorParameter("scale_b_log_sigma2", Extent = ParameterExtent.Unit, LearningRateFactor = ScaleFactor)]
[PosteriorParameter("layer_a_mu", Extent = ParameterExtent.Layer, LearningRateFactor = ScaleFactor)]
[PosteriorParameter("layer_a_log_sigma2", Extent = ParameterExtent.Layer, LearningRateFactor = ScaleFactor)]
[PosteriorParameter("layer_b_mu", Extent = ParameterExtent.Layer, LearningRateFactor = ScaleFactor)]
[PosteriorParameter("layer_b_log_sigma2", Extent = ParameterExtent.Layer, LearningRateFactor = ScaleFactor)]
[ClosedFormKl(typeof(HorseshoePrior))]
public sealed class GroupHorseshoePosterior : Posterior, IPosterior<GroupHorseshoePosterior>, IHasClosedFormKl, IHasUnitScales
{
    /// <summary>sigma = 0.011, the start of Louizos et al.</summary>
    private const double DefaultLogSigma = HorseshoeScale.DefaultLogSigma2 / 2;

    /// <summary>A scale serves hundreds of weights and travels some ten units until its unit counts as dead.</summary>
    private const double ScaleFactor = 10;

    private static readonly GaussianPrior ValuePrior = new();

    private GroupHorseshoePosterior(IReadOnlyList<Tensor> parameters) : base(parameters)
    {
    }

    /// <summary>The means of v.</summary>
    public Tensor Mu => Parameters[0];

    /// <summary>The logarithm of the standard deviation of v.</summary>
    public Tensor LogSigma => Parameters[1];

    private GaussianPosterior Values => GaussianPosterior.Over([Mu, LogSigma]);

    private HorseshoeScale OfUnits => new([.. Parameters.Skip(2).Take(4)]);

    private HorseshoeScale OfLayer => new([.. Parameters.Skip(6)]);

    IReadOnlyList<KernelFactor> IHasKernelFactors.Factors { get; } =
    [
        new(2, GaussianKernel.Instance) { KlTo = prior => prior is HorseshoePrior ? GaussianKernel.Instance.KlTo(ValuePrior) : null },
        HorseshoeScale.Factor(_ => 1),
        HorseshoeScale.Factor(prior => prior.Scale),
    ];

    /// <inheritdoc/>
    public static GroupHorseshoePosterior Over(IReadOnlyList<Tensor> parameters) => new(parameters);

    /// <inheritdoc/>
    /// <remarks>
    /// The heavy tail of b lets the layer's scale start near 1 for some ten nats a layer, where a start at the prior's own scale would have
    /// to make up for it by weights of 1 / scale.
    /// </remarks>
    public static void Initialize(GroupHorseshoePosterior posterior, Tensor weight, WeightOptions options)
    {
        posterior.LogSigma.fill_(Operand(options.InitialLogSigma ?? DefaultLogSigma));
        posterior.OfUnits.Start(1);
        posterior.OfLayer.Start((options.Prior as HorseshoePrior)?.Scale ?? options.PriorScale ?? HorseshoePrior.DefaultScale);
        using var scale = posterior.ScaleMean();
        using var values = weight / scale;
        posterior.Mu.copy_(values);
    }

    /// <summary>The horseshoe prior.</summary>
    /// <param name="scale">The median of the layers' scales, or null for 1e-5.</param>
    public static Prior DefaultPrior(double? scale) => new HorseshoePrior(scale ?? HorseshoePrior.DefaultScale);

    /// <summary>w = s z (mu + sigma eps), eps ~ N(0, 1) for each weight, z for each unit and s for the layer.</summary>
    /// <inheritdoc/>
    public override Tensor Sample(NoiseSource noise)
    {
        using var values = Values.Sample(noise);
        using var ofUnits = OfUnits.Sample(noise);
        using var ofLayer = OfLayer.Sample(noise);
        using var scale = ofUnits * ofLayer;
        return values * scale;
    }

    /// <summary>E s E z mu.</summary>
    /// <inheritdoc/>
    public override Tensor Mean()
    {
        using var scale = ScaleMean();
        return Mu * scale;
    }

    /// <summary>E s^2 E z^2 (mu^2 + sigma^2) - (E s E z mu)^2.</summary>
    /// <inheritdoc/>
    public override Tensor Variance()
    {
        // With c the square of the relative noise of the scale, (E s E z)^2 (sigma^2 + c (mu^2 + sigma^2)): no difference of large numbers.
        using var scale = ScaleMean();
        using var scaleSquare = scale.Squared();
        using var ofUnits = OfUnits.Variance();
        using var ofLayer = OfLayer.Variance();
        using var spread = ofUnits.AddTo(ofLayer);
        using var noise = spread.expm1();
        using var variance = Values.Variance();
        using var square = Mu.Squared();
        using var power = square.AddTo(variance);
        using var total = addcmul(variance, noise, power, Operand(1));
        return scaleSquare * total;
    }

    /// <summary>The logarithm of the mode of s z for each unit.</summary>
    /// <inheritdoc/>
    public override Tensor Score()
    {
        using var ofUnits = OfUnits.LogMode();
        using var ofLayer = OfLayer.LogMode();
        return ofUnits.AddTo(ofLayer);
    }

    /// <summary>To <see cref="HorseshoePrior"/>: (sigma^2 + mu^2 - 1) / 2 - log sigma of each weight.</summary>
    /// <inheritdoc/>
    public Tensor? KlTo(Prior prior) => prior is HorseshoePrior ? Values.KlTo(ValuePrior) : null;

    /// <summary>
    /// Of each unit and of the layer: KL(a || Gamma(1/2, k^2)) + KL(b || inverse Gamma(1/2, 1)), with k = 1 and the scale of the prior.
    /// </summary>
    /// <inheritdoc/>
    public IReadOnlyList<Tensor> SharedKlTo(Prior prior) =>
        prior is HorseshoePrior(var scale) ? [OfUnits.KlTo(1), OfLayer.KlTo(scale)] : [];

    Tensor IHasUnitScales.ValueMean() => Mu.alias();

    Tensor? IHasUnitScales.ValueVariance() => Values.Variance();

    private Tensor ScaleMean()
    {
        using var ofUnits = OfUnits.Mean();
        using var ofLayer = OfLayer.Mean();
        return ofUnits * ofLayer;
    }
}
