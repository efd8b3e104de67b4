using System.Globalization;
using System.Text.Json.Serialization;

namespace BayesGen.Prediction;

/// <summary>
/// What a posterior over regression networks says about some examples: for each output a mixture of Gaussians, one for each draw of the
/// weights. Plain numbers: nothing to dispose, safe to hand to other threads. As JSON it is one object for each example, and can be read
/// back; <see cref="ToString"/> has a line for each.
/// </summary>
/// <remarks>
/// By the law of total variance the variance splits into the variance over the draws of their means (epistemic: more data would remove it)
/// and the mean of their noise variances (aleatoric). Both are those of the mixture itself, without a correction for the number of samples.
/// Depeweg et al. 2018; Kendall, Gal 2017.
/// </remarks>
[JsonConverter(typeof(RegressionPredictionJson))]
public sealed class RegressionPrediction
{
    private const int Shown = 10;

    private const double LogTwoPi = 1.8378770664093453;

    /// <summary>The smallest normal double.</summary>
    private const double Smallest = 2.2250738585072014e-308;

    private readonly IReadOnlyList<double[][]> _means;
    private readonly IReadOnlyList<double[][]> _variances;

    internal RegressionPrediction(int samples, int outputs, IReadOnlyList<double[][]> means, IReadOnlyList<double[][]> variances)
    {
        (Samples, Outputs, _means, _variances) = (samples, outputs, means, variances);
        Mean = [.. means.Select(example => Array.ConvertAll(example, draws => draws.Average()))];
        EpistemicVariance = [.. means.Select(example => Array.ConvertAll(example, Spread))];
        AleatoricVariance = [.. variances.Select(example => Array.ConvertAll(example, draws => draws.Average()))];
        Variance = [.. EpistemicVariance.Zip(AleatoricVariance, (one, other) => one.Zip(other, (a, b) => a + b).ToArray())];
    }

    /// <summary>The number of draws.</summary>
    public int Samples { get; }

    /// <summary>The number of examples.</summary>
    public int Count => Mean.Count;

    /// <summary>The number D of outputs of an example.</summary>
    public int Outputs { get; }

    /// <summary>For each example the predictive mean of each output, in units of the target.</summary>
    public IReadOnlyList<double[]> Mean { get; }

    /// <summary>For each example and output the variance over the draws of their means, in squared units.</summary>
    public IReadOnlyList<double[]> EpistemicVariance { get; }

    /// <summary>For each example and output the mean over the draws of the noise variance, in squared units.</summary>
    public IReadOnlyList<double[]> AleatoricVariance { get; }

    /// <summary>For each example and output the predictive variance, the sum of both parts.</summary>
    public IReadOnlyList<double[]> Variance { get; }

    /// <summary>What every draw says of one output: the means of the mixture.</summary>
    /// <param name="example">The example, from 0.</param>
    /// <param name="output">The output, from 0.</param>
    public IReadOnlyList<double> MeansOfSamples(int example, int output = 0) => _means[example][output];

    /// <summary>The noise variance that every draw gives one output.</summary>
    /// <param name="example">The example, from 0.</param>
    /// <param name="output">The output, from 0.</param>
    public IReadOnlyList<double> VariancesOfSamples(int example, int output = 0) => _variances[example][output];

    /// <summary>
    /// The central interval that holds the target with a probability, noise included: between the quantiles (1 - level) / 2 and
    /// (1 + level) / 2 of the mixture itself, not of a Gaussian with its moments.
    /// </summary>
    /// <param name="level">The probability, above 0 and below 1.</param>
    public PredictionInterval CentralInterval(double level = 0.95)
    {
        if (!(level > 0 && level < 1))
            throw new ArgumentOutOfRangeException(nameof(level), level, "The level of an interval lies between 0 and 1.");
        return new PredictionInterval(level, Quantile((1 - level) / 2), Quantile((1 + level) / 2));
    }

    /// <summary>The quantile of every output, exact for the mixture; see <see cref="GaussianMixture.Quantile"/>.</summary>
    /// <param name="p">Above 0 and below 1.</param>
    /// <returns>For each example one number for each output, in units of the target.</returns>
    public IReadOnlyList<double[]> Quantile(double p)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return PlainNumbers.Of(GaussianMixture.Quantile(Components(_means), Components(_variances).sqrt(), p));
    }

    /// <summary>
    /// log p(y | x, data) of each example, nats: log mean_k prod_d N(y_d; mean_kd, sigma_kd^2), so that outputs are independent given the
    /// weights and not without them.
    /// </summary>
    /// <param name="targets">For each example its outputs.</param>
    public double[] LogDensity(IReadOnlyList<double[]> targets)
    {
        RegressionMetrics.RequireRows(Mean, targets);
        return [.. Enumerable.Range(0, Count).Select(example =>
        {
            var terms = Enumerable.Range(0, Samples).Select(draw => Enumerable.Range(0, Outputs).Sum(output =>
            {
                // A variance that has come to 0 is a peak of its own; the smallest number keeps it from being NaN.
                var (mean, variance) = (_means[example][output][draw], Math.Max(_variances[example][output][draw], Smallest));
                var offset = targets[example][output] - mean;
                return -0.5 * (offset * offset / variance + Math.Log(variance) + LogTwoPi);
            })).ToArray();
            var largest = terms.Max();
            return double.IsNegativeInfinity(largest) ? largest : largest + Math.Log(terms.Average(term => Math.Exp(term - largest)));
        })];
    }

    /// <summary>
    /// The continuous ranked probability score of each example, the mean over its outputs, in units of the target; exact for the mixture,
    /// see <see cref="GaussianMixture.Crps"/>.
    /// </summary>
    /// <param name="targets">For each example its outputs.</param>
    public double[] Crps(IReadOnlyList<double[]> targets)
    {
        RegressionMetrics.RequireRows(Mean, targets);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var y = tensor(targets.SelectMany(row => row).ToArray(), [Count, Outputs], ScalarType.Float64, CPU);
        return PlainNumbers.Flat(GaussianMixture.Crps(y, Components(_means), Components(_variances).sqrt()).mean([1]));
    }

    /// <summary>
    /// A line for each of the first examples: mean and standard deviation of every output, and both parts of the deviation.
    /// </summary>
    public override string ToString() => string.Join(
        Environment.NewLine,
        [
            string.Create(CultureInfo.InvariantCulture, $"{Count:N0} examples, {Samples} draws"),
            .. Enumerable.Range(0, Math.Min(Count, Shown)).Select(Line),
            .. Count > Shown ? [string.Create(CultureInfo.InvariantCulture, $"... and {Count - Shown:N0} more")] : Array.Empty<string>(),
        ]);

    private string Line(int i) => $"{i}: " + string.Join("; ", Enumerable.Range(0, Outputs).Select(d => string.Create(
        CultureInfo.InvariantCulture,
        $"{Mean[i][d]:G4} +- {Math.Sqrt(Variance[i][d]):G3} (epistemic {Math.Sqrt(EpistemicVariance[i][d]):G3}, "
        + $"aleatoric {Math.Sqrt(AleatoricVariance[i][d]):G3})")));

    private Tensor Components(IReadOnlyList<double[][]> numbers) => tensor(
        numbers.SelectMany(example => example.SelectMany(draws => draws)).ToArray(), [Count, Outputs, Samples], ScalarType.Float64, CPU)
        .permute(2, 0, 1);

    private static double Spread(double[] numbers)
    {
        var mean = numbers.Average();
        return numbers.Average(number => (number - mean) * (number - mean));
    }
}
