using System.Globalization;
using System.Text.Json.Serialization;
using BayesGen.Likelihoods;

namespace BayesGen.Prediction;

/// <summary>
/// What a posterior over regression networks says about some examples: for each output a mixture of Gaussians, or of what else the
/// likelihood has (Student's t, Poisson), one for each draw of the weights. Plain numbers: nothing to dispose, safe to hand to other
/// threads. As JSON it is one object for each example, and can be read back; <see cref="ToString"/> has a line for each.
/// </summary>
/// <remarks>
/// By the law of total variance the variance splits into the variance over the draws of their means (epistemic: more data would remove it)
/// and the mean of their noise variances (aleatoric). Both are those of the mixture itself, without a correction for the number of samples.
/// Depeweg et al. 2018; Kendall, Gal 2017.
/// </remarks>
[JsonConverter(typeof(RegressionPredictionJson))]
public sealed partial class RegressionPrediction
{
    private const int Shown = 10;

    private readonly IReadOnlyList<double[][]> _means;
    private readonly IReadOnlyList<double[][]> _variances;

    /// <param name="samples">The number of components.</param>
    /// <param name="outputs">The number of outputs.</param>
    /// <param name="means">The means of the components, by example, output and component.</param>
    /// <param name="variances">Their variances.</param>
    /// <param name="weights">
    /// By example and output the part of those variances that is uncertainty of the weights, where it is known in closed form; null is
    /// none.
    /// </param>
    internal RegressionPrediction(
        int samples, int outputs, IReadOnlyList<double[][]> means, IReadOnlyList<double[][]> variances,
        IReadOnlyList<double[]>? weights = null)
    {
        (Samples, Outputs, _means, _variances, WeightVariance) = (samples, outputs, means, variances, weights);
        Mean = [.. means.Select(example => Array.ConvertAll(example, draws => draws.Average()))];
        var spread = means.Select(example => Array.ConvertAll(example, Spread));
        var within = variances.Select(example => Array.ConvertAll(example, draws => draws.Average()));
        EpistemicVariance = [.. weights is null ? spread : spread.Zip(weights, Sum)];
        AleatoricVariance = [.. weights is null ? within : within.Zip(weights, Difference)];
        Variance = [.. EpistemicVariance.Zip(AleatoricVariance, Sum)];

        static double[] Sum(double[] one, double[] other) => [.. one.Zip(other, (a, b) => a + b)];

        static double[] Difference(double[] all, double[] part) => [.. all.Zip(part, (a, b) => a - b)];
    }

    /// <summary>The number of draws.</summary>
    public int Samples { get; }

    /// <summary>The number of rows: of examples, or of the places of all examples where each has several.</summary>
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

    /// <summary>
    /// A prediction from the outputs of networks that were run elsewhere: one plain network, or the members of an ensemble. Each network is
    /// a component of the mixture.
    /// </summary>
    /// <param name="noise">What the outputs mean, and the noise around them.</param>
    /// <param name="outputs">For each network its outputs for the same examples, as <paramref name="noise"/> reads them.</param>
    /// <exception cref="ArgumentException">There are none, or their shapes differ.</exception>
    /// <exception cref="InvalidOperationException">The noise cannot read them, or they hold NaN.</exception>
    public static RegressionPrediction Of(GaussianNoise noise, params IReadOnlyList<Tensor> outputs)
    {
        ArgumentNullException.ThrowIfNull(noise);
        return Of(noise.Likelihood, outputs);
    }

    /// <summary>The same by a likelihood: counts and numbers with heavy tails too.</summary>
    /// <param name="likelihood">What the outputs are.</param>
    /// <param name="outputs">For each network its outputs for the same examples.</param>
    public static RegressionPrediction Of(RegressionLikelihood likelihood, params IReadOnlyList<Tensor> outputs)
    {
        ArgumentNullException.ThrowIfNull(likelihood);
        var sums = new RegressionSums(likelihood);
        OutputsOfNetworks.AddTo(sums, outputs);
        return sums.Finish();
    }

    /// <summary>
    /// The same prediction in other units: y = offset + factor z where this one is of z. Means, deviations, quantiles and densities follow.
    /// </summary>
    /// <param name="factors">For each output a factor, finite and not 0.</param>
    /// <param name="offsets">For each output an offset.</param>
    /// <exception cref="ArgumentException">They are not one for each output, or not finite, or a factor is 0.</exception>
    /// <exception cref="InvalidOperationException">It is a prediction of counts.</exception>
    public RegressionPrediction Rescaled(IReadOnlyList<double> factors, IReadOnlyList<double> offsets)
    {
        ArgumentNullException.ThrowIfNull(factors);
        ArgumentNullException.ThrowIfNull(offsets);
        if (factors.Count != Outputs || offsets.Count != Outputs)
            throw new ArgumentException(
                $"The prediction has {Outputs} outputs, and there are {factors.Count} factors and {offsets.Count} offsets; expected one of "
                + "each for each output.", nameof(factors));
        if (factors.Any(factor => !double.IsFinite(factor) || factor == 0) || !offsets.All(double.IsFinite))
            throw new ArgumentException("The factors are finite numbers other than 0, and the offsets finite.", nameof(factors));
        if (AreCounts)
            throw new InvalidOperationException("Counts have no other units: a prediction of counts cannot be rescaled.");
        return new RegressionPrediction(
            Samples,
            Outputs,
            [.. _means.Select(example => Each(example, (mean, d) => offsets[d] + factors[d] * mean))],
            [.. _variances.Select(example => Each(example, (variance, d) => factors[d] * factors[d] * variance))],
            WeightVariance is { } weights
                ? [.. weights.Select(example => example.Select((variance, d) => factors[d] * factors[d] * variance).ToArray())]
                : null)
        {
            // Gaussians and Student's t are told by mean and variance, and stay what they are.
            Density = Density,
            Places = Places,
            KnownRows = KnownRows,
        };

        static double[][] Each(double[][] example, Func<double, int, double> change) =>
            [.. example.Select((draws, d) => Array.ConvertAll(draws, number => change(number, d)))];
    }

    /// <summary>What every draw says of one output: the means of the mixture.</summary>
    /// <param name="example">The example, from 0.</param>
    /// <param name="output">The output, from 0.</param>
    public IReadOnlyList<double> MeansOfSamples(int example, int output = 0) => _means[example][output];

    /// <summary>The part of the variances of the components that is uncertainty of the weights; null is none.</summary>
    internal IReadOnlyList<double[]>? WeightVariance { get; }

    /// <summary>
    /// The variance that every draw gives one output: the noise, and in a prediction in closed form what is not known of the weights.
    /// </summary>
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

    /// <summary>
    /// The quantile of every output, exact for the mixture; see <see cref="GaussianMixture.Quantile"/>. Of counts it is the least count
    /// whose probability not to be exceeded is at least p, so that a central interval holds at least its level.
    /// </summary>
    /// <param name="p">Above 0 and below 1.</param>
    /// <returns>For each example one number for each output, in units of the target.</returns>
    public IReadOnlyList<double[]> Quantile(double p)
    {
        if (Density is { } density)
        {
            if (!(p > 0 && p < 1))
                throw new ArgumentOutOfRangeException(nameof(p), p, "A quantile is that of a probability above 0 and below 1.");
            return ForEach((means, variances, _, _) => density.Quantile(means, variances, p));
        }

        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return PlainNumbers.Of(GaussianMixture.Quantile(MixtureScores.Components(_means), MixtureScores.Components(_variances).sqrt(), p));
    }

    /// <summary>
    /// The central interval of the mean alone, without noise: between the quantiles (1 - level) / 2 and (1 + level) / 2 of the means of the
    /// draws, a straight line between two of them. Of counts it is the band of the rate. It needs some hundred draws for its ends.
    /// </summary>
    /// <param name="level">The probability, above 0 and below 1.</param>
    public PredictionInterval MeanInterval(double level = 0.95)
    {
        if (!(level > 0 && level < 1))
            throw new ArgumentOutOfRangeException(nameof(level), level, "The level of an interval lies between 0 and 1.");
        return new PredictionInterval(level, Of((1 - level) / 2), Of((1 + level) / 2));

        IReadOnlyList<double[]> Of(double p) => [.. _means.Select(example => Array.ConvertAll(example, draws =>
        {
            double[] sorted = [.. draws.Order()];
            var (place, at) = (p * (sorted.Length - 1), (int)(p * (sorted.Length - 1)));
            return sorted[at] + (place - at) * (sorted[Math.Min(at + 1, sorted.Length - 1)] - sorted[at]);
        }))];
    }

    /// <summary>
    /// log p(y | x, data) of each example, nats: log mean_k prod_d p(y_d; mean_kd, variance_kd), so that outputs are independent given the
    /// weights and not without them. Of counts it is the logarithm of a probability.
    /// </summary>
    /// <param name="targets">For each example its outputs.</param>
    public double[] LogDensity(IReadOnlyList<double[]> targets)
    {
        RegressionMetrics.RequireRows(Mean, targets);
        return Scores.LogDensity(targets);
    }

    /// <summary>
    /// The continuous ranked probability score of each example, the mean over its outputs, in units of the target; exact for the mixture,
    /// see <see cref="GaussianMixture.Crps"/>.
    /// </summary>
    /// <param name="targets">For each example its outputs.</param>
    public double[] Crps(IReadOnlyList<double[]> targets)
    {
        RegressionMetrics.RequireRows(Mean, targets);
        return [.. Scores.Crps(targets).Select(row => row.Average())];
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
        $"{PredictionText.Beside(Mean[i][d], Math.Sqrt(Variance[i][d]), least: 4, ofUnit: 2)} +- {Math.Sqrt(Variance[i][d]):G3} "
        + $"(epistemic {Math.Sqrt(EpistemicVariance[i][d]):G3}, aleatoric {Math.Sqrt(AleatoricVariance[i][d]):G3})")));

    /// <summary>How a target is distributed given the weights; null is Gaussian.</summary>
    internal TargetDensity? Density { get; init; }

    /// <summary>What it is worth by targets.</summary>
    internal MixtureScores Scores => new(_means, _variances, Density);

    /// <summary>A number for each output of each example, from its components and its place; examples side by side.</summary>
    private double[][] ForEach(Func<double[], double[], int, int, double> number)
    {
        var numbers = new double[Count][];
        Parallel.For(0, Count, i => numbers[i] =
            [.. Enumerable.Range(0, Outputs).Select(d => number(_means[i][d], _variances[i][d], i, d))]);
        return numbers;
    }

    private static double Spread(double[] numbers)
    {
        var mean = numbers.Average();
        return numbers.Average(number => (number - mean) * (number - mean));
    }
}
