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
/// <para>
/// Where an example has several places, such as the steps of a sequence, examples count, not places: what is promised is the part of the
/// places of an example that is held, on average over examples, whatever its places have in common. For one step by itself calibrate with
/// <c>evaluation.OfPlace(step)</c> and ask for the intervals of <c>prediction.OfPlace(step)</c>.
/// </para>
/// <para>
/// Where an evaluation says by NaN that a target is missing, each output is calibrated with the targets that it has. What is promised then
/// holds for examples that have one. It promises nothing for a target that is missing because of what it is, such as one out of range.
/// </para>
/// </remarks>
[JsonConverter(typeof(ConformalIntervalsJson))]
public sealed class ConformalIntervals
{
    internal ConformalIntervals(
        ConformalIntervalOptions options, IReadOnlyList<double> thresholds, IReadOnlyList<int> examples) =>
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

    /// <summary>
    /// For each output the number of calibration examples behind its threshold, those that have a target for it; the places of an example
    /// do not count by themselves.
    /// </summary>
    public IReadOnlyList<int> Examples { get; }

    /// <summary>Calibrates with examples that the training has not seen.</summary>
    /// <param name="calibration">
    /// Predictions and targets: <c>model.EvaluatePredictions(calibrationData, noise)</c>. An example counts for the outputs that it has a
    /// target for.
    /// </param>
    /// <param name="options">Coverage and method; null is 90 % and the predicted interval, stretched.</param>
    /// <exception cref="ArgumentException">
    /// There are too few examples for the coverage, and the message says how many it needs; or a target is infinite; or no finite interval
    /// holds enough of them, since predictions have no width. The example is named.
    /// </exception>
    public static ConformalIntervals Calibrate(RegressionEvaluation calibration, ConformalIntervalOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        RegressionMetrics.RequireShape(calibration.Prediction.Mean, calibration.Targets);
        return OfKnown(calibration.Prediction, calibration.Targets, options);
    }

    /// <summary>Calibrates with examples that the training has not seen.</summary>
    /// <param name="prediction">What is predicted for them.</param>
    /// <param name="targets">For each its outputs.</param>
    /// <param name="options">Coverage and method; null is 90 % and the predicted interval, stretched.</param>
    /// <exception cref="ArgumentException">
    /// There are too few examples for the coverage, and the message says how many it needs; or targets do not fit the outputs, or are
    /// infinite; or no finite interval holds enough of them, since predictions have no width. The example is named.
    /// </exception>
    public static ConformalIntervals Calibrate(
        RegressionPrediction prediction, IReadOnlyList<double[]> targets, ConformalIntervalOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        RegressionMetrics.RequireRows(prediction.Mean, targets);
        return OfKnown(prediction, targets, options);
    }

    /// <summary>Calibrates each output with the targets that are there.</summary>
    private static ConformalIntervals OfKnown(
        RegressionPrediction prediction, IReadOnlyList<double[]> targets, ConformalIntervalOptions? options)
    {
        options = (options ?? new ConformalIntervalOptions()).Checked();
        RequireFinite(prediction, targets);
        var rows = prediction.Rows;
        var bands = PlainBands.Of(prediction, options);
        List<(int Example, double Score)>[] scores = [.. Enumerable.Range(0, prediction.Outputs).Select(output => Enumerable
            .Range(0, targets.Count)
            .Where(row => !double.IsNaN(targets[row][output]))
            .Select(row => (rows[row].Example, bands.Score(row, output, targets[row][output])))
            .ToList())];
        int[] examples = [.. scores.Select(ofOutput => ofOutput.DistinctBy(one => one.Example).Count())];
        if (!options.AllowUnbounded)
            RequireEnough(examples, options);
        return new ConformalIntervals(options, [.. scores.Select(Threshold)], examples);

        double Threshold(List<(int Example, double Score)> ofOutput, int output)
        {
            var coverage = PredictionText.Level(options.Coverage);
            var threshold = ConformalThreshold.Of(ofOutput, options.Coverage);
            if (double.IsFinite(threshold) || options.AllowUnbounded)
                return threshold;
            var first = ofOutput.First(one => double.IsPositiveInfinity(one.Score)).Example;
            throw new ArgumentException(
                FormattableString.Invariant($"No finite interval holds {coverage} of the targets of output {output}: the ")
                + $"prediction for example {first}, among others, has no width that could be multiplied, and its target lies elsewhere. "
                + $"Use {nameof(IntervalMethod)}.{nameof(IntervalMethod.Absolute)}, or a likelihood with noise; or set "
                + $"{nameof(ConformalIntervalOptions.AllowUnbounded)}, which answers with infinite intervals.", nameof(prediction));
        }
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
        RegressionMetrics.RequireShape(test.Prediction.Mean, test.Targets);
        return OfKnown(test.Prediction, test.Targets, bins);
    }

    /// <summary>Coverage and width on examples that neither training nor calibration has seen.</summary>
    /// <param name="prediction">What is predicted for them.</param>
    /// <param name="targets">For each its outputs.</param>
    /// <param name="bins">How many groups examples are cut into by how unsure the prediction is, at least 1.</param>
    public IntervalReport Evaluate(
        RegressionPrediction prediction, IReadOnlyList<double[]> targets, int bins = IntervalReport.UsualBins)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        RegressionMetrics.RequireRows(prediction.Mean, targets);
        return OfKnown(prediction, targets, bins);
    }

    private IntervalReport OfKnown(RegressionPrediction prediction, IReadOnlyList<double[]> targets, int bins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        var intervals = Intervals(prediction);
        var rows = prediction.Rows;
        var deviation = Enumerable.Range(0, Outputs).Max(Deviation);
        return IntervalReport.Of(intervals, prediction, targets, deviation, bins);

        double Deviation(int output)
        {
            var tested = rows.Where((_, i) => !double.IsNaN(targets[i][output])).DistinctBy(row => row.Example).Count();
            return tested == 0 ? 0 : Math.Sqrt(ConformalThreshold.CoverageVariance(Examples[output], tested, Options.Coverage));
        }
    }

    /// <summary>Writes it as JSON, for a service to load; a file that exists is replaced.</summary>
    /// <param name="path">The file.</param>
    public void Save(string path) => JsonFile.Write(path, this);

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="System.Text.Json.JsonException">The file holds something else.</exception>
    public static ConformalIntervals Load(string path) => JsonFile.Read<ConformalIntervals>(path);

    private static void RequireEnough(int[] examples, ConformalIntervalOptions options)
    {
        var (needed, coverage) = (ConformalThreshold.Needed(options.Coverage), PredictionText.Level(options.Coverage));
        if (Array.FindIndex(examples, count => count < needed) is var output and >= 0)
            throw new ArgumentException(
                FormattableString.Invariant($"A coverage of {coverage} needs at least {needed:N0} calibration examples, and ")
                + (examples.Length > 1 ? $"output {output} has a target for " : "there are ")
                + FormattableString.Invariant($"{examples[output]:N0}: give more, ask for less coverage, or set ")
                + $"{nameof(ConformalIntervalOptions.AllowUnbounded)}, which answers with infinite intervals.", "targets");
    }

    private static void RequireFinite(RegressionPrediction prediction, IReadOnlyList<double[]> targets)
    {
        for (var i = 0; i < targets.Count; i++)
            if (Array.Exists(targets[i], double.IsInfinity))
                throw new ArgumentException(
                    $"A target of example {prediction.Rows[i].Example} is infinite, and no interval holds it: leave the example out.",
                    nameof(targets));
    }

    /// <summary>Coverage, method, and what it was calibrated with.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{PredictionText.Level(Options.Coverage)} intervals, {Options.Method}, {FewestAndMost} calibration examples, threshold ")
        + string.Join(", ", Thresholds.Select(threshold => FormattableString.Invariant($"{threshold:G4}")));

    private string FewestAndMost => Examples.Min() == Examples.Max()
        ? FormattableString.Invariant($"{Examples[0]:N0}")
        : FormattableString.Invariant($"{Examples.Min():N0} to {Examples.Max():N0}");
}
