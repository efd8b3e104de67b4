using System.Globalization;
using BayesGen.Parameters;
using BayesGen.Pruning;
using ScottPlot;

namespace BayesGen.Plots;

/// <summary>Which inputs of a network count, laid out as the image that they are.</summary>
public static class InputMap
{
    /// <summary>
    /// A heat map of the inputs that a linear layer reads: of each input the sum of the sizes of the weights that are kept,
    /// sum_o abs(E w[o, i]); inputs that no weight reads are gray.
    /// </summary>
    /// <param name="model">The network; it is not changed.</param>
    /// <param name="key">The key of the layer's weight, [outputs, inputs], such as <c>fc1.weight</c>.</param>
    /// <param name="width">The width of the image in pixels; the number of inputs is a multiple of it.</param>
    /// <param name="thresholds">The thresholds to try on top of what is pruned, or null.</param>
    /// <exception cref="ArgumentException">
    /// A key or a threshold fits nothing in the network, the weight is no matrix, or its inputs are no rows of the width.
    /// </exception>
    /// <example><c>InputMap.Draw(model, "fc1.weight", width: 28).SavePng("pixels.png");</c></example>
    public static Chart Draw(IBayesianNetwork model, string key, int width, Thresholds? thresholds = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        var layer = LayerWeights.Of(model, thresholds, [key])[0];
        if (model.Arena.BayesianWeights.First(weight => weight.Key == key).Shape.Count != 2)
            throw new ArgumentException($"'{key}' is no matrix [outputs, inputs]. Name the weight of the first linear layer.", nameof(key));
        if (width < 1 || layer.Columns % width != 0)
            throw new ArgumentException(
                $"'{key}' reads {layer.Columns} inputs, which are no rows of {width} pixels. Give the width of the image.", nameof(width));
        var strengths = new double[layer.Columns];
        for (var input = 0; input < strengths.Length; input++)
        {
            var read = Enumerable.Range(0, layer.Rows).Select(output => output * layer.Columns + input).Where(layer.Keeps).ToList();
            strengths[input] = read.Count == 0 ? double.NaN : read.Sum(i => (double)Math.Abs(layer.Means[i]));
        }

        var left = strengths.Count(strength => !double.IsNaN(strength));
        var caption = string.Create(CultureInfo.InvariantCulture, $"{left:N0} of {strengths.Length:N0} inputs are read");
        return new Chart(
            "Inputs that count",
            $"For each input of {key} the sum of the sizes of the weights that are kept; {caption}, gray ones are not.",
            1, 560, 560, theme => [Map(theme, strengths, width, caption)]);
    }

    private static Plot Map(ChartTheme theme, double[] strengths, int width, string caption)
    {
        var height = strengths.Length / width;
        var plot = Panel.New(theme, caption, "column", "row");
        plot.HideGrid();
        plot.Axes.SetLimits(0, width, height, 0);
        plot.Axes.SquareUnits();
        plot.Axes.Bottom.TickGenerator = Panel.Cells(width);
        plot.Axes.Left.TickGenerator = Panel.Cells(height);
        var most = strengths.Where(double.IsFinite).DefaultIfEmpty(0).Max();
        // A rectangle for each input: a heat map of ScottPlot has no single row, and none where nothing is left.
        var colors = new ScottPlot.Colormaps.CustomInterpolated(
            [.. ((string[])["#F7F7F7", "#D1E5F0", "#67A9CF", "#2166AC", "#053061"]).Select(Color.FromHex)]);
        for (var i = 0; i < strengths.Length; i++)
        {
            var (row, column) = (i / width, i % width);
            var cell = plot.Add.Rectangle(column, column + 1, row, row + 1);
            cell.LineWidth = 0;
            cell.FillColor = double.IsNaN(strengths[i]) ? ChartTheme.Of(theme.Pruned) : colors.GetColor(most > 0 ? strengths[i] / most : 0);
        }

        return plot;
    }
}
