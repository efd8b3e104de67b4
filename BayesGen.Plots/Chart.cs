using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ScottPlot;
using SkiaSharp;

namespace BayesGen.Plots;

/// <summary>
/// A chart, redrawn each time it is asked for: as PNG or SVG, at any size, on a light or a dark ground. It holds plain numbers and no
/// tensors, so it stays right whatever becomes of the network, and can be used from any thread.
/// </summary>
public sealed partial class Chart
{
    private const int TitleHeight = 40;
    private const float TitleSize = 19;

    /// <summary>The widest image of a panel on a page, in pixels.</summary>
    private const int WidestPanel = 560;

    private readonly Func<ChartTheme, IReadOnlyList<Plot>> _panels;
    private readonly int _columns;

    internal Chart(string title, string description, int columns, int width, int height, Func<ChartTheme, IReadOnlyList<Plot>> panels)
    {
        ChartFonts.Register();
        (Title, Description, Width, Height) = (title, description, width, height);
        (_columns, _panels) = (columns, panels);
    }

    /// <summary>The title.</summary>
    public string Title { get; }

    /// <summary>What the chart shows, in a sentence or two: for the page around it and for those who cannot see it.</summary>
    public string Description { get; }

    /// <summary>What the numbers of the chart say, for newcomers; null where they say neither good nor bad.</summary>
    public Verdict? Verdict { get; internal init; }

    /// <summary>The width that suits the chart, in pixels.</summary>
    public int Width { get; }

    /// <summary>The height that suits the chart, in pixels.</summary>
    public int Height { get; }

    /// <summary>The chart as a PNG file.</summary>
    /// <param name="width">The width in pixels; null is <see cref="Width"/>.</param>
    /// <param name="height">The height in pixels; null is <see cref="Height"/>.</param>
    /// <param name="theme">The colors; null is <see cref="ChartTheme.Light"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is less than 100 pixels.</exception>
    public byte[] ToPngBytes(int? width = null, int? height = null, ChartTheme? theme = null)
    {
        var (w, h) = Size(width, height);
        using var surface = SKSurface.Create(new SKImageInfo(w, h))
            ?? throw new InvalidOperationException($"SkiaSharp cannot make a chart of {w}x{h} pixels.");
        Draw(surface.Canvas, w, h, theme ?? ChartTheme.Light);
        using var image = surface.Snapshot();
        using var data = image.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    /// <summary>The chart as SVG text. Its words are text, too: they can be searched and copied.</summary>
    /// <param name="width">The width in pixels; null is <see cref="Width"/>.</param>
    /// <param name="height">The height in pixels; null is <see cref="Height"/>.</param>
    /// <param name="theme">The colors; null is <see cref="ChartTheme.Light"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is less than 100 pixels.</exception>
    public string ToSvg(int? width = null, int? height = null, ChartTheme? theme = null)
    {
        var (w, h) = Size(width, height);
        // A viewer without the font takes the next one that has about its widths.
        return Svg(w, h, canvas => Draw(canvas, w, h, theme ?? ChartTheme.Light))
            .Replace($"font-family=\"{ChartFonts.Family}\"", $"font-family=\"{ChartFonts.Family}, Arial, Helvetica, sans-serif\"",
                StringComparison.Ordinal);
    }

    /// <summary>Writes a PNG file.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="width">The width in pixels; null is <see cref="Width"/>.</param>
    /// <param name="height">The height in pixels; null is <see cref="Height"/>.</param>
    /// <param name="theme">The colors; null is <see cref="ChartTheme.Light"/>.</param>
    public void SavePng(string path, int? width = null, int? height = null, ChartTheme? theme = null) =>
        File.WriteAllBytes(path, ToPngBytes(width, height, theme));

    /// <summary>Writes an SVG file.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="width">The width in pixels; null is <see cref="Width"/>.</param>
    /// <param name="height">The height in pixels; null is <see cref="Height"/>.</param>
    /// <param name="theme">The colors; null is <see cref="ChartTheme.Light"/>.</param>
    public void SaveSvg(string path, int? width = null, int? height = null, ChartTheme? theme = null) =>
        File.WriteAllText(path, ToSvg(width, height, theme));

    /// <summary>
    /// The chart as an element of a page: no ground and no title of its own, colors from the page's style sheet, and an image for each
    /// panel, so that panels lie below each other where the page is narrow.
    /// </summary>
    internal string ToPageElement(string id)
    {
        var panels = _panels(ChartTheme.Light);
        var (width, height) = (Width / _columns, (Height - TitleHeight) / ((panels.Count + _columns - 1) / _columns));
        // Wider ones would have letters on a phone that nobody can read.
        if (width > WidestPanel)
            (width, height) = (WidestPanel, (int)(height * 0.85));
        var images = panels.Select((plot, i) =>
        {
            using var _ = plot;
            return Image(plot, width, height, $"{id}-{i.ToString(CultureInfo.InvariantCulture)}");
        });
        return string.Create(
            CultureInfo.InvariantCulture,
            $"<div class=\"panels\" style=\"--columns:{_columns};--width:{width}px\" role=\"img\" aria-label=\"{Escape(Description)}\">{string.Concat(images)}</div>");
    }

    private static string Image(Plot plot, int width, int height, string id)
    {
        var svg = Svg(width, height, canvas =>
        {
            canvas.Clear(SKColors.Transparent);
            plot.FigureBackground.Color = Colors.Transparent;
            Draw(canvas, plot, new PixelRect(0, width, height, 0));
        });
        svg = svg[svg.IndexOf("<svg", StringComparison.Ordinal)..];
        // Clearing to nothing comes out as a rectangle without a color, which is black.
        svg = Cleared().Replace(svg, "");
        foreach (var (name, value) in ChartTheme.Light.Named)
            svg = svg.Replace($"\"{value}\"", $"\"var(--{name})\"", StringComparison.OrdinalIgnoreCase);
        // A tenth of a pixel is finer than a screen, and half as long as what Skia writes.
        svg = Places().Replace(svg, match => Digits().Replace(match.Value, "$1"));
        // Several charts on a page may not share the names of their clips and images.
        svg = Reference().Replace(svg, match => $"{match.Groups[1].Value}{id}-{match.Groups[2].Value}");
        return Root().Replace(svg, _ => string.Create(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 {width} {height}\" aria-hidden=\"true\">"), 1);
    }

    /// <summary>Text as it may stand in an attribute or element of SVG and HTML.</summary>
    internal static string Escape(string text) => System.Net.WebUtility.HtmlEncode(text);

    private static string Svg(int width, int height, Action<SKCanvas> draw)
    {
        using var stream = new MemoryStream();
        using (var canvas = SKSvgCanvas.Create(new SKRect(0, 0, width, height), stream))
            draw(canvas);
        // Skia counts its names through the whole process; the same chart is the same text each time.
        var names = new Dictionary<string, string>();
        var svg = Reference().Replace(Encoding.UTF8.GetString(stream.ToArray()), match =>
        {
            if (!names.TryGetValue(match.Groups[2].Value, out var name))
                names[match.Groups[2].Value] = name = "n_" + names.Count.ToString(CultureInfo.InvariantCulture);
            return match.Groups[1].Value + name;
        });
        // A cell of a heat map is a square with edges, not a hill.
        return svg.Replace("<image ", "<image style=\"image-rendering:pixelated\" ", StringComparison.Ordinal);
    }

    private (int Width, int Height) Size(int? width, int? height)
    {
        var size = (Width: width ?? Width, Height: height ?? Height);
        ArgumentOutOfRangeException.ThrowIfLessThan(size.Width, 100, nameof(width));
        ArgumentOutOfRangeException.ThrowIfLessThan(size.Height, 100, nameof(height));
        return size;
    }

    private void Draw(SKCanvas canvas, int width, int height, ChartTheme theme)
    {
        canvas.Clear(SKColor.Parse(theme.Ground));
        var plots = _panels(theme);
        var rows = (plots.Count + _columns - 1) / _columns;
        for (var i = 0; i < plots.Count; i++)
        {
            using var plot = plots[i];
            var (row, column) = (i / _columns, i % _columns);
            plot.FigureBackground.Color = ChartTheme.Of(theme.Ground);
            Draw(canvas, plot, new PixelRect(
                (float)width * column / _columns,
                (float)width * (column + 1) / _columns,
                TitleHeight + (float)(height - TitleHeight) * (row + 1) / rows,
                TitleHeight + (float)(height - TitleHeight) * row / rows));
        }

        using var font = new SKFont(Fonts.GetTypeface(ChartFonts.Family, bold: true, italic: false), TitleSize);
        font.Edging = SKFontEdging.Antialias;
        using var paint = new SKPaint { Color = SKColor.Parse(theme.Ink), IsAntialias = true };
        canvas.DrawText(Title, 16, 28, SKTextAlign.Left, font, paint);
    }

    private static void Draw(SKCanvas canvas, Plot plot, PixelRect rectangle)
    {
        Settle(plot, rectangle);
        canvas.Save();
        // A panel begins by clearing all that it may.
        canvas.ClipRect(new SKRect(rectangle.Left, rectangle.Top, rectangle.Right, rectangle.Bottom));
        plot.Render(canvas, rectangle);
        canvas.Restore();
    }

    /// <summary>
    /// Draws a panel into the void. ScottPlot draws a second time over the first where a legend or an axis turns out to need other room
    /// than it had thought; that does not show in pixels, but would in SVG.
    /// </summary>
    private static void Settle(Plot plot, PixelRect rectangle)
    {
        using var recorder = new SKPictureRecorder();
        var canvas = recorder.BeginRecording(new SKRect(rectangle.Left, rectangle.Top, rectangle.Right, rectangle.Bottom));
        plot.Render(canvas, rectangle);
        using var _ = recorder.EndRecording();
    }

    [GeneratedRegex("(\\sid=\"|url\\(#|href=\"#)([a-z]+_[0-9a-f]+)")]
    private static partial Regex Reference();

    [GeneratedRegex("(?<!<clipPath[^>]*>\\s*)<rect width=\"[0-9.]+\" height=\"[0-9.]+\"/>")]
    private static partial Regex Cleared();

    [GeneratedRegex("\\s(?:d|x|y)=\"[^\"]*\"")]
    private static partial Regex Places();

    [GeneratedRegex("(\\.[0-9])[0-9]+")]
    private static partial Regex Digits();

    [GeneratedRegex("<svg[^>]*>")]
    private static partial Regex Root();
}
