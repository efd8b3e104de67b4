using BayesGen.Plots.Verdicts;
using ScottPlot;

namespace BayesGen.Plots;

/// <summary>A regression with its band: what the network expects, and how far it would not be surprised to be wrong.</summary>
public static class RegressionBand
{
    /// <summary>Above this number of points their dots are small and faint.</summary>
    private const int Many = 300;

    /// <summary>How many standard deviations the epistemic part is wide on either side.</summary>
    private const double Deviations = 2;

    /// <summary>
    /// The mean as a line, the interval as a band around it, and the data as dots. With <paramref name="epistemic"/> the band has two
    /// shades: within it, dark, what more data would narrow; the light rest is the noise that stays.
    /// </summary>
    /// <param name="x">Where the prediction was made, in rising order.</param>
    /// <param name="mean">The predictive mean at each x.</param>
    /// <param name="lower">The lower end of the interval at each x.</param>
    /// <param name="upper">The upper end of the interval at each x.</param>
    /// <param name="dataX">Where the data was measured.</param>
    /// <param name="dataY">What was measured.</param>
    /// <param name="truth">The curve that the data came from, at each x; null where nobody knows it.</param>
    /// <param name="bandName">What the interval is called, for example <c>95 % interval</c>.</param>
    /// <param name="level">
    /// The part of new data that the band promises to hold, between 0 and 1, for the verdict; null where it promises nothing, as a band
    /// of the epistemic part alone does not.
    /// </param>
    /// <param name="epistemic">
    /// The epistemic standard deviation of the prediction at each x, the root of its epistemic variance; null draws the band in one shade.
    /// Two of them on either side of the mean are dark, and at most what the band has.
    /// </param>
    /// <exception cref="ArgumentException">Lists that belong together differ in length, or x does not rise.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The level is not between 0 and 1.</exception>
    public static Chart Draw(
        IReadOnlyList<double> x,
        IReadOnlyList<double> mean,
        IReadOnlyList<double> lower,
        IReadOnlyList<double> upper,
        IReadOnlyList<double> dataX,
        IReadOnlyList<double> dataY,
        IReadOnlyList<double>? truth = null,
        string bandName = "95 % interval",
        double? level = null,
        IReadOnlyList<double>? epistemic = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(lower);
        ArgumentNullException.ThrowIfNull(upper);
        ArgumentNullException.ThrowIfNull(dataX);
        ArgumentNullException.ThrowIfNull(dataY);
        if (x.Count < 2 || mean.Count != x.Count || lower.Count != x.Count || upper.Count != x.Count
            || (truth is not null && truth.Count != x.Count))
            throw new ArgumentException(
                $"There are {x.Count} places, {mean.Count} means, {lower.Count} lower and {upper.Count} upper ends; expected as many of each, at least two.");
        if (epistemic is not null && (epistemic.Count != x.Count || epistemic.Any(deviation => !(deviation >= 0))))
            throw new ArgumentException(
                $"There are {x.Count} places and {epistemic.Count} epistemic standard deviations; expected one for each place, none negative.",
                nameof(epistemic));
        if (dataX.Count != dataY.Count)
            throw new ArgumentException($"The data has {dataX.Count} places and {dataY.Count} values; expected one value for each place.");
        if (Enumerable.Range(1, x.Count - 1).Any(i => !(x[i] > x[i - 1])))
            throw new ArgumentException("The places of a prediction rise.", nameof(x));
        if (level is not null and not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(
                nameof(level), level, "The level of a band is the part of the data that it holds, between 0 and 1; 0.95 for 95 %.");
        double[] at = [.. x], middle = [.. mean], low = [.. lower], high = [.. upper], placesOfData = [.. dataX], data = [.. dataY];
        double[]? deviations = epistemic is null ? null : [.. epistemic];
        double[]? curve = truth is null ? null : [.. truth];
        return new Chart(
            "Regression with its uncertainty",
            $"Predictive mean and {bandName} from {at[0]:0.##} to {at[^1]:0.##}, with {data.Length} points of data."
            + (deviations is null ? "" : " What is dark of the band is epistemic: more data there would narrow it."),
            1, 800, 460,
            theme =>
            {
                var plot = Panel.New(theme, "", "x", "y");
                var band = plot.Add.FillY(at, low, high);
                band.FillColor = ChartTheme.Of(theme.Sky).WithAlpha(0.35);
                band.LineColor = Colors.Transparent;
                band.MarkerSize = 0;
                band.LegendText = bandName;
                if (deviations is not null)
                {
                    var inner = plot.Add.FillY(
                        at,
                        [.. middle.Select((value, i) => Math.Max(low[i], value - Deviations * deviations[i]))],
                        [.. middle.Select((value, i) => Math.Min(high[i], value + Deviations * deviations[i]))]);
                    inner.FillColor = ChartTheme.Of(theme.Blue).WithAlpha(0.4);
                    inner.LineColor = Colors.Transparent;
                    inner.MarkerSize = 0;
                    inner.LegendText = "epistemic part";
                }

                // Below the lines, and many of them faint: else they would hide what is predicted where it is known best.
                if (data.Length > 0)
                {
                    var ink = ChartTheme.Of(theme.Ink);
                    var dots = plot.Add.Markers(
                        placesOfData, data, MarkerShape.FilledCircle, data.Length > Many ? 4 : 6,
                        data.Length > Many ? ink.WithAlpha(0.4) : ink);
                    dots.LegendText = "data";
                }

                if (curve is not null)
                {
                    var origin = plot.Add.ScatterLine(at, curve, ChartTheme.Of(theme.Green));
                    (origin.LineWidth, origin.LinePattern, origin.LegendText) = (2, LinePattern.Dashed, "truth");
                }

                var line = plot.Add.ScatterLine(at, middle, ChartTheme.Of(theme.Blue));
                (line.LineWidth, line.LegendText) = (2.5f, "predictive mean");
                var (bottom, top) = Panel.Around(low.Concat(high).Concat(data).Concat(curve ?? []));
                plot.Axes.SetLimits(at[0], at[^1], bottom, top);
                plot.LegendBelow(theme);
                return [plot];
            })
        {
            Verdict = level is { } part ? Held(at, low, high, placesOfData, data, part) : null,
        };
    }

    /// <summary>Counts the data in the band, whose ends are straight between the places of the prediction.</summary>
    private static Verdict Held(double[] at, double[] low, double[] high, double[] places, double[] data, double level)
    {
        var (inside, all) = (0, 0);
        foreach (var (place, value) in places.Zip(data).Where(point => point.First >= at[0] && point.First <= at[^1]))
        {
            var found = Array.BinarySearch(at, place);
            var right = Math.Clamp(found >= 0 ? found : ~found, 1, at.Length - 1);
            var part = (place - at[right - 1]) / (at[right] - at[right - 1]);
            double Between(double[] curve) => curve[right - 1] + part * (curve[right] - curve[right - 1]);
            all++;
            inside += value >= Between(low) && value <= Between(high) ? 1 : 0;
        }

        return CoverageVerdict.Of(inside, all, level);
    }
}
