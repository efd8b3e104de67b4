using BayesGen.Noise;

namespace BayesGen.Variational;

/// <summary>q(w) = N(mu, sigma^2) with sigma = exp(log_sigma), independent weights.</summary>
/// <remarks>
/// Graves, "Practical Variational Inference for Neural Networks", 2011; Blundell et al., "Weight Uncertainty in Neural Networks", 2015.
/// </remarks>
public sealed class GaussianPosterior : Posterior, IPosterior<GaussianPosterior>, IHasClosedFormKl, IHasDensity, IHasKernel
{
    /// <summary>sigma = 0.0067: small beside the usual initial weights, so that training starts from the plain network.</summary>
    private const double DefaultLogSigma = -5;

    private const double HalfLogTwoPi = 0.91893853320467274178;
    private static readonly string[] Names = ["mu", "log_sigma"];

    private GaussianPosterior(IReadOnlyList<Tensor> parameters) : base(parameters)
    {
    }

    /// <inheritdoc/>
    public static string FamilyName => nameof(Family.Gaussian);

    /// <inheritdoc/>
    public static IReadOnlyList<string> ParameterNames => Names;

    /// <summary>Yes: the weights are independent Gaussians.</summary>
    public static bool SupportsLocal => true;

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
        posterior.LogSigma.fill_(options.InitialLogSigma ?? DefaultLogSigma);
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
        return addcmul(Mu, sigma, epsilon, 1);
    }

    /// <summary>mu.</summary>
    /// <inheritdoc/>
    public override Tensor Mean() => Mu.clone();

    /// <summary>sigma^2.</summary>
    /// <inheritdoc/>
    public override Tensor Variance()
    {
        using var twice = LogSigma * 2;
        return twice.exp();
    }

    /// <summary>The logarithm of the signal-to-noise ratio, log(|mu| / sigma): Blundell et al. 2015, section 5.1.</summary>
    /// <inheritdoc/>
    public override Tensor Score()
    {
        using var magnitude = Mu.abs();
        using var log = magnitude.log();
        return log - LogSigma;
    }

    /// <summary>
    /// To N(m, s^2): log(s / sigma) + (sigma^2 + (mu - m)^2) / (2 s^2) - 1/2. Other priors have no closed form here.
    /// </summary>
    /// <inheritdoc/>
    public Tensor? KlTo(Prior prior)
    {
        if (prior is LearnedGaussianPrior learned)
            return KlTo(learned);
        if (prior is not GaussianPrior(var mean, var scale))
            return null;
        using var variance = Variance();
        using var offset = Mu - mean;
        using var square = offset.square();
        using var spread = variance + square;
        using var scaled = spread * (0.5 / (scale * scale));
        using var shifted = scaled + (Math.Log(scale) - 0.5);
        return shifted - LogSigma;
    }

    /// <summary>The same with gradients to the scale of the prior.</summary>
    private Tensor KlTo(LearnedGaussianPrior prior)
    {
        using var variance = Variance();
        using var offset = Mu - prior.Mean;
        using var square = offset.square();
        using var spread = variance + square;
        using var twice = prior.LogScale * -2;
        using var precision = twice.exp();
        using var ratio = spread * precision;
        using var scaled = ratio * 0.5;
        using var constant = prior.LogScale - 0.5;
        using var shifted = scaled + constant;
        return shifted - LogSigma;
    }

    /// <summary>-(w - mu)^2 / (2 sigma^2) - log sigma - log(2 pi) / 2.</summary>
    /// <inheritdoc/>
    public Tensor LogProb(Tensor weights)
    {
        using var offset = weights - Mu;
        using var negative = -LogSigma;
        using var precision = negative.exp();
        using var standard = offset * precision;
        using var square = standard.square();
        using var half = square * -0.5;
        using var shifted = half - HalfLogTwoPi;
        return shifted - LogSigma;
    }
}
