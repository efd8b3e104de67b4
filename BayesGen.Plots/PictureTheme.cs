using ScottPlot;

namespace BayesGen.Plots;

/// <summary>The colors of a chart: those of Okabe and Ito, which people with any kind of color vision can tell apart.</summary>
/// <remarks>M. Okabe, K. Ito, "Color Universal Design", 2008. Lightness differs too, so that a gray print can be read.</remarks>
public sealed record PictureTheme
{
    private PictureTheme()
    {
    }

    /// <summary>Dark ink on a white ground, for paper and for pages.</summary>
    public static PictureTheme Light { get; } = new()
    {
        Ground = "#FFFFFF", Ink = "#1F2328", Faint = "#59636E", Grid = "#E4E7EB",
        Blue = "#0072B2", Orange = "#E69F00", Green = "#009E73", Vermilion = "#D55E00", Purple = "#CC79A7", Sky = "#56B4E9",
        Pruned = "#A3ABB5",
    };

    /// <summary>Light ink on a dark ground; the colors are a little lighter where they would be lost.</summary>
    public static PictureTheme Dark { get; } = new()
    {
        Ground = "#0F1419", Ink = "#E6EAEE", Faint = "#9DA7B1", Grid = "#29313A",
        Blue = "#3D9BDC", Orange = "#EDB02F", Green = "#2DBD93", Vermilion = "#EE7733", Purple = "#DA93BC", Sky = "#7CC7F2",
        Pruned = "#55606C",
    };

    /// <summary>Behind everything.</summary>
    public required string Ground { get; init; }

    /// <summary>Titles, axes and numbers.</summary>
    public required string Ink { get; init; }

    /// <summary>Explanations.</summary>
    public required string Faint { get; init; }

    /// <summary>The grid.</summary>
    public required string Grid { get; init; }

    /// <summary>The first color of data.</summary>
    public required string Blue { get; init; }

    /// <summary>The second color of data.</summary>
    public required string Orange { get; init; }

    /// <summary>The third color of data.</summary>
    public required string Green { get; init; }

    /// <summary>Thresholds, and what wants attention.</summary>
    public required string Vermilion { get; init; }

    /// <summary>The fifth color of data.</summary>
    public required string Purple { get; init; }

    /// <summary>The sixth color of data.</summary>
    public required string Sky { get; init; }

    /// <summary>Weights that are no longer there.</summary>
    public required string Pruned { get; init; }

    /// <summary>Every color by its name, as pages need them.</summary>
    internal IEnumerable<(string Name, string Value)> Named =>
    [
        ("ground", Ground), ("ink", Ink), ("faint", Faint), ("grid", Grid), ("blue", Blue), ("orange", Orange), ("green", Green),
        ("vermilion", Vermilion), ("purple", Purple), ("sky", Sky), ("pruned", Pruned),
    ];

    internal static Color Of(string hex) => Color.FromHex(hex);
}
