using System.Text.Json.Serialization;
using BayesGen.Prediction;

namespace BayesGen.Conformal;

/// <summary>
/// Intervals that hold the target as often as was asked, whatever the network is worth, for examples of the kind that it was calibrated
/// with: split conformal prediction. A better network has narrower ones. Immutable; safe to share between threads; saved as JSON.
/// </summary>
/// <remarks>
/// The guarantee is one over calibration sets and examples together, where both come from one source in any order (exchangeable), and for
/// each output by itself. It is none for examples of another kind. Calibration data must not have been trained on.
/// </remarks>
[JsonConverter(typeof(ConformalIntervalsJson))]
public sealed class ConformalIntervals
{
    internal ConformalIntervals(ConformalIntervalOptions options, IReadOnlyList<double> thresholds, int examples) =>
        (Options, Thresholds, Examples) = (options, thresholds, examples);

    /// <summary>How the intervals are made.</summary>
    public ConformalIntervalOptions Options { get; }

    /// <summary>The number of outputs.</summary>
    public int Outputs => Thresholds.Count;

    /// <summary>
    /// For each output what its interval is widened by: in units of the target, or of what the method multiplies.
    /// Negative where predicted quantiles held more than was asked, infinite where that few examples cannot guarantee more.
    /// </summary>
    public IReadOnlyList<double> Thresholds { get; }

    /// <summary>The number of calibration examples.</summary>
    public int Examples { get; }

    /// <summary>Calibrates with examples that the training has not seen.</summary>
    /// <param name="calibration">Predictions and targets: <c>model.EvaluatePredictions(calibrationData, noise)</c>.</param>
    /// <param name="options">Coverage and method; null is 90 % and the predicted interval, stretched.</param>
    /// <exception cref="ArgumentException">There are too few examples for the coverage; the message says how many it needs.</exception>
    public static ConformalIntervals Calibrate(RegressionEvaluation calibration, ConformalIntervalOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        return Calibrate(calibration.Prediction, calibration.Targets, options);
    }

    /// <summary>Calibrates with examples that the training has not seen.</summary>
    /// <param name="prediction">What is predicted for them.</param>
    /// <param name="targets">For each its outputs.</param>
    /// <param name="options">Coverage and method; null is 90 % and the predicted interval, stretched.</param>
    /// <exception cref="ArgumentException">
    /// There are too few examples for the coverage, and the message says how many it needs; or targets do not fit the outputs.
    /// </exception>
    public static ConformalIntervals Calibrate(
        RegressionPrediction prediction, IReadOnlyList<double[]> targets, ConformalIntervalOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        options = (options ?? new ConformalIntervalOptions()).Checked();
        RegressionMetrics.RequireRows(prediction.Mean, targets);
        var needed = ConformalThreshold.Needed(options.Coverage);
        if (targets.Count < needed && !options.AllowUnbounded)
            throw new ArgumentException(
                FormattableString.Invariant($"A coverage of {options.Coverage:P1} needs at least {needed:N0} calibration examples, and ")
                + FormattableString.Invariant($"there are {targets.Count:N0}: give more, ask for less coverage, or set ")
                + $"{nameof(ConformalIntervalOptions.AllowUnbounded)}, which answers with infinite intervals.", nameof(targets));
        var bands = PlainBands.Of(prediction, options);
        return new ConformalIntervals(
            options,
            [.. Enumerable.Range(0, prediction.Outputs).Select(d => ConformalThreshold.Of(
                [.. targets.Select((row, i) => bands.Score(i, d, row[d]))], options.Coverage))],
            targets.Count);
    }

    /// <summary>The interval of each output of each example.</summary>
    /// <param name="prediction">What is predicted, by the network that was calibrated.</param>
    /// <exception cref="ArgumentException">It has another number of outputs.</exception>
    public PredictionInterval Intervals(RegressionPrediction prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        if (prediction.Outputs != Outputs)
            throw new ArgumentException(
                $"The thresholds are for {Outputs} outputs, and the prediction has {prediction.Outputs}.", nameof(prediction));
        var bands = PlainBands.Of(prediction, Options);
        List<(double Lower, double Upper)[]> ends = [.. Enumerable.Range(0, prediction.Count).Select(i =>
            Enumerable.Range(0, Outputs).Select(d => bands.Widened(i, d, Thresholds[d])).ToArray())];
        return new PredictionInterval(
            Options.Coverage,
            [.. ends.Select(row => Array.ConvertAll(row, end => end.Lower))],
            [.. ends.Select(row => Array.ConvertAll(row, end => end.Upper))]);
    }

    /// <summary>Coverage and width on examples that neither training nor calibration has seen.</summary>
    /// <param name="test">Predictions and targets: <c>model.EvaluatePredictions(testData, noise)</c>.</param>
    /// <param name="bins">How many groups examples are cut into by how unsure the prediction is, at least 1.</param>
    public IntervalReport Evaluate(RegressionEvaluation test, int bins = IntervalReport.UsualBins)
    {
        ArgumentNullException.ThrowIfNull(test);
        return Evaluate(test.Prediction, test.Targets, bins);
    }

    /// <summary>Coverage and width on examples that neither training nor calibration has seen.</summary>
    /// <param name="prediction">What is predicted for them.</param>
    /// <param name="targets">For each its outputs.</param>
    /// <param name="bins">How many groups examples are cut into by how unsure the prediction is, at least 1.</param>
    public IntervalReport Evaluate(
        RegressionPrediction prediction, IReadOnlyList<double[]> targets, int bins = IntervalReport.UsualBins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        var intervals = Intervals(prediction);
        RegressionMetrics.RequireRows(prediction.Mean, targets);
        return IntervalReport.Of(
            intervals, prediction, targets,
            Math.Sqrt(ConformalThreshold.CoverageVariance(Examples, targets.Count, Options.Coverage)), bins);
    }

    /// <summary>Writes it as JSON, for a service to load; a file that exists is replaced.</summary>
    /// <param name="path">The file.</param>
    public void Save(string path) => JsonFile.Write(path, this);

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="System.Text.Json.JsonException">The file holds something else.</exception>
    public static ConformalIntervals Load(string path) => JsonFile.Read<ConformalIntervals>(path);

    /// <summary>Coverage, method, and what it was calibrated with.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Options.Coverage:P0} intervals, {Options.Method}, {Examples:N0} calibration examples, threshold ")
        + string.Join(", ", Thresholds.Select(threshold => FormattableString.Invariant($"{threshold:G4}")));
}
