using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace BayesGen.Plots;

/// <summary>What the panels of all charts have in common.</summary>
internal static class Panel
{
    /// <summary>An empty panel with its title and the labels of its axes.</summary>
    public static Plot New(ChartTheme theme, string title, string x, string y)
    {
        var plot = new Plot();
        plot.Font.Set(ChartFonts.Family);
        plot.DataBackground.Color = Colors.Transparent;
        plot.Axes.Color(ChartTheme.Of(theme.Ink));
        plot.Grid.MajorLineColor = ChartTheme.Of(theme.Grid);
        plot.Axes.Title.Label.Text = title;
        plot.Axes.Title.Label.FontSize = 14;
        plot.Axes.Title.Label.Bold = true;
        plot.Axes.Title.Label.ForeColor = ChartTheme.Of(theme.Ink);
        plot.Axes.Bottom.Label.Text = x;
        plot.Axes.Left.Label.Text = y;
        foreach (var axis in (IAxis[])[plot.Axes.Bottom, plot.Axes.Left, plot.Axes.Right])
            Axis(axis, theme.Ink);
        plot.Axes.Right.FrameLineStyle.IsVisible = false;
        plot.Axes.Top.FrameLineStyle.IsVisible = false;
        plot.Axes.Right.MinimumSize = 16;
        plot.Axes.Bottom.TickGenerator = Numbers(value => value.ToString("G6", CultureInfo.InvariantCulture));
        plot.Axes.Left.TickGenerator = Numbers(value => value.ToString("G6", CultureInfo.InvariantCulture));
        return plot;
    }

    /// <summary>The letters and lines of an axis.</summary>
    public static void Axis(IAxis axis, string color)
    {
        axis.Label.FontName = ChartFonts.Family;
        axis.Label.FontSize = 13;
        axis.Label.Bold = false;
        axis.Label.ForeColor = ChartTheme.Of(color);
        axis.TickLabelStyle.FontName = ChartFonts.Family;
        axis.TickLabelStyle.FontSize = 12;
        axis.TickLabelStyle.ForeColor = ChartTheme.Of(color);
        axis.FrameLineStyle.Color = ChartTheme.Of(color);
        axis.MajorTickStyle.Color = ChartTheme.Of(color);
        axis.MinorTickStyle.Length = 0;
    }

    /// <summary>A legend below the panel, where it covers nothing.</summary>
    public static void LegendBelow(this Plot plot, ChartTheme theme)
    {
        var panel = plot.ShowLegend(Edge.Bottom);
        panel.Padding = new PixelPadding(4);
        plot.Legend.Orientation = Orientation.Horizontal;
        plot.Legend.FontName = ChartFonts.Family;
        plot.Legend.FontSize = 12;
        plot.Legend.FontColor = ChartTheme.Of(theme.Ink);
        plot.Legend.BackgroundColor = Colors.Transparent;
        plot.Legend.OutlineColor = Colors.Transparent;
        plot.Legend.ShadowColor = Colors.Transparent;
        // Long enough for a dash to be seen as one.
        plot.Legend.SymbolWidth = 28;
        plot.Legend.TightHorizontalWrapping = true;
        plot.Legend.InterItemPadding = new PixelPadding(8, 3);
    }

    /// <summary>Where there are more curves than colors the line tells two of one color apart: whole, dashes, dots.</summary>
    /// <param name="curve">The number of the curve, from 0.</param>
    /// <param name="colors">How many colors there are.</param>
    public static LinePattern? PatternOf(int curve, int colors) => (curve / colors % 3) switch
    {
        0 => null,
        1 => LinePattern.Dashed,
        _ => LinePattern.Dotted,
    };

    /// <summary>A line with a dot at each point.</summary>
    public static void Curve(
        this Plot plot, double[] x, double[] y, string color, string legend, IYAxis? axis = null, LinePattern? pattern = null,
        float width = 2)
    {
        // A value that was not measured is a gap, not a zero.
        var points = x.Zip(y).Where(point => double.IsFinite(point.Second)).ToArray();
        var curve = plot.Add.Scatter(
            points.Select(point => point.First).ToArray(), points.Select(point => point.Second).ToArray(), ChartTheme.Of(color));
        curve.LineWidth = width;
        curve.MarkerSize = points.Length > 60 ? 0 : Math.Max(6, width);
        curve.LegendText = legend;
        if (pattern is { } dashes)
        {
            curve.LinePattern = dashes;
            curve.MarkerShape = MarkerShape.OpenCircle;
        }

        if (axis is not null)
            curve.Axes.YAxis = axis;
    }

    /// <summary>Ticks at whole numbers, at most about ten.</summary>
    public static void WholeTicks(this IXAxis axis, int from, int to)
    {
        int[] steps = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000];
        var step = steps.FirstOrDefault(step => (to - from) / step <= 10, Math.Max(1, (to - from) / 10));
        var at = Enumerable.Range(from, to - from + 1).Where(value => value % step == 0 || (value == from && step == 1)).ToArray();
        axis.TickGenerator = new NumericManual(
            [.. at.Select(value => (double)value)], [.. at.Select(value => value.ToString("N0", CultureInfo.InvariantCulture))]);
    }

    /// <summary>Ticks at the middles of cells that are one unit wide, some eight at most, with the index of the cell, from 0.</summary>
    public static NumericManual Cells(int count)
    {
        var marks = CellMarks(count);
        return new NumericManual([.. marks.Select(mark => mark.At)], [.. marks.Select(mark => mark.Label)]);
    }

    /// <inheritdoc cref="Cells"/>
    internal static IReadOnlyList<(double At, string Label)> CellMarks(int count)
    {
        int[] heads = [1, 2, 5];
        var steps = Enumerable.Range(0, 9).SelectMany(power => heads.Select(head => head * (long)Math.Pow(10, power)));
        var step = steps.First(step => (count - 1) / step < 8);
        return [.. Enumerable.Range(0, (int)((count - 1) / step) + 1)
            .Select(i => (i * step + 0.5, (i * step).ToString("N0", CultureInfo.InvariantCulture)))];
    }

    /// <summary>Ticks of a logarithmic axis: whole powers of ten, and 2 and 5 of each where there are few.</summary>
    /// <param name="low">The logarithm of the smallest value, to base 10.</param>
    /// <param name="high">The logarithm of the largest value.</param>
    public static NumericManual Decades(double low, double high)
    {
        int[] heads = high - low < 2.5 ? [1, 2, 5] : [1];
        double[] marks =
        [
            .. from power in Enumerable.Range((int)Math.Floor(low) - 1, (int)(Math.Ceiling(high) - Math.Floor(low)) + 3)
               from head in heads
               select head * Math.Pow(10, power),
        ];
        return new NumericManual(
            [.. marks.Select(Math.Log10)],
            [.. marks.Select(mark => mark.ToString(mark >= 1 ? "#,0" : "0.######", CultureInfo.InvariantCulture))]);
    }

    /// <summary>Ticks where they suit, with room between their numbers.</summary>
    public static NumericAutomatic Numbers(Func<double, string> text) => new()
    {
        TickDensity = 0.6,
        // What floating point leaves of zero is zero, and a minus is longer than a hyphen.
        LabelFormatter = value => (Math.Abs(value) < 1e-12 ? text(0) : text(value)).Replace('-', '\u2212'),
    };

    /// <summary>Ticks at whole numbers with thousands apart.</summary>
    public static NumericAutomatic Counts() => Numbers(value => value.ToString("#,0.##", CultureInfo.InvariantCulture));

    /// <summary>Ticks in per cent.</summary>
    public static NumericAutomatic PerCents() => Numbers(value => (value * 100).ToString("0.##", CultureInfo.InvariantCulture) + " %");

    /// <summary>A part of 1 in per cent: two digits, and more only where it is close to 0 or 100.</summary>
    public static string PerCent(double part)
    {
        var distance = Math.Min(Math.Abs(part), Math.Abs(1 - part));
        var digits = distance is 0 or >= 0.095 ? 0 : distance >= 0.0095 ? 1 : 2;
        return (part * 100).ToString("F" + digits, CultureInfo.InvariantCulture) + " %";
    }

    /// <summary>The limits of an axis around values: a little more than they need.</summary>
    public static (double Low, double High) Around(IEnumerable<double> values, double margin = 0.06)
    {
        var finite = values.Where(double.IsFinite).ToArray();
        if (finite.Length == 0)
            return (0, 1);
        var (low, high) = (finite.Min(), finite.Max());
        var room = high > low ? (high - low) * margin : Math.Max(Math.Abs(high) * 0.1, 1e-6);
        return (low - room, high + room);
    }
}
