using System.Numerics;
using BayesGen;
using BayesGen.Noise;
using BayesGen.Variational;

[assembly: ShippedFamily(Family.GroupLogUniform, typeof(GroupLogUniformPosterior))]

namespace BayesGen.Variational;

/// <summary>
/// w = z v with v ~ N(mu, sigma^2) for each weight and a scale z ~ N(m, s^2) for each unit, under a log-uniform prior on the scale and N(0,
/// 1) on v: units are dropped as a whole, and the noise of each weight says how many bits it needs.
/// </summary>
/// <remarks>
/// Louizos, Ullrich, Welling, "Bayesian Compression for Deep Learning", 2017, the group normal-Jeffreys prior. KL = the approximation of
/// <see cref="LogUniformPosterior"/> in log alpha = log(s^2 / m^2) for each unit, plus that of a Gaussian for each weight. Units are the
/// input features of a linear layer and the output channels of a convolution, unless the annotation says otherwise; biases are plain
/// numbers outside of z.
/// </remarks>
[PosteriorFamily(
    "GroupLogUniform", IncludesBias = false, SupportsLocal = true, ScoreName = "-log alpha of the unit",
    NaturalThreshold = 0, DefaultPrior = typeof(LogUniformPrior))]
[PosteriorParameter("mu", HasWeightDecay = true)]
[PosteriorParameter("log_sigma")]
[PosteriorParameter("scale_mu", Extent = ParameterExtent.Unit, LearningRateFactor = ScaleFactor)]
[PosteriorParameter("scale_log_sigma2", Extent = ParameterExtent.Unit, LearningRateFactor = ScaleFactor)]
[ClosedFormKl(typeof(LogUniformPrior))]
public sealed class GroupLogUniformPosterior : Posterior, IPosterior<GroupLogUniformPosterior>, IHasClosedFormKl, IHasUnitScales
{
    /// <summary>sigma = 0.011, the start of Louizos et al.</summary>
    private const double DefaultLogSigma = GaussianScale.DefaultLogSigma2 / 2;

    /// <summary>A scale serves hundreds of weights and travels some ten units until its unit counts as dead.</summary>
    private const double ScaleFactor = 10;

    private static readonly GaussianPrior ValuePrior = new();

    private GroupLogUniformPosterior(IReadOnlyList<Tensor> parameters) : base(parameters)
    {
    }

    /// <summary>The means of v.</summary>
    public Tensor Mu => Parameters[0];

    /// <summary>The logarithm of the standard deviation of v.</summary>
    public Tensor LogSigma => Parameters[1];

    /// <summary>The means m of the scales, one for each unit.</summary>
    public Tensor ScaleMu => Parameters[2];

    /// <summary>log s^2 of the scales, natural logarithm, one for each unit.</summary>
    public Tensor ScaleLogSigma2 => Parameters[3];

    private GaussianPosterior Values => GaussianPosterior.Over([Mu, LogSigma]);

    private GaussianScale Scale => new(ScaleMu, ScaleLogSigma2);

    IReadOnlyList<KernelFactor> IHasKernelFactors.Factors { get; } =
    [
        new(2, GaussianKernel.Instance) { KlTo = prior => prior is LogUniformPrior ? GaussianKernel.Instance.KlTo(ValuePrior) : null },
        new(2, GaussianScale.Kernel.Instance)
        {
            KlTo = prior => prior is LogUniformPrior ? new ScaleDivergence() : null,
            Sample = (parameters, noise, examples) => new GaussianScale(parameters[0], parameters[1]).Sample(noise, examples),
        },
    ];

    /// <inheritdoc/>
    public static GroupLogUniformPosterior Over(IReadOnlyList<Tensor> parameters) => new(parameters);

    /// <inheritdoc/>
    public static void Initialize(GroupLogUniformPosterior posterior, Tensor weight, WeightOptions options)
    {
        posterior.Mu.copy_(weight);
        posterior.LogSigma.fill_(Operand(options.InitialLogSigma ?? DefaultLogSigma));
        posterior.ScaleMu.fill_(Operand(1));
        posterior.ScaleLogSigma2.fill_(Operand(GaussianScale.DefaultLogSigma2));
    }

    /// <summary>The log-uniform prior on the scales.</summary>
    /// <param name="scale">Null; the prior has no scale.</param>
    /// <exception cref="ArgumentException">A scale is given.</exception>
    public static Prior DefaultPrior(double? scale) => scale is null
        ? new LogUniformPrior()
        : throw new ArgumentException(
            "LogUniformPrior has no scale: remove PriorScale, or use the GroupHorseshoe family.", nameof(scale));

    /// <summary>log alpha = log s^2 - log m^2 of each unit.</summary>
    /// <returns>A new tensor in the shape of the scales.</returns>
    public Tensor LogAlpha() => Scale.LogAlpha();

    /// <summary>w = (m + s e1) (mu + sigma e2), e1 ~ N(0, 1) for each unit and e2 for each weight.</summary>
    /// <inheritdoc/>
    public override Tensor Sample(NoiseSource noise)
    {
        using var values = Values.Sample(noise);
        using var scale = Scale.Sample(noise);
        return values * scale;
    }

    /// <summary>m mu.</summary>
    /// <inheritdoc/>
    public override Tensor Mean() => Mu * ScaleMu;

    /// <summary>(m^2 + s^2) (mu^2 + sigma^2) - m^2 mu^2.</summary>
    /// <inheritdoc/>
    public override Tensor Variance()
    {
        // m^2 sigma^2 + s^2 (mu^2 + sigma^2): no difference of large numbers.
        using var square = Mu.Squared();
        using var variance = Values.Variance();
        using var power = square.AddTo(variance);
        using var scaleVariance = ScaleLogSigma2.exp();
        using var scaleSquare = ScaleMu.Squared();
        using var ofScale = scaleVariance * power;
        return addcmul(ofScale, scaleSquare, variance, Operand(1));
    }

    /// <summary>-log alpha of each unit.</summary>
    /// <inheritdoc/>
    public override Tensor Score()
    {
        using var logAlpha = LogAlpha();
        return -logAlpha;
    }

    /// <summary>To <see cref="LogUniformPrior"/>: (sigma^2 + mu^2 - 1) / 2 - log sigma of each weight.</summary>
    /// <inheritdoc/>
    public Tensor? KlTo(Prior prior) => prior is LogUniformPrior ? Values.KlTo(ValuePrior) : null;

    /// <summary>k1 + softplus(-log alpha) / 2 - k1 S(k2 + k3 log alpha) of each unit.</summary>
    /// <inheritdoc/>
    public IReadOnlyList<Tensor> SharedKlTo(Prior prior)
    {
        using var logAlpha = LogAlpha();
        return [LogUniformDivergence.OfLogAlpha(logAlpha)];
    }

    Tensor IHasUnitScales.ValueMean() => Mu.alias();

    Tensor? IHasUnitScales.ValueVariance() => Values.Variance();

    private sealed class ScaleDivergence : GaussianScale.Divergence
    {
        protected override (Vector<T> Value, Vector<T> Slope) OfLogAlpha<T>(Vector<T> logAlpha) =>
            LogUniformDivergence.OfLogAlpha(logAlpha);
    }
}
