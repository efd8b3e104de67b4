using System.Globalization;
using BayesGen.Plots.Verdicts;
using BayesGen.Prediction;

namespace BayesGen.Plots;

/// <summary>Several models on one data set: their error when the least sure answers are left out.</summary>
public static class ComparisonChart
{
    /// <summary>The most points of a curve; a chart has no room for more.</summary>
    private const int Points = 200;

    /// <summary>
    /// A curve for each model: the error among the answers that are kept, against the part that is kept, the surest first. A model that
    /// knows where it errs falls to the left; one that does not stays level.
    /// </summary>
    /// <param name="comparison">What is compared. The curves from the seventh on repeat the colors, with dashes and then with dots.</param>
    public static Chart Draw(Comparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        var curves = comparison.RiskCurves.Select(curve =>
        {
            var places = Enumerable.Range(1, Math.Min(Points, curve.Length))
                .Select(i => (int)Math.Ceiling(i * curve.Length / (double)Math.Min(Points, curve.Length)) - 1).ToArray();
            return (X: Array.ConvertAll(places, place => (place + 1.0) / curve.Length), Y: Array.ConvertAll(places, place => curve[place]));
        }).ToList();
        return new Chart(
            "Error when the least sure answers are left out",
            $"{comparison.Risk} of the answers kept, for {comparison.RiskCurves[0].Length.ToString("N0", CultureInfo.InvariantCulture)} "
            + "examples: "
            + string.Join("; ", comparison.Names.Zip(comparison.RiskCurves, (name, curve) =>
                string.Create(CultureInfo.InvariantCulture, $"{name} {curve[^1]:G3} of all, "
                    + $"{curve[Math.Max(0, curve.Length / 2 - 1)]:G3} of the surer half"))) + ".",
            1, 800, 480,
            theme =>
            {
                string[] colors = [theme.Blue, theme.Orange, theme.Green, theme.Vermilion, theme.Purple, theme.Sky];
                var plot = Panel.New(theme, "", "answers kept, the surest first", comparison.Risk);
                for (var i = 0; i < curves.Count; i++)
                    plot.Curve(
                        curves[i].X, curves[i].Y, colors[i % colors.Length], comparison.Names[i],
                        pattern: Panel.PatternOf(i, colors.Length));
                var (low, high) = Panel.Around([.. curves.SelectMany(curve => curve.Y)], 0.08);
                plot.Axes.SetLimits(0, 1.02, Math.Min(low, 0), high);
                plot.Axes.Bottom.TickGenerator = Panel.PerCents();
                if (comparison.Risk == "wrong")
                    plot.Axes.Left.TickGenerator = Panel.PerCents();
                plot.LegendBelow(theme);
                return [plot];
            })
        {
            Verdict = ComparisonVerdict.Of(comparison),
        };
    }
}
