using System.Reflection;
using ScottPlot;
using SkiaSharp;

namespace BayesGen.Plots;

/// <summary>The letters of all charts: they come with the assembly, since a server often has no fonts at all.</summary>
internal sealed class Lettering : IFontResolver
{
    /// <summary>The name of the family, as it stands in SVG files.</summary>
    public const string Family = "Roboto";

    private static readonly Lazy<bool> Registered = new(() =>
    {
        // Before the machine's own: charts should look alike where a font of this name is installed and where none is.
        Fonts.FontResolvers.Insert(0, new Lettering());
        return true;
    });

    private readonly SKTypeface _regular = Load("Roboto-Regular.ttf");
    private readonly SKTypeface _bold = Load("Roboto-Bold.ttf");

    /// <summary>Makes the family known to ScottPlot, once in a process.</summary>
    public static void Register() => _ = Registered.Value;

    /// <summary>The bytes of a font file.</summary>
    /// <param name="name">Its name in the assembly.</param>
    public static byte[] Bytes(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The font '{name}' is not in the assembly.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
        CreateTypeface(fontName, weight >= FontWeight.SemiBold, slant != FontSlant.Upright);

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) =>
        fontName == Family ? bold ? _bold : _regular : null;

    private static SKTypeface Load(string name) => SKTypeface.FromData(SKData.CreateCopy(Bytes(name)))
        ?? throw new InvalidOperationException($"SkiaSharp cannot read the font '{name}'.");
}
