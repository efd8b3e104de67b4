using System.Globalization;
using BayesGen.Plots.Verdicts;
using ScottPlot;

namespace BayesGen.Plots;

/// <summary>Whether a network is as often right as it says: accuracy against confidence.</summary>
public static class ReliabilityDiagram
{
    /// <summary>
    /// Bars of the accuracy in bins of confidence beside the diagonal on which they would be with perfect calibration, over the number of
    /// predictions in each bin. The title has the expected calibration error, sum_b n_b / n |accuracy_b - confidence_b|.
    /// </summary>
    /// <remarks>
    /// C. Guo, G. Pleiss, Y. Sun, K. Weinberger, "On Calibration of Modern Neural Networks", ICML 2017, arXiv:1706.04599.
    /// </remarks>
    /// <param name="counts">The number of predictions in each bin; bin b of B has confidences from b / B to (b + 1) / B.</param>
    /// <param name="confidence">The mean confidence in each bin, 0 to 1; what it is in an empty bin does not matter.</param>
    /// <param name="accuracy">The part of right predictions in each bin, 0 to 1; what it is in an empty bin does not matter.</param>
    /// <param name="network">Whose predictions they are, for the title; null says nothing of it.</param>
    /// <exception cref="ArgumentException">The lists differ in length, are empty, or hold values out of range.</exception>
    public static Chart Draw(
        IReadOnlyList<long> counts, IReadOnlyList<double> confidence, IReadOnlyList<double> accuracy, string? network = null)
    {
        ArgumentNullException.ThrowIfNull(counts);
        ArgumentNullException.ThrowIfNull(confidence);
        ArgumentNullException.ThrowIfNull(accuracy);
        if (counts.Count == 0 || counts.Count != confidence.Count || counts.Count != accuracy.Count)
            throw new ArgumentException(
                $"There are {counts.Count} counts, {confidence.Count} confidences and {accuracy.Count} accuracies; expected one of each for every bin.");
        var bins = Enumerable.Range(0, counts.Count)
            .Select(i => (From: (double)i / counts.Count, Count: counts[i], Confidence: confidence[i], Accuracy: accuracy[i]))
            .ToArray();
        if (bins.Any(bin => bin.Count < 0))
            throw new ArgumentException("A bin has a negative count.", nameof(counts));
        bins = [.. bins.Where(bin => bin.Count > 0)];
        if (bins.Any(bin => bin is not { Confidence: >= 0 and <= 1, Accuracy: >= 0 and <= 1 }))
            throw new ArgumentException("A bin has a confidence or an accuracy that is not between 0 and 1.");
        var all = bins.Sum(bin => bin.Count);
        if (all == 0)
            throw new ArgumentException("Every bin is empty.", nameof(counts));
        var error = bins.Sum(bin => bin.Count * Math.Abs(bin.Accuracy - bin.Confidence)) / all;
        var width = 1.0 / counts.Count;
        return new Chart(
            string.Create(
                CultureInfo.InvariantCulture, $"Calibration{(network is null ? "" : $" of {network}")}: ECE {error * 100:F2} %"),
            string.Create(
                CultureInfo.InvariantCulture,
                $"Accuracy in {counts.Count} bins of confidence, for {all:N0} predictions; expected calibration error {error * 100:F2} %."),
            2, 1000, 480,
            theme => [Diagram(theme, bins, width), Histogram(theme, bins, width)])
        {
            Verdict = CalibrationVerdict.Of([.. bins.Select(bin => (bin.Count, bin.Confidence, bin.Accuracy))]),
        };
    }

    private static Plot Diagram(ChartTheme theme, (double From, long Count, double Confidence, double Accuracy)[] bins, double width)
    {
        var plot = Panel.New(theme, "Accuracy in each bin", "confidence", "accuracy");
        plot.Add.Bars(bins.Select(bin => new Bar
        {
            Position = bin.From + width / 2, Value = bin.Accuracy, Size = width * 0.94, FillColor = ChartTheme.Of(theme.Blue),
            LineWidth = 0,
        }).ToArray()).LegendText = "accuracy";
        Gaps(plot, theme.Orange, "too sure", bins.Where(bin => bin.Confidence > bin.Accuracy), width);
        Gaps(plot, theme.Sky, "not sure enough", bins.Where(bin => bin.Confidence < bin.Accuracy), width);
        Intervals(plot, theme, bins, width);
        var diagonal = plot.Add.Line(0, 0, 1, 1);
        (diagonal.LineColor, diagonal.LineWidth, diagonal.LinePattern) = (ChartTheme.Of(theme.Ink), 1.5f, LinePattern.Dashed);
        diagonal.MarkerSize = 0;
        diagonal.LegendText = "perfect";
        plot.Axes.SetLimits(0, 1, 0, 1);
        plot.LegendBelow(theme);
        return plot;
    }

    /// <summary>
    /// From accuracy to confidence: on top of the bar where the network is too sure, in its upper part where it is not sure enough.
    /// </summary>
    private static void Gaps(
        Plot plot, string color, string legend, IEnumerable<(double From, long Count, double Confidence, double Accuracy)> bins,
        double width)
    {
        var bars = bins.Select(bin => new Bar
        {
            Position = bin.From + width / 2, ValueBase = Math.Min(bin.Accuracy, bin.Confidence),
            Value = Math.Max(bin.Accuracy, bin.Confidence),
            Size = width * 0.94, FillColor = ChartTheme.Of(color), LineWidth = 0,
        }).ToArray();
        if (bars.Length > 0)
            plot.Add.Bars(bars).LegendText = legend;
    }

    /// <summary>
    /// The accuracy that a bin may well have: Wilson's interval, which is wide where there are few predictions.
    /// </summary>
    private static void Intervals(
        Plot plot, ChartTheme theme, (double From, long Count, double Confidence, double Accuracy)[] bins, double width)
    {
        for (var i = 0; i < bins.Length; i++)
        {
            var (from, count, _, accuracy) = bins[i];
            var (low, high) = Wilson(accuracy, count);
            var at = from + width / 2;
            foreach (var (x1, y1, x2, y2) in new[]
            {
                (at, low, at, high), (at - width * 0.15, low, at + width * 0.15, low), (at - width * 0.15, high, at + width * 0.15, high),
            })
            {
                var line = plot.Add.Line(x1, y1, x2, y2);
                (line.LineColor, line.LineWidth, line.MarkerSize) = (ChartTheme.Of(theme.Ink), 1.5f, 0);
                if (i == 0 && x1 == x2)
                    line.LegendText = "95 % interval of the accuracy";
            }
        }
    }

    /// <summary>
    /// The 95 % interval of a part of n: (p + z^2 / 2n +- z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n).
    /// </summary>
    /// <remarks>E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22, 1927.</remarks>
    internal static (double Low, double High) Wilson(double part, long count)
    {
        const double Z = 1.959964;
        var middle = part + Z * Z / (2 * count);
        var half = Z * Math.Sqrt(part * (1 - part) / count + Z * Z / (4.0 * count * count));
        var all = 1 + Z * Z / count;
        return (Math.Max(0, (middle - half) / all), Math.Min(1, (middle + half) / all));
    }

    private static Plot Histogram(ChartTheme theme, (double From, long Count, double Confidence, double Accuracy)[] bins, double width)
    {
        var plot = Panel.New(theme, "Predictions in each bin", "confidence", "predictions");
        var all = bins.Sum(bin => bin.Count);
        plot.Add.Bars(bins.Select(bin => new Bar
        {
            Position = bin.From + width / 2, Value = bin.Count, Size = width * 0.94, FillColor = ChartTheme.Of(theme.Sky), LineWidth = 0,
        }).ToArray()).LegendText = "predictions";
        Mean(plot, theme.Orange, "mean confidence", bins.Sum(bin => bin.Count * bin.Confidence) / all, LinePattern.Solid);
        Mean(plot, theme.Blue, "accuracy", bins.Sum(bin => bin.Count * bin.Accuracy) / all, LinePattern.Dashed);
        plot.Axes.SetLimits(0, 1, 0, bins.Max(bin => bin.Count) * 1.08);
        plot.Axes.Left.TickGenerator = Panel.Counts();
        plot.LegendBelow(theme);
        return plot;
    }

    private static void Mean(Plot plot, string color, string name, double value, LinePattern pattern)
    {
        var line = plot.Add.VerticalLine(value, 2, ChartTheme.Of(color), pattern);
        line.LegendText = string.Create(CultureInfo.InvariantCulture, $"{name} {value * 100:F1} %");
    }
}
