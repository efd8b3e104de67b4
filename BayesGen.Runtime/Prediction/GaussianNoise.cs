using BayesGen.Likelihoods;
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
public sealed class GaussianNoise
{
    internal GaussianNoise(GaussianLikelihood likelihood) => Likelihood = likelihood;

    /// <summary>The likelihood that it belongs to: what to train by, and what state files carry.</summary>
    public RegressionLikelihood Likelihood { get; }

    /// <summary>
    /// The network gives the noise: outputs are [N, 2 D], first D means, then D logarithms of variances. Train with
    /// <c>FitLoss.LearnedGaussian</c>. One number for all inputs is <see cref="LogSigma"/> with <see cref="Join"/>.
    /// </summary>
    public static GaussianNoise Learned { get; } = new(new GaussianLikelihood(sigma: null));

    /// <summary>Noise that is known beforehand: outputs are means, [N, D] or [N]. Train with <c>FitLoss.Gaussian(sigma)</c>.</summary>
    /// <param name="sigma">The standard deviation, in units of the target; positive.</param>
    public static GaussianNoise Fixed(double sigma) => new(new GaussianLikelihood(sigma));

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
        return new Parameter(full(outputs, Operand(logSigma), dtype: ScalarType.Float32, device: CPU));
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
        using var twice = logSigma * Operand(2);
        return cat([mean, twice.expand(mean.shape)], 1);
    }

    /// <summary>The same noise with another size: the variance of each output times a factor.</summary>
    /// <param name="factors">For each output a positive factor, or one for all; <c>CalibrateNoise</c> finds them.</param>
    public GaussianNoise Scaled(params IReadOnlyList<double> factors)
    {
        ArgumentNullException.ThrowIfNull(factors);
        var noise = (GaussianLikelihood)Likelihood;
        return new GaussianNoise(new GaussianLikelihood(noise.Sigma, Product(noise.Factors, factors), noise.IgnoresNaN));
    }

    /// <inheritdoc/>
    public override string ToString() => Likelihood.ToString();

    /// <summary>Means and variances of a batch, [N, D] each, float64.</summary>
    internal (Tensor Mean, Tensor Variance) Read(Tensor output) => Likelihood.Read(output);

    private static IReadOnlyList<double> Product(double[]? before, IReadOnlyList<double> factors) => before switch
    {
        null => factors,
        [var one] => [.. factors.Select(factor => factor * one)],
        _ when factors.Count == 1 => [.. before.Select(factor => factor * factors[0])],
        _ when factors.Count == before.Length => [.. before.Zip(factors, (one, other) => one * other)],
        _ => throw new ArgumentException(
            $"The noise is scaled for {before.Length} outputs, and there are {factors.Count} further factors.", nameof(factors)),
    };
}
