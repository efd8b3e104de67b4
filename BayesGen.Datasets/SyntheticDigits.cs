using BayesGen.Data;

namespace BayesGen.Datasets;

/// <summary>
/// Handwritten-looking digits drawn by the library itself: the data set that is always at hand. The images look like MNIST's
/// (28x28, ink on a black ground, 20x20 box, centered by mass), and vary in the way of writing, pen, slant, size and place.
/// </summary>
public static class SyntheticDigits
{
    private const int Pixels = DigitPen.Side * DigitPen.Side;
    private const ulong ImagePurpose = 0x70696374;
    private const ulong LabelPurpose = 0x6C61626C;

    /// <summary>
    /// Draws <paramref name="count"/> digits. Inputs are float32 [count, 1, 28, 28] in 0..1, targets int64 [count] in 0..9.
    /// Every ten examples in a row hold each digit once, in random order.
    /// </summary>
    /// <param name="count">Number of examples, 1 to 2.7 million.</param>
    /// <param name="seed">The same seed gives the same images bit for bit, on any number of threads, and example i does not depend on
    /// <paramref name="count"/>. Different seeds give different images: take one for training and another for testing.</param>
    /// <param name="cancellation">Ends the drawing.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is out of range.</exception>
    /// <exception cref="OperationCanceledException">The drawing was canceled.</exception>
    public static TensorDataSet Create(int count, int seed, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Array.MaxLength / Pixels);
        var images = new byte[count * Pixels];
        byte[] labels = Labels(count, seed);
        Parallel.For(0, count, new ParallelOptions { CancellationToken = cancellation }, () => new DigitPen(), (i, _, pen) =>
        {
            var random = new DigitRandom(seed, i, ImagePurpose);
            pen.Draw(DigitSkeletons.Of(labels[i]), ref random, images.AsSpan(i * Pixels, Pixels));
            return pen;
        }, _ => { });
        return ImageTensors.ToDataSet(images, labels, count, DigitPen.Side, DigitPen.Side);
    }

    private static byte[] Labels(int count, int seed)
    {
        var labels = new byte[count];
        Span<byte> block = stackalloc byte[10];
        for (int start = 0; start < count; start += 10)
        {
            for (int i = 0; i < 10; i++)
                block[i] = (byte)i;
            var random = new DigitRandom(seed, start / 10, LabelPurpose);
            for (int i = 9; i > 0; i--)
            {
                int j = random.Below(i + 1);
                (block[i], block[j]) = (block[j], block[i]);
            }
            block[..Math.Min(10, count - start)].CopyTo(labels.AsSpan(start));
        }
        return labels;
    }
}
