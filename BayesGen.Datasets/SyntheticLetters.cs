using BayesGen.Data;

namespace BayesGen.Datasets;

/// <summary>
/// Handwritten-looking capital letters by the pen of <see cref="SyntheticDigits"/>: what a network that learned digits has never seen,
/// though ink, size and hand are the same. Letters that can be taken for digits are not among them.
/// </summary>
public static class SyntheticLetters
{
    private const int Pixels = DigitPen.Side * DigitPen.Side;
    private const ulong ImagePurpose = 0x6C657474;
    private const ulong LabelPurpose = 0x6C6C6162;

    /// <summary>The letters that the targets 0 to 9 stand for.</summary>
    public static IReadOnlyList<string> ClassNames { get; } = [.. LetterSkeletons.Letters.Select(letter => letter.ToString())];

    /// <summary>
    /// Draws <paramref name="count"/> letters. Inputs are float32 [count, 1, 28, 28] in 0..1, targets int64 [count] in 0..9, each letter
    /// equally likely.
    /// </summary>
    /// <param name="count">Number of examples, 1 to 2.7 million.</param>
    /// <param name="seed">The same seed gives the same images bit for bit, on any number of threads, and example i does not depend on
    /// <paramref name="count"/>.</param>
    /// <param name="cancellation">Ends the drawing.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is out of range.</exception>
    /// <exception cref="OperationCanceledException">The drawing was canceled.</exception>
    public static TensorDataSet Create(int count, int seed, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Array.MaxLength / Pixels);
        var images = new byte[count * Pixels];
        var labels = new byte[count];
        Parallel.For(0, count, new ParallelOptions { CancellationToken = cancellation }, () => new DigitPen(), (i, _, pen) =>
        {
            var choice = new DigitRandom(seed, i, LabelPurpose);
            labels[i] = (byte)choice.Below(LetterSkeletons.Letters.Length);
            var random = new DigitRandom(seed, i, ImagePurpose);
            pen.Draw(LetterSkeletons.Of(labels[i]), ref random, images.AsSpan(i * Pixels, Pixels));
            return pen;
        }, _ => { });
        return ImageTensors.ToDataSet(images, labels, count, DigitPen.Side, DigitPen.Side);
    }
}
