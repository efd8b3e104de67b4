using System.Globalization;
using ScottPlot;

namespace BayesGen.Plots;

/// <summary>How unsure a network is of what it knows and of what it has never seen.</summary>
public static class EntropyHistograms
{
    private const int Bins = 40;

    /// <summary>Two histograms of entropies, each as parts of its own examples, one over the other.</summary>
    /// <param name="inDistribution">Entropies of predictions for data like that of the training, in nats.</param>
    /// <param name="outOfDistribution">Entropies of predictions for other data, in nats.</param>
    /// <param name="inName">What the first data is called.</param>
    /// <param name="outName">What the other data is called.</param>
    /// <param name="highest">The highest entropy there can be, log(classes); null takes the highest there is.</param>
    /// <param name="network">Whose predictions they are, for the title; null says nothing of it.</param>
    /// <exception cref="ArgumentException">A list is empty or holds what is not finite.</exception>
    public static Picture Draw(
        IReadOnlyList<double> inDistribution,
        IReadOnlyList<double> outOfDistribution,
        string inName = "in distribution",
        string outName = "out of distribution",
        double? highest = null,
        string? network = null)
    {
        double[] inside = Checked(inDistribution, nameof(inDistribution)), outside = Checked(outOfDistribution, nameof(outOfDistribution));
        var end = highest ?? Math.Max(Math.Max(inside.Max(), outside.Max()), 1e-6);
        return new Picture(
            network is null ? "Predictive entropy" : $"Predictive entropy of {network}",
            string.Create(
                CultureInfo.InvariantCulture,
                $"Entropies of predictions: {inName} with mean {inside.Average():F2} nats, {outName} with mean {outside.Average():F2} nats."),
            1, 800, 440,
            theme =>
            {
                var plot = Panel.New(theme, "", "predictive entropy (nats)", "part of the examples");
                double[] first = Parts(inside, end), second = Parts(outside, end);
                Steps(plot, first, end, theme.Blue, Name(inName, inside));
                Steps(plot, second, end, theme.Orange, Name(outName, outside));
                plot.Axes.SetLimits(0, end, 0, Math.Max(first.Max(), second.Max()) * 1.06);
                plot.Axes.Left.TickGenerator = Panel.PerCents();
                plot.LegendBelow(theme);
                return [plot];
            });
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

    private static double[] Parts(double[] values, double end)
    {
        var parts = new double[Bins];
        foreach (var value in values)
            parts[Math.Clamp((int)(value / end * Bins), 0, Bins - 1)] += 1.0 / values.Length;
        return parts;
    }

    /// <summary>An outline over a faint filling: where two overlap, both can still be seen.</summary>
    private static void Steps(Plot plot, double[] parts, double end, string color, string legend)
    {
        var corners = new List<Coordinates> { new(0, 0) };
        for (var i = 0; i < parts.Length; i++)
        {
            corners.Add(new Coordinates(end * i / parts.Length, parts[i]));
            corners.Add(new Coordinates(end * (i + 1) / parts.Length, parts[i]));
        }

        corners.Add(new Coordinates(end, 0));
        var area = plot.Add.Polygon([.. corners]);
        area.FillColor = PictureTheme.Of(color).WithAlpha(0.35);
        area.LineColor = PictureTheme.Of(color);
        area.LineWidth = 2;
        area.LegendText = legend;
    }
}
