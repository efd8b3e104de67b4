using BayesGen.Noise;
using TorchSharp.Modules;

namespace BayesGen.Prediction;

/// <summary>
/// The noise around the function that a regression network computes: y ~ N(mean(x), sigma^2), independent over outputs. It says what the
/// network's outputs mean.
/// </summary>
/// <remarks>
/// Noise of its own for each input: Nix, Weigend, "Estimating the Mean and Variance of the Target Probability Distribution", 1994;
/// together with draws of the weights: Kendall, Gal, "What Uncertainties Do We Need in Bayesian Deep Learning for Computer Vision?", 2017.
/// </remarks>
public abstract class GaussianNoise
{
    private GaussianNoise()
    {
    }

    /// <summary>
    /// The network gives the noise: outputs are [N, 2 D], first D means, then D logarithms of variances. Train with
    /// <c>FitLoss.LearnedGaussian</c>. One number for all inputs is <see cref="LogSigma"/> with <see cref="Join"/>.
    /// </summary>
    public static GaussianNoise Learned { get; } = new LearnedNoise();

    /// <summary>Noise that is known beforehand: outputs are means, [N, D] or [N]. Train with <c>FitLoss.Gaussian(sigma)</c>.</summary>
    /// <param name="sigma">The standard deviation, in units of the target; positive.</param>
    public static GaussianNoise Fixed(double sigma)
    {
        if (!double.IsFinite(sigma) || sigma <= 0)
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "The standard deviation of the noise is positive and finite.");
        return new FixedNoise(sigma);
    }

    /// <summary>
    /// A log sigma for each output, the same for all inputs, to be a field of the network. It is learned with the weights that nobody
    /// annotated, and saved under the name of the field.
    /// </summary>
    /// <param name="outputs">The number D of outputs.</param>
    /// <param name="sigma">
    /// The standard deviation to start from, in units of the target; positive. Null starts from the residuals of the first step, and is 1
    /// until then.
    /// </param>
    /// <returns>A parameter of shape [D] and dtype float32 on the CPU; it moves with the network.</returns>
    /// <remarks>
    /// A trainer with <c>FitLoss.LearnedGaussian</c> moves it toward the residuals in closed form, a tenth of the way in each step, and
    /// not by its learning rate; so it is where <see cref="Join"/> gets the parameter itself, trained and unchanged. The residuals are
    /// those of the draws: the noise takes in how much the draws differ where there is data. See <c>CalibrateNoise</c>.
    /// </remarks>
    public static Parameter LogSigma(long outputs = 1, double? sigma = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        if (sigma is { } start && (!double.IsFinite(start) || start <= 0))
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "The standard deviation of the noise is positive and finite.");
        var logSigma = sigma is { } known ? Math.Log(known) : LogSigmaStart.Open;
        return new Parameter(full(outputs, logSigma, dtype: ScalarType.Float32, device: CPU));
    }

    /// <summary>
    /// Puts a learned log sigma beside the means, as <see cref="Learned"/> expects it: the last line of a network's forward.
    /// </summary>
    /// <param name="mean">The means, [N, D].</param>
    /// <param name="logSigma">Of shape [D], from <see cref="LogSigma"/>.</param>
    /// <returns>A new tensor [N, 2 D]: means, then 2 log sigma.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor Join(Tensor mean, Tensor logSigma)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(logSigma);
        if (mean.dim() != 2 || logSigma.dim() != 1 || mean.shape[1] != logSigma.shape[0])
            throw new ArgumentException(
                $"Means [{string.Join(", ", mean.shape)}] and log sigma [{string.Join(", ", logSigma.shape)}] "
                + $"do not fit: expected [N, D] and [D].",
                nameof(logSigma));
        JoinedNoise.Tell(logSigma);
        using var twice = logSigma * 2;
        return cat([mean, twice.expand(mean.shape)], 1);
    }

    /// <summary>The same noise with another size: the variance of each output times a factor.</summary>
    /// <param name="factors">For each output a positive factor, or one for all; <c>CalibrateNoise</c> finds them.</param>
    public GaussianNoise Scaled(params IReadOnlyList<double> factors)
    {
        ArgumentNullException.ThrowIfNull(factors);
        if (factors.Count == 0 || factors.Any(factor => !double.IsFinite(factor) || factor <= 0))
            throw new ArgumentException("The factors on the variance of the noise are positive and finite, at least one.", nameof(factors));
        return new ScaledNoise(this, [.. factors]);
    }

    /// <summary>Means and variances of a batch, [N, D] each, float64.</summary>
    internal abstract (Tensor Mean, Tensor Variance) Read(Tensor output);

    private static Tensor Matrix(Tensor output) => (output.dim() == 1 ? output.unsqueeze(1) : output).detach().to(ScalarType.Float64);

    private sealed class FixedNoise(double sigma) : GaussianNoise
    {
        public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"fixed, sigma {sigma}");

        internal override (Tensor Mean, Tensor Variance) Read(Tensor output)
        {
            if (output.dim() > 2)
                throw new InvalidOperationException(
                    $"The network gave an output of shape [{string.Join(", ", output.shape)}]; a regression needs means [N, D] or [N].");
            var mean = Matrix(output);
            return (mean, full_like(mean, sigma * sigma, dtype: mean.dtype, device: mean.device));
        }
    }

    private sealed class ScaledNoise(GaussianNoise noise, double[] factors) : GaussianNoise
    {
        public override string ToString() =>
            $"{noise}, variance times {string.Join(", ", factors.Select(factor => FormattableString.Invariant($"{factor:G4}")))}";

        internal override (Tensor Mean, Tensor Variance) Read(Tensor output)
        {
            var (mean, variance) = noise.Read(output);
            if (factors.Length != 1 && factors.Length != mean.shape[1])
                throw new InvalidOperationException(
                    $"The noise is scaled for {factors.Length} outputs, and the network has {mean.shape[1]}.");
            return (mean, variance * tensor(factors, dtype: ScalarType.Float64, device: mean.device));
        }
    }

    private sealed class LearnedNoise : GaussianNoise
    {
        public override string ToString() => "learned";

        internal override (Tensor Mean, Tensor Variance) Read(Tensor output)
        {
            if (output.dim() != 2 || output.shape[1] % 2 != 0)
                throw new InvalidOperationException(
                    $"The network gave an output of shape [{string.Join(", ", output.shape)}]; "
                    + $"learned noise needs [N, 2 D], means and then "
                    + "logarithms of variances. For known noise use GaussianNoise.Fixed(sigma).");
            var halves = Matrix(output).chunk(2, 1);
            return (halves[0], halves[1].exp());
        }
    }
}
