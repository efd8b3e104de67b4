using System.Globalization;
using BayesGen.Parameters;
using BayesGen.Plots.Verdicts;
using BayesGen.Pruning;
using ScottPlot;

namespace BayesGen.Plots;

/// <summary>How the pruning scores of each layer are spread, and what a threshold would take.</summary>
public static class ScoreHistograms
{
    private const int Bins = 48;

    /// <summary>How often the highest bin has to have the median bin for the axis to be logarithmic.</summary>
    private const double LogarithmicFrom = 40;

    /// <summary>What a bin of one weight is high on a logarithmic axis, in powers of ten, so that it is seen.</summary>
    private const double LeastHeight = 0.3;

    /// <summary>
    /// One panel for each weight tensor: the scores of its weights, or of its units where the family scores units; in one color those that
    /// are kept, in another those that the threshold would prune, and gray those that are pruned already.
    /// </summary>
    /// <param name="model">The network; it is not changed.</param>
    /// <param name="thresholds">The thresholds to show, with their kind of score; null shows none.</param>
    /// <param name="keys">The keys of the weights, such as <c>fc1.weight</c>; null takes all that are not vectors.</param>
    /// <exception cref="ArgumentException">A key or a threshold fits nothing in the network.</exception>
    public static Chart Draw(IBayesianNetwork model, Thresholds? thresholds = null, IReadOnlyList<string>? keys = null)
    {
        var layers = LayerWeights.Of(model, thresholds, keys);
        var columns = Math.Min(layers.Count, 2);
        var rows = (layers.Count + columns - 1) / columns;
        return new Chart(
            layers.All(layer => layer.Parts.Noun == layers[0].Parts.Noun) ? $"Scores of the {layers[0].Parts.Noun}" : "Scores",
            $"Histograms of the pruning scores of {string.Join(", ", layers.Select(layer => layer.Key))}"
            + (thresholds is null ? "." : $", with the threshold {thresholds}: what lies to the left of the line is pruned.")
            + (layers.Any(layer => layer.Parts.Kept.Contains(false)) ? " What is gray is pruned already." : ""),
            columns, columns == 1 ? 800 : 1100, 40 + 290 * rows,
            theme => [.. layers.Select(layer => Layer(theme, layer, thresholds?.Score ?? PruningScore.Family))])
        {
            Verdict = thresholds is null ? null : LayerVerdict.Of([.. layers.Select(layer => layer.Count())]),
        };
    }

    private static Plot Layer(ChartTheme theme, LayerWeights layer, PruningScore score)
    {
        double[] Scores(bool kept) =>
            [.. layer.Parts.Scores.Zip(layer.Parts.Kept).Where(pair => pair.Second == kept && float.IsFinite(pair.First))
                .Select(pair => (double)pair.First)];
        var (present, gone) = (Scores(kept: true), Scores(kept: false));
        double[] scores = [.. present, .. gone];
        var title = layer.Key;
        if (layer.Threshold is { } cut)
        {
            var all = layer.Parts.Scores.Length;
            var left = layer.Parts.Scores.Zip(layer.Parts.Kept).Count(part => part.Second && part.First >= cut);
            title += string.Create(
                CultureInfo.InvariantCulture,
                $": keeps {left:N0} of {all:N0} ({Panel.PerCent((double)left / all)})");
        }

        var name = score == PruningScore.TotalNoise ? "-log(Var w / (E w)\u00B2)" : layer.ScoreName;
        var plot = Panel.New(theme, title, Named(name), layer.Parts.Noun);
        if (scores.Length == 0)
        {
            plot.Axes.SetLimits(-1, 1, 0, 1);
            return plot;
        }

        var (low, high) = Range(scores, layer.Threshold);
        var width = (high - low) / Bins;
        // Bins begin at the threshold, so that none is pruned by half.
        if (layer.Threshold is { } threshold && threshold > low && threshold < high)
            low = threshold - Math.Ceiling((threshold - low) / width) * width;
        double[] CountsOf(double[] values)
        {
            var counts = new double[Bins + 1];
            foreach (var value in values)
                counts[Math.Clamp((int)Math.Floor((value - low) / width), 0, Bins)]++;
            return counts;
        }

        var (counts, both) = (CountsOf(present), CountsOf(scores));
        // Where most weights are in one bin, the others would have no height.
        var typical = both.Where(count => count > 0).Order().ToArray();
        var isLogarithmic = both.Max() > LogarithmicFrom * typical[typical.Length / 2];
        if (isLogarithmic)
        {
            plot.Axes.Left.Label.Text = layer.Parts.Noun + " (logarithmic)";
            double[] Logarithms(double[] of) => [.. of.Select(count => count == 0 ? 0 : Math.Log10(count) + LeastHeight)];
            (counts, both) = (Logarithms(counts), Logarithms(both));
        }

        // Behind the others: what stands out of them is gone.
        if (gone.Length > 0)
            Bars(plot, theme.Pruned, "pruned already", low, width, both, (_, count) => count > 0);
        Bars(plot, theme.Blue, "kept", low, width, counts, (from, _) => layer.Threshold is not { } t || from >= t - width * 1e-6);
        if (layer.Threshold is { } line)
        {
            // After a pruning at this threshold nothing is left for it to take, which no entry of the legend has to say.
            if (gone.Length == 0 || present.Any(score => score < line))
                Bars(plot, theme.Orange, "pruned", low, width, counts, (from, _) => from < line - width * 1e-6);
            var vertical = plot.Add.VerticalLine(line, 2, ChartTheme.Of(theme.Vermilion), LinePattern.Dashed);
            vertical.LegendText = string.Create(CultureInfo.InvariantCulture, $"threshold {line:0.##}");
        }

        if (layer.Threshold is not null || gone.Length > 0)
            plot.LegendBelow(theme);
        plot.Axes.SetLimits(low - width, low + (Bins + 2) * width, 0, both.Max() * 1.08);
        plot.Axes.Left.TickGenerator = isLogarithmic ? Powers(both.Max()) : Panel.Counts();
        return plot;
    }

    /// <summary>The axis of a score; a minus is longer than a hyphen.</summary>
    private static string Named(string score) =>
        score == "score" ? score : "score: " + score.Replace("-log", "\u2212log", StringComparison.Ordinal);

    private static void Bars(
        Plot plot, string color, string legend, double low, double width, double[] counts, Func<double, double, bool> takes)
    {
        var bars = Enumerable.Range(0, counts.Length)
            .Where(i => takes(low + i * width, counts[i]))
            .Select(i => new Bar
            {
                Position = low + (i + 0.5) * width, Value = counts[i], Size = width * 0.92, FillColor = ChartTheme.Of(color),
                LineWidth = 0,
            })
            .ToArray();
        if (bars.Length > 0)
            plot.Add.Bars(bars).LegendText = legend;
        else
            plot.Legend.ManualItems.Add(new LegendItem { LabelText = legend + " (none)", FillColor = ChartTheme.Of(color) });
    }

    private static ScottPlot.TickGenerators.NumericManual Powers(double highest)
    {
        var powers = Enumerable.Range(0, (int)Math.Floor(highest) + 1).ToArray();
        return new ScottPlot.TickGenerators.NumericManual(
            [.. powers.Select(power => power + LeastHeight)],
            [.. powers.Select(power => Math.Pow(10, power).ToString("#,0", CultureInfo.InvariantCulture))]);
    }

    /// <summary>
    /// The scores but for one in a thousand on either side, and the threshold: a few outliers do not flatten the rest.
    /// </summary>
    private static (double Low, double High) Range(double[] scores, double? threshold)
    {
        var sorted = scores.Order().ToArray();
        var aside = sorted.Length / 1000;
        var (low, high) = (sorted[aside], sorted[^(aside + 1)]);
        if (threshold is { } cut && double.IsFinite(cut))
            (low, high) = (Math.Min(low, cut), Math.Max(high, cut));
        return high > low ? (low, high) : (low - 0.5, high + 0.5);
    }
}
