using System.Globalization;
using System.Text.Json.Serialization;
using BayesGen.Data;
using BayesGen.Prediction;

namespace BayesGen.Conformal;

/// <summary>What intervals hold on test examples, and how wide they are, over all outputs.</summary>
/// <param name="Asked">The coverage that was asked for.</param>
/// <param name="Count">The number of test examples; those without any target are none.</param>
/// <param name="Coverage">
/// The part of targets that lie in their interval; where an example has several places it counts by the part of its places.
/// </param>
/// <param name="CoverageDeviation">
/// By how much that coverage differs from one calibration set and test set of these sizes to the next, though all is as it should be: a
/// standard deviation, for one output, the one with the fewest targets. Coverage that lies several of these below what was asked says that
/// the test examples are of another kind.
/// </param>
/// <param name="MeanWidth">The mean width, in units of the target.</param>
/// <param name="Score">The interval score, see <see cref="RegressionMetrics.IntervalScore"/>.</param>
/// <param name="Plain">The same of the central intervals that the prediction itself gives at that level.</param>
/// <param name="ByOutput">For each output.</param>
/// <param name="ByUncertainty">
/// For equal parts of the targets, by the predictive standard deviation within their output: where unsure predictions hold less than sure
/// ones, uncertainty is not where errors are.
/// </param>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
public sealed record IntervalReport(
    double Asked, int Count, double Coverage, double CoverageDeviation, double MeanWidth, double Score, IntervalCoverage Plain,
    IReadOnlyList<CoverageGroup> ByOutput, IReadOnlyList<CoverageGroup> ByUncertainty)
{
    /// <summary>The number of groups by uncertainty where none is given.</summary>
    public const int UsualBins = 5;

    /// <summary>The figures, then a line for each output where there are several, and for each part of the examples.</summary>
    public override string ToString() => string.Join(
        Environment.NewLine,
        [
            string.Create(
                CultureInfo.InvariantCulture,
                $"coverage {Coverage:P1} of {Count:N0} examples (asked {PredictionText.Level(Asked)}, "
                + $"by chance +- {CoverageDeviation:P1}), "
                + $"mean width {MeanWidth:G4}, interval score {Score:G4}"),
            string.Create(
                CultureInfo.InvariantCulture,
                $"plain intervals: coverage {Plain.Coverage:P1}, mean width {Plain.MeanWidth:G4}, interval score {Plain.Score:G4}"),
            .. (ByOutput.Count > 1 ? ByOutput.Concat(ByUncertainty) : ByUncertainty).Select(group => group.ToString()),
        ]);

    internal static IntervalReport Of(
        PredictionInterval intervals, RegressionPrediction prediction, IReadOnlyList<double[]> targets, double deviation, int bins)
    {
        var (level, lower, upper) = intervals;
        var (_, plainLower, plainUpper) = prediction.CentralInterval(level);

        // Output by output the rows that have a target for it.
        int[][] known = [.. Enumerable.Range(0, prediction.Outputs).Select(output =>
            Enumerable.Range(0, targets.Count).Where(row => !double.IsNaN(targets[row][output])).ToArray())];
        List<(int Row, int Output)> places = [.. known.SelectMany((rows, output) => rows.Select(row => (row, output)))];
        var (all, plain) = (CoverageOf(lower, upper), CoverageOf(plainLower, plainUpper));
        List<(bool IsHeld, double Size)> answers = [.. places.Select(place =>
        {
            var (low, high) = (lower[place.Row][place.Output], upper[place.Row][place.Output]);
            return (low <= targets[place.Row][place.Output] && targets[place.Row][place.Output] <= high, high - low);
        })];
        var ofRows = prediction.Rows;
        int[] examples = [.. places.Select(place => ofRows[place.Row].Example)];
        return new IntervalReport(
            level, examples.Distinct().Count(), CoverageGroup.OfExamples(answers, examples), deviation, all.MeanWidth, all.Score, plain,
            CoverageGroup.By(answers, places.Select(place => place.Output), output => $"output {output}"),
            CoverageGroup.By(
                answers,
                known.SelectMany((rows, output) => PartBySize([.. rows.Select(row => prediction.Variance[row][output])], bins)),
                part => $"uncertainty {part + 1} of {Math.Min(bins, known.Max(rows => rows.Length))}"));

        IntervalCoverage CoverageOf(IReadOnlyList<double[]> low, IReadOnlyList<double[]> high) => IntervalCoverage.Of(
            level, RegressionMetrics.Known(low, targets), RegressionMetrics.Known(high, targets),
            RegressionMetrics.Known(targets, targets));
    }

    /// <summary>For each number the part of equal size that it belongs to, the smallest numbers to the first.</summary>
    private static int[] PartBySize(double[] numbers, int parts)
    {
        int[] order = [.. Enumerable.Range(0, numbers.Length).OrderBy(i => numbers[i])];
        var ofNumbers = new int[numbers.Length];
        foreach (var (part, range) in EqualParts.Of(numbers.Length, parts).Index())
            foreach (var i in order[range])
                ofNumbers[i] = part;
        return ofNumbers;
    }
}
