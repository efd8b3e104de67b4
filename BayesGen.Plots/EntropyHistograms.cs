using System.Globalization;
using BayesGen.Plots.Verdicts;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace BayesGen.Plots;

/// <summary>How unsure a network is of what it knows and of what it has never seen.</summary>
public static class EntropyHistograms
{
    private const int Bins = 40;

    /// <summary>The lowest and the highest exponent that a logarithmic axis may begin at.</summary>
    private const int LowestBegin = -6, HighestBegin = -2;

    /// <summary>Two histograms of entropies, each as parts of its own examples, one over the other.</summary>
    /// <remarks>
    /// A network that knows its data well is so sure of it that on an even axis nearly all of it would be one bar at zero. Where that bar
    /// would hold more than half of it, the axis is logarithmic, and begins at a power of ten that holds all below it too.
    /// </remarks>
    /// <param name="inDistribution">Entropies of predictions for data like that of the training, in nats.</param>
    /// <param name="outOfDistribution">Entropies of predictions for other data, in nats.</param>
    /// <param name="inName">What the first data is called.</param>
    /// <param name="outName">What the other data is called.</param>
    /// <param name="highest">The highest entropy there can be, log(classes); null takes the highest there is.</param>
    /// <param name="network">Whose predictions they are, for the title; null says nothing of it.</param>
    /// <exception cref="ArgumentException">A list is empty or holds what is not finite.</exception>
    public static Chart Draw(
        IReadOnlyList<double> inDistribution,
        IReadOnlyList<double> outOfDistribution,
        string inName = "in distribution",
        string outName = "out of distribution",
        double? highest = null,
        string? network = null)
    {
        double[] inside = Checked(inDistribution, nameof(inDistribution)), outside = Checked(outOfDistribution, nameof(outOfDistribution));
        var end = highest ?? Math.Max(Math.Max(inside.Max(), outside.Max()), 1e-6);
        var isLogarithmic = Parts(inside, value => value / end)[0] > 0.5;
        var begin = isLogarithmic ? Begin([.. inside, .. outside]) : 0;
        var last = isLogarithmic ? Math.Log10(end) : end;
        return new Chart(
            network is null ? "Predictive entropy" : $"Predictive entropy of {network}",
            string.Create(
                CultureInfo.InvariantCulture,
                $"Entropies of predictions: {inName} with mean {inside.Average():F2} nats, {outName} with mean {outside.Average():F2} nats."),
            1, 800, 440,
            theme =>
            {
                var plot = Panel.New(theme, "", isLogarithmic ? "predictive entropy (nats, logarithmic)" : "predictive entropy (nats)",
                    "part of the examples");
                double Place(double value) => ((isLogarithmic ? Math.Log10(value) : value) - begin) / (last - begin);
                double[] first = Parts(inside, Place), second = Parts(outside, Place);
                Steps(plot, first, begin, last, theme.Blue, Name(inName, inside));
                Steps(plot, second, begin, last, theme.Orange, Name(outName, outside));
                plot.Axes.SetLimits(begin, last, 0, Math.Max(first.Max(), second.Max()) * 1.06);
                if (isLogarithmic)
                    plot.Axes.Bottom.TickGenerator = Decades((int)begin, last);
                plot.Axes.Left.TickGenerator = Panel.PerCents();
                plot.LegendBelow(theme);
                return [plot];
            })
        {
            Verdict = SeparationVerdict.Of(inside, outside, inName, outName),
        };
    }

    /// <summary>The exponent below which there is next to nothing: a hundredth of all.</summary>
    private static int Begin(double[] values) => (int)Math.Clamp(
        Math.Floor(Math.Log10(values.Order().ElementAt(values.Length / 100))), LowestBegin, HighestBegin);

    /// <summary>Powers of ten; what is below the first one is in the first bar.</summary>
    private static NumericManual Decades(int begin, double last)
    {
        int[] powers = [.. Enumerable.Range(begin, (int)Math.Floor(last) - begin + 1)];
        return new NumericManual(
            [.. powers.Select(power => (double)power)],
            [.. powers.Select(
                power => (power == begin ? "\u2264 " : "") + Math.Pow(10, power).ToString("0.######", CultureInfo.InvariantCulture))]);
    }

    private static string Name(string name, double[] values) =>
        string.Create(CultureInfo.InvariantCulture, $"{name} ({values.Length:N0}, mean {values.Average():F2})");

    private static double[] Checked(IReadOnlyList<double> values, string name)
    {
        ArgumentNullException.ThrowIfNull(values, name);
        if (values.Count == 0 || values.Any(value => !double.IsFinite(value)))
            throw new ArgumentException("Entropies are finite, and there is at least one.", name);
        return [.. values];
    }

    /// <param name="values">The values.</param>
    /// <param name="place">Where a value lies on the axis, 0 to 1.</param>
    private static double[] Parts(double[] values, Func<double, double> place)
    {
        var parts = new double[Bins];
        foreach (var value in values)
            parts[(int)Math.Clamp(place(value) * Bins, 0, Bins - 1)] += 1.0 / values.Length;
        return parts;
    }

    /// <summary>An outline over a faint filling: where two overlap, both can still be seen.</summary>
    private static void Steps(Plot plot, double[] parts, double begin, double last, string color, string legend)
    {
        var corners = new List<Coordinates> { new(begin, 0) };
        for (var i = 0; i < parts.Length; i++)
        {
            corners.Add(new Coordinates(begin + (last - begin) * i / parts.Length, parts[i]));
            corners.Add(new Coordinates(begin + (last - begin) * (i + 1) / parts.Length, parts[i]));
        }

        corners.Add(new Coordinates(last, 0));
        var area = plot.Add.Polygon([.. corners]);
        area.FillColor = ChartTheme.Of(color).WithAlpha(0.35);
        area.LineColor = ChartTheme.Of(color);
        area.LineWidth = 2;
        area.LegendText = legend;
    }
}
