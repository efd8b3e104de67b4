using BayesGen.Kernels;

namespace BayesGen.Likelihoods;

/// <summary>Numbers with noise of heavy tails: see <see cref="Likelihood.StudentT"/>.</summary>
internal sealed class StudentTLikelihood : RegressionLikelihood
{
    private const double LeastDegrees = 2;

    private readonly Scalar _constant;

    public StudentTLikelihood(double degreesOfFreedom, double? scale, bool ignoresNaN = false)
        : base(ignoresNaN)
    {
        if (!double.IsFinite(degreesOfFreedom) || degreesOfFreedom <= LeastDegrees)
            throw new ArgumentOutOfRangeException(
                nameof(degreesOfFreedom), degreesOfFreedom,
                "The degrees of freedom are finite and above 2: up to 2 the variance is infinite.");
        if (scale is { } known && (!double.IsFinite(known) || known <= 0))
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "The scale of the noise is positive and finite.");
        (DegreesOfFreedom, NoiseScale) = (degreesOfFreedom, scale);
        Density = new StudentTDensity(degreesOfFreedom);
        _constant = LogGamma.Of(degreesOfFreedom / 2) - LogGamma.Of((degreesOfFreedom + 1) / 2)
            + 0.5 * Math.Log(degreesOfFreedom * Math.PI);
    }

    /// <summary>nu.</summary>
    public double DegreesOfFreedom { get; }

    /// <summary>The scale; null where the network gives it.</summary>
    public double? NoiseScale { get; }

    internal override TargetDensity Density { get; }

    internal override LikelihoodText.Entry Written =>
        new(LikelihoodText.StudentT) { Degrees = DegreesOfFreedom, Scale = NoiseScale, IgnoresNaN = IgnoresNaN };

    public override string ToString() => FormattableString.Invariant($"Student's t of {DegreesOfFreedom} degrees of freedom")
        + (NoiseScale is { } scale ? FormattableString.Invariant($", scale {scale}") : ", learned scale")
        + (IgnoresNaN ? ", NaN ignored" : "");

    public override RegressionLikelihood IgnoringNaN() => new StudentTLikelihood(DegreesOfFreedom, NoiseScale, ignoresNaN: true);

    internal override (Tensor Mean, Tensor Variance) Read(Tensor output)
    {
        var wider = DegreesOfFreedom / (DegreesOfFreedom - 2);
        if (NoiseScale is { } scale)
        {
            var known = TargetRows.Of(output);
            return (known, full_like(known, Operand(scale * scale * wider), dtype: known.dtype, device: known.device));
        }

        var (mean, logSquare) = HalvesOfRows(
            output, "Student's t of a learned scale needs [N, 2 D], means and then logarithms of scale^2.");
        return (mean, logSquare.exp() * Operand(wider));
    }

    private protected override FitLoss MakeFitLoss() => new(ToString(), Sum, FitReduction.Sum);

    /// <summary>
    /// log s + (nu + 1) / 2 log(1 + ((y - m) / s)^2 / nu) + log Gamma(nu / 2) - log Gamma((nu + 1) / 2) + log(nu pi) / 2.
    /// </summary>
    private Tensor Sum(Tensor output, Tensor target)
    {
        var nu = DegreesOfFreedom;
        var (mean, logSquare) = NoiseScale is { } scale
            ? (output, full_like(output, Operand(2 * Math.Log(scale)), dtype: output.dtype, device: output.device))
            : Halves(output, target);
        var (targets, counts) = Aligned(mean, target);
        var squares = targets.Subtract(mean).Squared() * (-logSquare).exp();
        var losses = logSquare.MultiplyBy(0.5).AddTo(squares.DivideBy(nu).log1p().MultiplyBy((nu + 1) / 2));
        return Total(losses.AddTo(_constant), counts);
    }
}
