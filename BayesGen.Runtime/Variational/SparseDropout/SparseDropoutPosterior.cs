using BayesGen;
using BayesGen.Noise;
using BayesGen.Variational;

[assembly: ShippedFamily(Family.SparseDropout, typeof(SparseDropoutPosterior))]

namespace BayesGen.Variational;

/// <summary>
/// w = N(mu, sigma^2) in the additive parameterization of variational dropout, under a log-uniform prior: the noise is measured against
/// the weight by alpha = sigma^2 / mu^2, and a weight of large alpha is one the data does not need. The family to prune weights with.
/// </summary>
/// <remarks>
/// Molchanov, Ashukha, Vetrov, "Variational Dropout Sparsifies Deep Neural Networks", 2017. log alpha is clamped to [-8, 8] as in the
/// paper's experiments; beyond, a weight is all signal or all noise and the divergence has no slope worth following. The paper gives
/// biases no posterior, and prunes at log alpha = 3.
/// </remarks>
[PosteriorFamily(
    "SparseDropout", IncludesBias = false, SupportsLocal = true, LowestScore = -LogAlphaBound, HighestScore = LogAlphaBound,
    ScoreName = "-log alpha", NaturalThreshold = -3, DefaultPrior = typeof(LogUniformPrior))]
[PosteriorParameter("mu", HasWeightDecay = true)]
[PosteriorParameter("log_sigma2", LearningRateFactor = LogVarianceFactor)]
[ClosedFormKl(typeof(LogUniformPrior))]
public sealed class SparseDropoutPosterior : Posterior, IPosterior<SparseDropoutPosterior>, IHasClosedFormKl, IHasKernel
{
    /// <summary>sigma = 0.0067, the start of the paper's experiments.</summary>
    private const double DefaultLogSigma = -5;

    /// <summary>Keeps log mu^2 finite where mu is zero.</summary>
    internal const double Epsilon = 1e-8;

    internal const double LogAlphaBound = 8;

    /// <summary>A logarithm of a variance travels some ten units until its weight counts as pruned.</summary>
    private const double LogVarianceFactor = 3;

    private SparseDropoutPosterior(IReadOnlyList<Tensor> parameters) : base(parameters)
    {
    }

    /// <summary>The means.</summary>
    public Tensor Mu => Parameters[0];

    /// <summary>log sigma^2, natural logarithm.</summary>
    public Tensor LogSigma2 => Parameters[1];

    FamilyKernel IHasKernel.Kernel => SparseDropoutKernel.Instance;

    /// <inheritdoc/>
    public static SparseDropoutPosterior Over(IReadOnlyList<Tensor> parameters) => new(parameters);

    /// <inheritdoc/>
    public static void Initialize(SparseDropoutPosterior posterior, Tensor weight, WeightOptions options)
    {
        posterior.Mu.copy_(weight);
        posterior.LogSigma2.fill_(Operand(2 * (options.InitialLogSigma ?? DefaultLogSigma)));
    }

    /// <summary>The log-uniform prior.</summary>
    /// <param name="scale">Null; the prior has no scale.</param>
    /// <exception cref="ArgumentException">A scale is given.</exception>
    public static Prior DefaultPrior(double? scale) => scale is null
        ? new LogUniformPrior()
        : throw new ArgumentException("LogUniformPrior has no scale: remove PriorScale, or use the Gaussian family.", nameof(scale));

    /// <summary>log alpha = log sigma^2 - log mu^2, clamped to [-8, 8].</summary>
    /// <remarks>
    /// A method, since it computes a new tensor; <see cref="LogUniformPosterior.LogAlpha"/> is a property, since there it is a parameter.
    /// </remarks>
    /// <returns>A new tensor of the posterior's shape.</returns>
    public Tensor LogAlpha()
    {
        using var square = Mu.Squared();
        using var positive = square + Operand(Epsilon);
        using var log = positive.log();
        using var difference = LogSigma2.Subtract(log);
        return difference.clamp(Operand(-LogAlphaBound), Operand(LogAlphaBound));
    }

    /// <summary>w = mu + sigma eps, eps ~ N(0, 1).</summary>
    /// <inheritdoc/>
    public override Tensor Sample(NoiseSource noise)
    {
        using var epsilon = noise.Normal(Mu);
        using var half = LogSigma2 * Operand(0.5);
        using var sigma = half.exp();
        return addcmul(Mu, sigma, epsilon, Operand(1));
    }

    /// <summary>mu.</summary>
    /// <inheritdoc/>
    public override Tensor Mean() => Mu.clone();

    /// <summary>sigma^2.</summary>
    /// <inheritdoc/>
    public override Tensor Variance() => LogSigma2.exp();

    /// <summary>-log alpha; the paper keeps a weight where it is at least -3.</summary>
    /// <inheritdoc/>
    public override Tensor Score()
    {
        using var logAlpha = LogAlpha();
        return -logAlpha;
    }

    /// <summary>To <see cref="LogUniformPrior"/>: the approximation of eq. 14, which is 0 for a weight that is all noise.</summary>
    /// <inheritdoc/>
    public Tensor? KlTo(Prior prior)
    {
        if (prior is not LogUniformPrior)
            return null;
        using var logAlpha = LogAlpha();
        return LogUniformDivergence.OfLogAlpha(logAlpha);
    }
}
