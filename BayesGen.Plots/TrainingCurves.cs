using System.Globalization;
using BayesGen.Plots.Verdicts;
using BayesGen.Reporting;
using ScottPlot;

namespace BayesGen.Plots;

/// <summary>How a training went, epoch by epoch.</summary>
public static class TrainingCurves
{
    /// <summary>The ratio of largest to smallest part of the loss from which on its axis is logarithmic.</summary>
    private const double LogarithmicFrom = 30;

    /// <summary>The line of the total in pixels: what is nearly all of it lies on it, and both are seen.</summary>
    private const float TotalWidth = 5;

    /// <summary>
    /// The loss with its parts, the divergence with beta, and the metrics; those of the validation are dashed.
    /// </summary>
    /// <param name="training">The training.</param>
    /// <exception cref="ArgumentException">The training has no epochs.</exception>
    public static Chart Draw(TrainingResult training)
    {
        ArgumentNullException.ThrowIfNull(training);
        if (training.Epochs.Count == 0)
            throw new ArgumentException("The training has no epochs, so there is nothing to draw.", nameof(training));
        var epochs = training.Epochs;
        var x = epochs.Select(epoch => (double)epoch.Epoch).ToArray();
        var hasValidation = epochs.Any(epoch => epoch.Validation is not null);
        var metrics = epochs.SelectMany(epoch => epoch.Metrics.Keys).Distinct().ToArray();
        var columns = metrics.Length > 0 ? 3 : 2;
        return new Chart(
            "Training",
            $"Loss and its parts, divergence and beta{(metrics.Length > 0 ? ", and metrics" : "")} over {epochs.Count} epochs"
            + (hasValidation ? "; dashed lines are the validation." : "."),
            columns, 400 * columns, 400,
            theme => metrics.Length > 0
                ? [Loss(theme, epochs, x, hasValidation), Divergence(theme, epochs, x), Metrics(theme, epochs, x, metrics)]
                : [Loss(theme, epochs, x, hasValidation), Divergence(theme, epochs, x)])
        {
            Verdict = TrainingVerdict.Of(training),
        };
    }

    private static Plot Loss(ChartTheme theme, IReadOnlyList<EpochResult> epochs, double[] x, bool hasValidation)
    {
        List<(string Name, string Color, LinePattern? Pattern, double[] Values)> curves =
        [
            ("fit", theme.Blue, null, [.. epochs.Select(epoch => epoch.Fit)]),
            // With the loss as the mean over steps it is what beta weighed on the way, while beta itself is that of the epoch's end.
            ("weighted divergence", theme.Orange, null, [.. epochs.Select(epoch => epoch.Total - epoch.Fit)]),
        ];
        if (hasValidation)
            curves.Add(
                ("validation fit", theme.Blue, LinePattern.Dashed, [.. epochs.Select(epoch => epoch.Validation?.Fit ?? double.NaN)]));
        // A divergence hundreds of times the fit would press the fit onto the axis.
        double[] totals = [.. epochs.Select(epoch => epoch.Total)];
        double[] values = [.. curves.SelectMany(curve => curve.Values).Concat(totals).Where(value => double.IsFinite(value) && value != 0)];
        var isLogarithmic = values.Length > 0 && values.Min() > 0 && values.Max() / values.Min() > LogarithmicFrom;
        var plot = Panel.New(theme, "Loss per example", "epoch", isLogarithmic ? "nats (logarithmic)" : "nats");
        double[] Shown(double[] numbers) => isLogarithmic ? [.. numbers.Select(Math.Log10)] : numbers;
        plot.Curve(x, Shown(totals), theme.Faint, "total", width: TotalWidth);
        foreach (var (name, color, pattern, numbers) in curves)
            plot.Curve(x, Shown(numbers), color, name, pattern: pattern);
        Finish(plot, theme, x);
        if (isLogarithmic)
            plot.Axes.Left.TickGenerator = Panel.Decades(Math.Log10(values.Min()), Math.Log10(values.Max()));
        return plot;
    }

    private static Plot Divergence(ChartTheme theme, IReadOnlyList<EpochResult> epochs, double[] x)
    {
        var plot = Panel.New(theme, "Divergence and beta", "epoch", "divergence (1000 nats)");
        var beta = plot.Axes.Right;
        beta.Label.Text = "beta";
        beta.FrameLineStyle.IsVisible = true;
        beta.TickGenerator = Panel.Numbers(value => value.ToString("G4", CultureInfo.InvariantCulture));
        plot.Curve(x, [.. epochs.Select(epoch => epoch.Divergence / 1000)], theme.Vermilion, "divergence");
        plot.Curve(x, [.. epochs.Select(epoch => epoch.Beta)], theme.Purple, "beta (right)", beta, LinePattern.Dotted);
        Finish(plot, theme, x);
        var (low, high) = Panel.Around(epochs.Select(epoch => epoch.Beta).Append(0));
        plot.Axes.SetLimitsY(low, high, beta);
        return plot;
    }

    private static Plot Metrics(ChartTheme theme, IReadOnlyList<EpochResult> epochs, double[] x, string[] names)
    {
        var plot = Panel.New(theme, names.Length == 1 ? Capital(names[0]) : "Metrics", "epoch", names.Length == 1 ? names[0] : "value");
        string[] colors = [theme.Green, theme.Vermilion, theme.Sky, theme.Purple, theme.Orange];
        foreach (var (name, color) in names.Zip(Enumerable.Range(0, names.Length).Select(i => colors[i % colors.Length])))
        {
            plot.Curve(x, [.. epochs.Select(epoch => epoch.Metrics.GetValueOrDefault(name, double.NaN))], color, name);
            double[] validation = [.. epochs.Select(epoch => epoch.Validation?.Metrics.GetValueOrDefault(name, double.NaN) ?? double.NaN)];
            if (validation.Any(double.IsFinite))
                plot.Curve(x, validation, color, "validation " + name, pattern: LinePattern.Dashed);
        }

        Finish(plot, theme, x);
        return plot;
    }

    private static void Finish(Plot plot, ChartTheme theme, double[] x)
    {
        plot.Axes.Margins(0.04, 0.08);
        plot.Axes.AutoScale();
        plot.Axes.Bottom.WholeTicks((int)x[0], (int)x[^1]);
        plot.LegendBelow(theme);
    }

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];
}
