using System.Runtime.InteropServices;
using SkiaSharp;

namespace BayesGen.Plots;

/// <summary>A small gray image with an answer, for <see cref="RunReport.Examples"/>.</summary>
/// <param name="Pixels">The gray of each pixel, 0 black to 1 white, row by row.</param>
/// <param name="Width">The number of pixels in a row.</param>
/// <param name="Answer">What was made of it, a word or two.</param>
/// <param name="Note">What else there is to say, in small letters.</param>
/// <param name="IsRight">Whether the answer is right, or null where nobody asks.</param>
public sealed record ReportExample(IReadOnlyList<float> Pixels, int Width, string Answer, string Note = "", bool? IsRight = null)
{
    /// <summary>The image as a PNG file of its own pixels.</summary>
    /// <exception cref="ArgumentException">The number of pixels is no multiple of the width.</exception>
    public byte[] ToPngBytes()
    {
        if (Width < 1 || Pixels.Count == 0 || Pixels.Count % Width != 0)
            throw new ArgumentException($"{Pixels.Count} pixels are no rows of {Width}.", nameof(Width));
        var gray = Pixels.Select(pixel => (byte)Math.Round(255 * Math.Clamp(pixel, 0, 1))).ToArray();
        var handle = GCHandle.Alloc(gray, GCHandleType.Pinned);
        try
        {
            using var image = SKImage.FromPixelCopy(
                new SKImageInfo(Width, gray.Length / Width, SKColorType.Gray8, SKAlphaType.Opaque), handle.AddrOfPinnedObject(), Width);
            using var data = image.Encode(SKEncodedImageFormat.Png, 100);
            return data.ToArray();
        }
        finally
        {
            handle.Free();
        }
    }
}
