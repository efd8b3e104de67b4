using System.Text.Json.Serialization;

namespace BayesGen.Prediction;

/// <summary>
/// One number that makes probabilities as sure as they are right: p_c to the power 1/T, divided by their sum. T above 1 takes confidence
/// away, T below 1 adds some; which class is the most probable one does not change. Immutable; safe to share between threads; saved as
/// JSON.
/// </summary>
/// <remarks>
/// Guo et al., "On Calibration of Modern Neural Networks", 2017. For one network this is softmax(logits / T). A Bayesian prediction is a
/// mean of probabilities and has no logits of its own: the temperature divides the logarithm of the averaged probabilities. T is where the
/// mean of -log p(target) on the calibration examples is smallest, which is convex in 1/T.
/// </remarks>
[JsonConverter(typeof(TemperatureScalingJson))]
public sealed class TemperatureScaling
{
    /// <summary>With fewer examples chance decides about the temperature.</summary>
    private const int FewestExamples = 50;

    internal TemperatureScaling(
        double temperature, int classes, int examples, (double Before, double After) likelihood, (double Before, double After) error)
    {
        if (!(temperature > 0 && double.IsFinite(temperature) && double.IsFinite(1 / temperature)))
            throw new ArgumentException($"A temperature is a finite number above 0 that has a reciprocal, not {temperature}.");
        (Temperature, Classes, Examples) = (temperature, classes, examples);
        (NegativeLogLikelihoodBefore, NegativeLogLikelihoodAfter) = likelihood;
        (ExpectedCalibrationErrorBefore, ExpectedCalibrationErrorAfter) = error;
    }

    /// <summary>The temperature T, above 0.</summary>
    public double Temperature { get; }

    /// <summary>The number of classes.</summary>
    public int Classes { get; }

    /// <summary>The number of calibration examples; the places of one example do not count by themselves.</summary>
    public int Examples { get; }

    /// <summary>The mean of -log p(target) of the calibration examples as they came, nats.</summary>
    public double NegativeLogLikelihoodBefore { get; }

    /// <summary>The same at the temperature; never more.</summary>
    public double NegativeLogLikelihoodAfter { get; }

    /// <summary>Their expected calibration error as they came.</summary>
    public double ExpectedCalibrationErrorBefore { get; }

    /// <summary>The same at the temperature.</summary>
    public double ExpectedCalibrationErrorAfter { get; }

    /// <summary>Fits the temperature to labeled examples that the training has not seen.</summary>
    /// <param name="calibration">Predictions and targets, at least 50: <c>model.EvaluatePredictions(calibrationData)</c>.</param>
    /// <exception cref="ArgumentException">There are too few, or no temperature is the best one; the message says why.</exception>
    public static TemperatureScaling Fit(ClassEvaluation calibration)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        return Fit(calibration.Prediction, calibration.Targets);
    }

    /// <summary>Fits the temperature to labeled examples that the training has not seen.</summary>
    /// <param name="prediction">What is predicted for them.</param>
    /// <param name="targets">The class of each, at least 50.</param>
    /// <exception cref="ArgumentException">There are too few, or no temperature is the best one; the message says why.</exception>
    public static TemperatureScaling Fit(ClassPrediction prediction, IReadOnlyList<int> targets)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        var before = prediction.Probabilities;
        ClassificationMetrics.RequireFit(before, targets);
        AnswerCheck.RequireClasses(before, before[0].Length, "Probabilities");
        var examples = prediction.Rows.DistinctBy(row => row.Example).Count();
        if (examples < FewestExamples)
            throw new ArgumentException(
                $"A temperature needs at least {FewestExamples} calibration examples, and there are {examples}"
                + (examples < targets.Count ? $" with {targets.Count} answers, which are not independent" : "")
                + ": with so few, chance decides about it.", nameof(targets));
        var temperature = 1 / TemperatureFit.BestPower(before, targets);
        List<double[]> after = [.. before.Select(row => Powers(row, 1 / temperature))];
        return new TemperatureScaling(
            temperature,
            before[0].Length,
            examples,
            (ClassificationMetrics.NegativeLogLikelihood(before, targets), ClassificationMetrics.NegativeLogLikelihood(after, targets)),
            (ClassificationMetrics.ExpectedCalibrationError(before, targets),
                ClassificationMetrics.ExpectedCalibrationError(after, targets)));
    }

    /// <summary>A prediction at the temperature.</summary>
    /// <remarks>
    /// Probabilities, confidence and entropy are those at the temperature. How it splits into expected entropy and mutual information is
    /// a matter of the single samples, which the temperature does not touch: with more than one sample both are NaN, so look at them
    /// before. Logits that were kept are left out.
    /// </remarks>
    /// <param name="prediction">The prediction; it stays as it is.</param>
    /// <exception cref="ArgumentException">It has another number of classes, or holds NaN.</exception>
    public ClassPrediction Apply(ClassPrediction prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        AnswerCheck.RequireClasses(prediction.Probabilities, Classes, "The temperature and its classes");
        List<double[]> scaled = [.. prediction.Probabilities.Select(row => Powers(row, 1 / Temperature))];
        List<double> entropy = [.. scaled.Select(row => -row.Sum(p => p > 0 ? p * Math.Log(p) : 0))];
        var isOne = prediction.Samples == 1;
        return new ClassPrediction(
            prediction.Samples,
            scaled,
            entropy,
            isOne ? entropy : [.. entropy.Select(_ => double.NaN)],
            outputs: null,
            (prediction.Classes, [.. entropy.Select(_ => isOne ? 0 : double.NaN)]))
        {
            Places = prediction.Places,
            KnownRows = prediction.KnownRows,
        };
    }

    /// <summary>Writes it as JSON, for a service to load; a file that exists is replaced.</summary>
    /// <param name="path">The file.</param>
    public void Save(string path) => JsonFile.Write(path, this);

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="System.Text.Json.JsonException">The file holds something else.</exception>
    public static TemperatureScaling Load(string path) => JsonFile.Read<TemperatureScaling>(path);

    /// <summary>The temperature, and what it changed on the calibration examples.</summary>
    public override string ToString() => FormattableString.Invariant($"temperature {Temperature:G4} from {Examples:N0} examples: NLL ")
        + FormattableString.Invariant($"{NegativeLogLikelihoodBefore:F4} -> {NegativeLogLikelihoodAfter:F4}, ECE ")
        + FormattableString.Invariant($"{ExpectedCalibrationErrorBefore:F4} -> {ExpectedCalibrationErrorAfter:F4}");

    /// <summary>The probabilities to a power, divided by their sum; by logarithms, so that none underflows before the others.</summary>
    private static double[] Powers(double[] row, double power)
    {
        var largest = Math.Log(row.Max());
        var powers = Array.ConvertAll(row, p => p > 0 ? Math.Exp(power * (Math.Log(p) - largest)) : 0);
        var sum = powers.Sum();
        return Array.ConvertAll(powers, p => p / sum);
    }
}
