using BayesGen;
using BayesGen.Noise;
using BayesGen.Variational;

[assembly: ShippedFamily(Family.Gaussian, typeof(GaussianPosterior))]

namespace BayesGen.Variational;

/// <summary>q(w) = N(mu, sigma^2) with sigma = exp(log_sigma), independent weights.</summary>
/// <remarks>
/// Graves, "Practical Variational Inference for Neural Networks", 2011; Blundell et al., "Weight Uncertainty in Neural Networks", 2015.
/// </remarks>
[PosteriorFamily(
    "Gaussian", SupportsLocal = true, ScoreName = "log(abs(mu) / sigma)", NaturalThreshold = 0, DefaultPrior = typeof(GaussianPrior))]
[PosteriorParameter("mu", HasWeightDecay = true)]
[PosteriorParameter("log_sigma")]
[ClosedFormKl(typeof(GaussianPrior), typeof(LearnedGaussianPrior))]
public sealed class GaussianPosterior : Posterior, IPosterior<GaussianPosterior>, IHasClosedFormKl, IHasDensity, IHasKernel
{
    /// <summary>sigma = 0.0067: small beside the usual initial weights, so that training starts from the plain network.</summary>
    private const double DefaultLogSigma = -5;

    private const double HalfLogTwoPi = 0.91893853320467274178;

    private GaussianPosterior(IReadOnlyList<Tensor> parameters) : base(parameters)
    {
    }

    /// <summary>The means.</summary>
    public Tensor Mu => Parameters[0];

    /// <summary>log sigma, natural logarithm.</summary>
    public Tensor LogSigma => Parameters[1];

    FamilyKernel IHasKernel.Kernel => GaussianKernel.Instance;

    /// <inheritdoc/>
    public static GaussianPosterior Over(IReadOnlyList<Tensor> parameters) => new(parameters);

    /// <inheritdoc/>
    public static void Initialize(GaussianPosterior posterior, Tensor weight, WeightOptions options)
    {
        posterior.Mu.copy_(weight);
        posterior.LogSigma.fill_(Operand(options.InitialLogSigma ?? DefaultLogSigma));
    }

    /// <summary>N(0, scale^2), the standard normal without a scale.</summary>
    /// <param name="scale">The standard deviation, or null.</param>
    public static Prior DefaultPrior(double? scale) => new GaussianPrior(scale ?? 1);

    /// <summary>w = mu + sigma eps, eps ~ N(0, 1).</summary>
    /// <inheritdoc/>
    public override Tensor Sample(NoiseSource noise)
    {
        using var epsilon = noise.Normal(Mu);
        using var sigma = LogSigma.exp();
        return addcmul(Mu, sigma, epsilon, Operand(1));
    }

    /// <summary>mu.</summary>
    /// <inheritdoc/>
    public override Tensor Mean() => Mu.clone();

    /// <summary>sigma^2.</summary>
    /// <inheritdoc/>
    public override Tensor Variance()
    {
        using var twice = LogSigma * Operand(2);
        return twice.exp();
    }

    /// <summary>The logarithm of the signal-to-noise ratio, log(|mu| / sigma): Blundell et al. 2015, section 5.1.</summary>
    /// <inheritdoc/>
    public override Tensor Score()
    {
        using var magnitude = Mu.abs();
        using var log = magnitude.log();
        return log.Subtract(LogSigma);
    }

    /// <summary>
    /// To N(m, s^2): log(s / sigma) + (sigma^2 + (mu - m)^2) / (2 s^2) - 1/2. Other priors have no closed form here.
    /// </summary>
    /// <inheritdoc/>
    public Tensor? KlTo(Prior prior) => prior switch
    {
        GaussianPrior(var mean, var scale) => GaussianDivergence.Of(this, mean, scale),
        LearnedGaussianPrior learned => GaussianDivergence.Of(this, learned.Mean, learned.LogScale),
        _ => null,
    };

    /// <summary>-(w - mu)^2 / (2 sigma^2) - log sigma - log(2 pi) / 2.</summary>
    /// <inheritdoc/>
    public Tensor LogProb(Tensor weights)
    {
        using var offset = weights.Subtract(Mu);
        using var negative = -LogSigma;
        using var precision = negative.exp();
        using var standard = offset * precision;
        using var square = standard.Squared();
        using var half = square * Operand(-0.5);
        using var shifted = half - Operand(HalfLogTwoPi);
        return shifted.Subtract(LogSigma);
    }
}
