using BayesGen.Kernels;

namespace BayesGen.Likelihoods;

/// <summary>
/// Numbers with Gaussian noise, of a known size or given by the network: see <see cref="Likelihood.Gaussian"/> and
/// <see cref="Likelihood.LearnedGaussian"/>.
/// </summary>
internal sealed class GaussianLikelihood : RegressionLikelihood
{
    private static readonly Scalar LogTwoPi = Math.Log(2 * Math.PI);

    private readonly KeptNumbers? _logFactors;

    public GaussianLikelihood(double? sigma, IReadOnlyList<double>? factors = null, bool ignoresNaN = false)
        : base(ignoresNaN)
    {
        if (sigma is { } known && (!double.IsFinite(known) || known <= 0))
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "The standard deviation of the noise is positive and finite.");
        if (factors is not null && (factors.Count == 0 || factors.Any(factor => !double.IsFinite(factor) || factor <= 0)))
            throw new ArgumentException("The factors on the variance of the noise are positive and finite, at least one.", nameof(factors));
        (Sigma, Factors) = (sigma, factors is null ? null : [.. factors]);
        _logFactors = Factors is null ? null : new KeptNumbers(Array.ConvertAll(Factors, Math.Log));
    }

    /// <summary>The standard deviation; null where the network gives it.</summary>
    public double? Sigma { get; }

    /// <summary>For each output, or for all, a factor on the variance; null is none.</summary>
    public double[]? Factors { get; }

    internal override LikelihoodText.Entry Written =>
        new(LikelihoodText.Gaussian) { Scale = Sigma, Weights = Factors, IgnoresNaN = IgnoresNaN };

    public override string ToString() => (Sigma is { } sigma ? FormattableString.Invariant($"Gaussian, sigma {sigma}") : "learned Gaussian")
        + (Factors is null
            ? "" : $", variance times {string.Join(", ", Factors.Select(factor => FormattableString.Invariant($"{factor:G4}")))}")
        + (IgnoresNaN ? ", NaN ignored" : "");

    public override RegressionLikelihood IgnoringNaN() => new GaussianLikelihood(Sigma, Factors, ignoresNaN: true);

    internal override (Tensor Mean, Tensor Variance) Read(Tensor output)
    {
        var (mean, variance) = Unscaled(output);
        if (Factors is null)
            return (mean, variance);
        if (Factors.Length != 1 && Factors.Length != mean.shape[1])
            throw new InvalidOperationException(
                $"The noise is scaled for {Factors.Length} outputs, and the network has {mean.shape[1]}.");
        return (mean, variance * tensor(Factors, dtype: ScalarType.Float64, device: mean.device));
    }

    private protected override FitLoss MakeFitLoss() => Factors is null && !IgnoresNaN
        ? Sigma is { } sigma ? FitLoss.Gaussian(sigma) : FitLoss.LearnedGaussian
        : new FitLoss(ToString(), Sum, FitReduction.Sum);

    private (Tensor Mean, Tensor Variance) Unscaled(Tensor output)
    {
        if (Sigma is { } sigma)
        {
            var mean = TargetRows.Of(output);
            return (mean, full_like(mean, Operand(sigma * sigma), dtype: mean.dtype, device: mean.device));
        }

        var (ofMean, logVariance) = HalvesOfRows(
            output, "learned noise needs [N, 2 D], means and then logarithms of variances. For known noise use GaussianNoise.Fixed(sigma).");
        return (ofMean, logVariance.exp());
    }

    /// <summary>(log v + (y - m)^2 / v + log(2 pi)) / 2.</summary>
    private Tensor Sum(Tensor output, Tensor target)
    {
        var (mean, logVariance) = Sigma is { } sigma
            ? (output, full_like(output, Operand(2 * Math.Log(sigma)), dtype: output.dtype, device: output.device))
            : Halves(output, target);
        if (Factors is not null)
            logVariance = logVariance.AddTo(_logFactors!.Along(mean, Math.Max(1, mean.dim() - 1)));
        var (targets, counts) = Aligned(mean, target);
        return Total(logVariance.AddTo(targets.Subtract(mean).Squared() * (-logVariance).exp()).AddTo(LogTwoPi), counts).MultiplyBy(0.5);
    }
}
