using System.Globalization;
using BayesGen.Plots.Verdicts;
using BayesGen.Pruning;
using BayesGen.Reporting;
using ScottPlot;

namespace BayesGen.Plots;

/// <summary>What pruning costs: accuracy against the part of the weights that is kept.</summary>
public static class PruningCurve
{
    /// <summary>Below this part of kept weights the axis is logarithmic, since all that matters would be crowded at its end.</summary>
    private const double LogarithmicBelow = 0.2;

    /// <summary>
    /// How often the largest error has to have the smallest one for the axis to be logarithmic in the error: a threshold that ruins the
    /// network would otherwise press all others onto one line.
    /// </summary>
    private const double ErrorsFrom = 10;

    /// <summary>One point for each evaluation, with its threshold.</summary>
    /// <param name="results">Evaluations at several thresholds, as EvaluateThresholds returns them; each has the metric accuracy.</param>
    /// <param name="unpruned">The evaluation without pruning, drawn as a level; null draws none.</param>
    /// <param name="chosen">The thresholds that were chosen, marked where one of the evaluations has them; null marks none.</param>
    /// <exception cref="ArgumentException">There is no evaluation, or one without accuracy.</exception>
    public static Chart Draw(IReadOnlyList<EvaluationResult> results, EvaluationResult? unpruned = null, Thresholds? chosen = null)
    {
        ArgumentNullException.ThrowIfNull(results);
        if (results.Count == 0)
            throw new ArgumentException("There is no evaluation to draw.", nameof(results));
        if (results.Any(result => double.IsNaN(result.Accuracy)))
            throw new ArgumentException(
                "An evaluation has no accuracy: put Metric.Accuracy among the metrics of the trainer.", nameof(results));
        var points = results
            .Select(result => (
                Kept: 1 - result.Pruning.PrunedPart,
                result.Accuracy,
                Threshold: result.Thresholds?.ToString() ?? "none"))
            .OrderBy(point => point.Kept)
            .ToArray();
        var least = points.Where(point => point.Kept > 0).Select(point => point.Kept).DefaultIfEmpty(1).Min();
        var isLogarithmic = least < LogarithmicBelow;
        var accuracies = points.Select(point => point.Accuracy).Concat(unpruned is null ? [] : [unpruned.Accuracy])
            .Where(double.IsFinite).ToArray();
        // Without a single error it is less than that of half an example.
        var leastError = Math.Max(1 - accuracies.Max(), 0.5 / Math.Max(1, results.Max(result => result.Examples)));
        var isOfErrors = 1 - accuracies.Min() > ErrorsFrom * leastError;
        double Y(double accuracy) => isOfErrors ? -Math.Log10(Math.Max(1 - accuracy, leastError)) : accuracy;
        var mark = chosen is null ? -1 : Array.FindIndex(points, point => point.Threshold == chosen.ToString());
        return new Chart(
            "Accuracy against the part of the weights kept",
            $"Accuracy at {points.Length} thresholds, from {Panel.PerCent(points[0].Kept)} to {Panel.PerCent(points[^1].Kept)} of all weights kept."
            + (unpruned is null ? "" : $" Without pruning it is {Panel.PerCent(unpruned.Accuracy)}."),
            1, 800, 480,
            theme =>
            {
                var plot = Panel.New(
                    theme, "", "weights kept, of all weights of the network",
                    isOfErrors ? "accuracy (logarithmic in the error)" : "accuracy");
                double X(double kept) => isLogarithmic ? Math.Log10(Math.Max(kept, least / 2)) : kept;
                if (unpruned is { Accuracy: var level } && double.IsFinite(level))
                {
                    var line = plot.Add.HorizontalLine(Y(level), 1.5f, ChartTheme.Of(theme.Faint), LinePattern.Dashed);
                    line.LegendText = "without pruning";
                }

                plot.Curve([.. points.Select(point => X(point.Kept))], [.. points.Select(point => Y(point.Accuracy))], theme.Blue,
                    "pruned, with its threshold");
                if (mark >= 0)
                {
                    var marker = plot.Add.Marker(
                        X(points[mark].Kept), Y(points[mark].Accuracy), MarkerShape.OpenCircle, 16, ChartTheme.Of(theme.Vermilion));
                    marker.MarkerLineWidth = 2.5f;
                    marker.LegendText = "chosen";
                }

                var (low, high) = Panel.Around(accuracies.Select(Y), 0.12);
                Labels(plot, theme, points, X, Y, high - low, mark);
                var end = X(points[^1].Kept);
                var span = Math.Max(end - X(points[0].Kept), 0.05);
                plot.Axes.SetLimits(X(points[0].Kept) - span * 0.08, end + span * 0.08, low, high);
                double[] marks = isLogarithmic
                    ? [.. ((double[])[0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1])
                        .Where(part => part >= least / 2)]
                    : [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
                plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericManual(
                    [.. marks.Select(part => isLogarithmic ? Math.Log10(part) : part)],
                    [.. marks.Select(part => (part * 100).ToString("0.##", CultureInfo.InvariantCulture) + " %")]);
                plot.Axes.Left.TickGenerator = isOfErrors ? ErrorTicks(low, high) : Panel.PerCents();
                plot.LegendBelow(theme);
                return [plot];
            })
        {
            Verdict = PruningVerdict.Of(points, unpruned?.Accuracy, results[0].Examples, mark),
        };
    }

    /// <summary>Accuracies that are round numbers, for an axis that is logarithmic in the error.</summary>
    private static ScottPlot.TickGenerators.NumericManual ErrorTicks(double low, double high)
    {
        double[] errors = [1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001];
        double[] marks = [.. errors.Where(error => -Math.Log10(error) >= low && -Math.Log10(error) <= high)];
        return new ScottPlot.TickGenerators.NumericManual(
            [.. marks.Select(error => -Math.Log10(error))],
            [.. marks.Select(error => ((1 - error) * 100).ToString("0.##", CultureInfo.InvariantCulture) + " %")]);
    }

    /// <summary>Thresholds beside their points; one that would cover another one is left out, the chosen one never.</summary>
    private static void Labels(
        Plot plot, ChartTheme theme, (double Kept, double Accuracy, string Threshold)[] points, Func<double, double> x,
        Func<double, double> y, double height, int mark)
    {
        var width = Math.Max(x(points[^1].Kept) - x(points[0].Kept), 0.05);
        var placed = new List<(double X, double Y)>();
        foreach (var i in Enumerable.Range(0, points.Length).OrderBy(i => i == mark ? -1 : i == 0 || i == points.Length - 1 ? 0 : 1))
        {
            var (px, py) = (x(points[i].Kept), y(points[i].Accuracy));
            if (placed.Any(other => Math.Abs(other.X - px) < width * 0.06 && Math.Abs(other.Y - py) < height * 0.08))
                continue;
            placed.Add((px, py));
            var text = plot.Add.Text(points[i].Threshold.Replace('-', '\u2212'), px, py);
            text.LabelFontName = ChartFonts.Family;
            text.LabelFontSize = 12;
            text.LabelBold = i == mark;
            text.LabelFontColor = ChartTheme.Of(i == mark ? theme.Vermilion : theme.Faint);
            // To the lower right, where the curve never goes.
            text.LabelAlignment = Alignment.UpperLeft;
            (text.OffsetX, text.OffsetY) = i == mark ? (7, 7) : (4, 3);
        }
    }
}
