namespace BayesGen.Compression;

/// <summary>
/// The probability of a bit in some context, learned from those that came before: (n0 + 1/2) / (n + 1), the estimator of Krichevsky and
/// Trofimov, which costs at most half a log2 n bits more than the best fixed probability.
/// </summary>
internal sealed class BitModel
{
    /// <summary>Counts are halved above it, so that a share of a range of 2^24 is never 0.</summary>
    private const int Most = 1 << 16;

    private int _zeros = 1;
    private int _ones = 1;

    /// <summary>The part of a range that stands for 0.</summary>
    public uint SplitOf(uint range) => range / (uint)(_zeros + _ones) * (uint)_zeros;

    /// <summary>Takes a bit into account.</summary>
    public void Learn(bool bit)
    {
        if (bit)
            _ones += 2;
        else
            _zeros += 2;
        if (_zeros + _ones > Most)
            (_zeros, _ones) = ((_zeros >> 1) | 1, (_ones >> 1) | 1);
    }
}

/// <summary>
/// Writes bits, or reads them: what is said of a format by calls to it is both its writer and its reader, and neither can differ from the
/// other.
/// </summary>
internal abstract class BitCoder
{
    /// <summary>A bit whose probability is learned.</summary>
    /// <param name="model">Its context.</param>
    /// <param name="bit">What is written; a reader does not look at it.</param>
    /// <returns>What was written, or read.</returns>
    public abstract bool Code(BitModel model, bool bit);

    /// <summary>A bit that is as often 0 as 1.</summary>
    public abstract bool CodeEven(bool bit);
}
