using BayesGen.Plots;
using SkiaSharp;

namespace BayesGen.Tests.Plots;

/// <summary>The pixels of a chart at its own size.</summary>
internal sealed class Pixels(Picture picture)
{
    private readonly SKColor[] _colors = Decode(picture);

    public int Count(string color, int from = 0, int to = int.MaxValue) => CountNear(SKColor.Parse(color), 0, from, to);

    public int CountNear(SKColor color, int tolerance, int from = 0, int to = int.MaxValue) => _colors
        .Skip(from * picture.Width)
        .Take((int)Math.Min((long)(to - from) * picture.Width, int.MaxValue))
        .Count(pixel => IsNear(pixel, color, tolerance));

    /// <summary>
    /// Runs of neighboring columns in each of which at least so many pixels have a color; <c>To</c> is the one after the last.
    /// </summary>
    public List<(int From, int To)> Columns(SKColor color, int tolerance, int least)
    {
        var runs = new List<(int From, int To)>();
        for (var x = 0; x < picture.Width; x++)
        {
            var count = Enumerable.Range(0, picture.Height).Select(y => _colors[y * picture.Width + x])
                .Count(pixel => IsNear(pixel, color, tolerance));
            if (count < least)
                continue;
            if (runs.Count > 0 && runs[^1].To == x)
                runs[^1] = (runs[^1].From, x + 1);
            else
                runs.Add((x, x + 1));
        }

        return runs;
    }

    private static bool IsNear(SKColor pixel, SKColor color, int tolerance) =>
        Math.Abs(pixel.Red - color.Red) <= tolerance && Math.Abs(pixel.Green - color.Green) <= tolerance
        && Math.Abs(pixel.Blue - color.Blue) <= tolerance;

    private static SKColor[] Decode(Picture picture)
    {
        using var bitmap = SKBitmap.Decode(picture.ToPngBytes());
        return bitmap.Pixels;
    }
}
