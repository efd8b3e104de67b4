using BayesGen;
using BayesGen.Noise;
using BayesGen.Variational;

[assembly: ShippedFamily(Family.LogUniform, typeof(LogUniformPosterior))]

namespace BayesGen.Variational;

/// <summary>
/// w = z v with z ~ N(scale_mu, scale_mu^2 alpha) and v ~ N(mu, sigma^2), one scale z for each weight, under a log-uniform prior on z and
/// a standard normal prior on v. A weight whose scale drowns in its own noise (large alpha) is one the data does not need.
/// </summary>
/// <remarks>
/// Louizos, Ullrich, Welling, "Bayesian Compression for Deep Learning", 2017, with the group taken as the single weight. The divergence
/// of z is the approximation of Molchanov, Ashukha, Vetrov, "Variational Dropout Sparsifies Deep Neural Networks", 2017, eq. 14. It does
/// not depend on scale_mu, as the log-uniform prior has no scale. The family bears the name of its prior, not of its own distribution: w is
/// a product of two Gaussians.
/// </remarks>
[PosteriorFamily("LogUniform", ScoreName = "-log alpha", NaturalThreshold = 0, DefaultPrior = typeof(LogUniformPrior))]
[PosteriorParameter("mu", HasWeightDecay = true)]
[PosteriorParameter("log_sigma", LearningRateFactor = LogVarianceFactor)]
[PosteriorParameter("scale_mu")]
[PosteriorParameter("log_alpha", LearningRateFactor = LogVarianceFactor)]
[ClosedFormKl(typeof(LogUniformPrior))]
public sealed class LogUniformPosterior : Posterior, IPosterior<LogUniformPosterior>, IHasClosedFormKl, IHasKernel
{
    /// <summary>sigma = 0.0067, as for the Gaussian family.</summary>
    private const double DefaultLogSigma = -5;

    /// <summary>alpha = 0.018: the scale starts with 13 % of noise, far on the side of the weights that are kept.</summary>
    private const double DefaultLogAlpha = -4;

    /// <summary>A logarithm of a variance travels some ten units until its weight counts as pruned.</summary>
    private const double LogVarianceFactor = 3;

    private LogUniformPosterior(IReadOnlyList<Tensor> parameters) : base(parameters)
    {
    }

    /// <summary>The means of v.</summary>
    public Tensor Mu => Parameters[0];

    /// <summary>The logarithm of the standard deviation of v.</summary>
    public Tensor LogSigma => Parameters[1];

    /// <summary>The means of the scale z.</summary>
    public Tensor ScaleMu => Parameters[2];

    /// <summary>log alpha, where alpha = Var z / (E z)^2.</summary>
    public Tensor LogAlpha => Parameters[3];

    FamilyKernel IHasKernel.Kernel => LogUniformKernel.Instance;

    /// <inheritdoc/>
    public static LogUniformPosterior Over(IReadOnlyList<Tensor> parameters) => new(parameters);

    /// <inheritdoc/>
    public static void Initialize(LogUniformPosterior posterior, Tensor weight, WeightOptions options)
    {
        posterior.Mu.copy_(weight);
        posterior.LogSigma.fill_(Operand(options.InitialLogSigma ?? DefaultLogSigma));
        posterior.ScaleMu.fill_(Operand(1.0));
        posterior.LogAlpha.fill_(Operand(DefaultLogAlpha));
    }

    /// <summary>The log-uniform prior.</summary>
    /// <param name="scale">Null; the prior has no scale.</param>
    /// <exception cref="ArgumentException">A scale is given.</exception>
    public static Prior DefaultPrior(double? scale) => scale is null
        ? new LogUniformPrior()
        : throw new ArgumentException("LogUniformPrior has no scale: remove PriorScale, or use the Gaussian family.", nameof(scale));

    /// <summary>w = scale_mu (1 + sqrt(alpha) e1) (mu + sigma e2), e1 and e2 ~ N(0, 1).</summary>
    /// <inheritdoc/>
    public override Tensor Sample(NoiseSource noise)
    {
        using var scaleNoise = noise.Normal(Mu);
        using var valueNoise = noise.Normal(Mu);
        using var half = LogAlpha * Operand(0.5);
        using var ratio = half.exp();
        using var relative = ratio * scaleNoise;
        using var scale = addcmul(ScaleMu, ScaleMu, relative, Operand(1));
        using var sigma = LogSigma.exp();
        using var value = addcmul(Mu, sigma, valueNoise, Operand(1));
        return scale * value;
    }

    /// <summary>scale_mu mu.</summary>
    /// <inheritdoc/>
    public override Tensor Mean() => ScaleMu * Mu;

    /// <summary>scale_mu^2 (sigma^2 + alpha (mu^2 + sigma^2)).</summary>
    /// <inheritdoc/>
    public override Tensor Variance()
    {
        using var twice = LogSigma * Operand(2);
        using var variance = twice.exp();
        using var square = Mu.Squared();
        using var power = variance.AddTo(square);
        using var alpha = LogAlpha.exp();
        using var total = addcmul(variance, alpha, power, Operand(1));
        using var scale = ScaleMu.Squared();
        return scale * total;
    }

    /// <summary>-log alpha.</summary>
    /// <inheritdoc/>
    public override Tensor Score() => -LogAlpha;

    /// <summary>
    /// To <see cref="LogUniformPrior"/>: [(sigma^2 + mu^2 - 1) / 2 - log sigma] + [k1 + softplus(-log alpha) / 2 - k1 S(k2 + k3 log alpha)]
    /// with the logistic function S; up to the constant that the improper prior leaves open.
    /// </summary>
    /// <inheritdoc/>
    public Tensor? KlTo(Prior prior)
    {
        if (prior is not LogUniformPrior)
            return null;
        using var twice = LogSigma * Operand(2);
        using var variance = twice.exp();
        using var square = Mu.Squared();
        using var power = variance.AddTo(square);
        using var halfPower = power * Operand(0.5);
        using var ofValue = halfPower.Subtract(LogSigma);

        using var ofScale = LogUniformDivergence.OfLogAlpha(LogAlpha);
        using var sum = ofValue.AddTo(ofScale);
        return sum - Operand(0.5);
    }
}
