using BayesGen.Parameters;
using BayesGen.Plots.Verdicts;
using BayesGen.Pruning;
using ScottPlot;

namespace BayesGen.Plots;

/// <summary>Weight matrices before and after pruning.</summary>
public static class WeightMatrices
{
    /// <summary>More cells than pixels could not be distinguished: several weights share a cell, which shows the largest of them.</summary>
    private const int MostCells = 420;

    /// <summary>
    /// Heat maps of the posterior means, above as they are and below with the thresholds; weights that are not kept are gray. A row is the
    /// first dimension of the weight, the output of a layer for most; all other dimensions lie side by side, for a convolution the kernels
    /// of its input channels.
    /// </summary>
    /// <param name="model">The network; it is not changed.</param>
    /// <param name="thresholds">The thresholds to try on top of what is pruned.</param>
    /// <param name="keys">The keys of the weights, such as <c>fc1.weight</c>; null takes all that are not vectors.</param>
    /// <exception cref="ArgumentException">A key or a threshold fits nothing in the network.</exception>
    public static Chart Draw(IBayesianNetwork model, Thresholds thresholds, IReadOnlyList<string>? keys = null)
    {
        ArgumentNullException.ThrowIfNull(thresholds);
        var layers = LayerWeights.Of(model, thresholds, keys);
        return new Chart(
            "Weights before and after pruning",
            $"Posterior means of {string.Join(", ", layers.Select(layer => layer.Key))}, above before and below after pruning at {thresholds}; "
            + "gray is pruned, white zero, blue negative, red positive.",
            layers.Count, Math.Max(500, 330 * layers.Count), 600,
            theme =>
            [
                .. layers.Select(layer => Map(theme, layer, $"{layer.Key}, before", i => layer.Kept[i])),
                .. layers.Select(layer => Map(
                    theme, layer,
                    $"after, {Panel.PerCent((double)Enumerable.Range(0, layer.Means.Length).Count(layer.Keeps) / layer.Means.Length)} kept, gray pruned",
                    layer.Keeps)),
            ])
        {
            Verdict = LayerVerdict.Of([.. layers.Select(layer => layer.Count())]),
        };
    }

    private static Plot Map(ChartTheme theme, LayerWeights layer, string title, Func<int, bool> isKept)
    {
        var (rowLabel, columnLabel) = layer.AxisLabels;
        var plot = Panel.New(theme, title, columnLabel, rowLabel);
        var (height, width) = (layer.Rows, layer.Columns);
        // ScottPlot makes nothing of a single row or column, so it is drawn as two halves.
        var cells = new double[Math.Clamp(height, 2, MostCells), Math.Clamp(width, 2, MostCells)];
        var (rows, columns) = (cells.GetLength(0), cells.GetLength(1));
        for (var y = 0; y < rows; y++)
        {
            for (var x = 0; x < columns; x++)
            {
                var most = double.NaN;
                for (var row = Begin(y, height, rows); row < End(y, height, rows); row++)
                {
                    for (var column = Begin(x, width, columns); column < End(x, width, columns); column++)
                    {
                        var i = row * layer.Columns + column;
                        if (isKept(i) && !(Math.Abs(layer.Means[i]) <= Math.Abs(most)))
                            most = layer.Means[i];
                    }
                }

                cells[y, x] = most;
            }
        }

        // Of the weights before pruning, so that the same color is the same weight in both charts.
        var sizes = layer.Means.Where(float.IsFinite).Select(Math.Abs).Order().ToArray();
        var scale = sizes.Length == 0 ? 1 : Math.Max(sizes[(int)((sizes.Length - 1) * 0.995)], 1e-12);
        plot.HideGrid();
        plot.Axes.SetLimits(0, width, height, 0);
        plot.Axes.Bottom.TickGenerator = Panel.Cells(width);
        plot.Axes.Left.TickGenerator = Panel.Cells(height);
        if (cells.Cast<double>().All(double.IsNaN))
        {
            // ScottPlot finds no range in a map of nothing.
            var nothing = plot.Add.Rectangle(0, width, 0, height);
            (nothing.FillColor, nothing.LineWidth) = (ChartTheme.Of(theme.Pruned), 0);
            return plot;
        }

        var map = plot.Add.Heatmap(cells);
        map.Colormap = new ScottPlot.Colormaps.CustomInterpolated(
            [.. ((string[])["#053061", "#2166AC", "#67A9CF", "#F7F7F7", "#EF8A62", "#B2182B", "#67001F"]).Select(Color.FromHex)]);
        map.ManualRange = new ScottPlot.Range(-scale, scale);
        map.NaNCellColor = ChartTheme.Of(theme.Pruned);
        // From the middle of the first cell to the middle of the last one.
        var (wide, high) = ((double)width / columns, (double)height / rows);
        map.Extent = new CoordinateRect(wide / 2, width - wide / 2, height - high / 2, high / 2);
        var bar = plot.Add.ColorBar(map);
        bar.Width = 12;
        Panel.Axis(bar.Axis, theme.Ink);
        bar.Axis.TickLabelStyle.FontSize = 11;
        return plot;
    }

    private static int Begin(int cell, int count, int cells) => (int)((long)cell * count / cells);

    private static int End(int cell, int count, int cells) => Math.Max(Begin(cell, count, cells) + 1, Begin(cell + 1, count, cells));
}
