using System.Numerics;

namespace BayesGen.Compression;

/// <summary>
/// Whole numbers, text and sparse matrices as bits. Every method writes or reads, as the coder does, and returns what it wrote or read.
/// </summary>
/// <param name="coder">Where the bits go, or come from.</param>
internal sealed class NumberCode(BitCoder coder)
{
    private readonly BitModel[] _letters = Models(256);
    private readonly BitModel[] _counts = Models(65);
    private readonly BitModel _isNegative = new();
    private readonly BitModel[] _gaps = Models(65);
    private readonly BitModel[] _first = Models(65);

    /// <summary>A number that is not negative: its length, then its bits below the highest.</summary>
    public ulong Count(ulong value)
    {
        var length = 0;
        while (length < 64 && coder.Code(_counts[length], LengthOf(value) > length))
            length++;
        return length == 0 ? 0 : LowBits(value, below: length - 1, 1);
    }

    /// <summary>A number of either sign.</summary>
    public long Signed(long value)
    {
        var folded = Count((ulong)((value << 1) ^ (value >> 63)));
        return (long)(folded >> 1) ^ -(long)(folded & 1);
    }

    /// <summary>A byte, by a tree of models: letters that came before come cheaper.</summary>
    public byte Letter(byte value) => Byte(_letters, value);

    /// <summary>Numbers as they are, each of some bytes: those at one place of all numbers have a tree of their own.</summary>
    /// <param name="bytes">The bytes; a reader writes them.</param>
    /// <param name="size">The bytes of a number.</param>
    public void Bytes(byte[] bytes, int size)
    {
        var trees = Enumerable.Range(0, size).Select(_ => Models(256)).ToArray();
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = Byte(trees[i % size], bytes[i]);
    }

    /// <summary>
    /// A matrix of cells, most of them zero perhaps: which rows and which columns have anything, then for each cell in those whether it is
    /// zero, its sign and its magnitude.
    /// </summary>
    /// <param name="numbers">Row by row; a reader writes them.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="inner">The cells of a row and a column, one behind the other.</param>
    /// <returns>Whether the numbers have at most 64 bits; others are none that a writer wrote.</returns>
    public bool Matrix(long[] numbers, int rows, int columns, int inner)
    {
        var (isRow, isColumn) = (new bool[rows], new bool[columns]);
        for (var i = 0; i < numbers.Length; i++)
            if (numbers[i] != 0)
                isRow[i / inner / columns] = isColumn[i / inner % columns] = true;
        var length = Count((ulong)Longest(numbers));
        if (length is 0 or > 64)
            return length == 0;
        var longest = (int)length;
        var there = Models(4);
        Units(isRow, columns * inner > 1);
        Units(isColumn, rows * inner > 1);
        var above = new bool[columns * inner];
        for (var row = 0; row < rows; row++)
        {
            if (!isRow[row])
                continue;
            var left = false;
            for (var column = 0; column < columns; column++)
            {
                if (!isColumn[column])
                    continue;
                for (var i = 0; i < inner; i++)
                {
                    var (place, at) = (((long)row * columns + column) * inner + i, column * inner + i);
                    var isThere = coder.Code(there[(left ? 1 : 0) + (above[at] ? 2 : 0)], numbers[place] != 0);
                    left = above[at] = isThere;
                    numbers[place] = isThere ? Cell(numbers[place], longest) : 0;
                }
            }
        }

        return true;
    }

    private byte Byte(BitModel[] tree, byte value)
    {
        var node = 1;
        for (var bit = 7; bit >= 0; bit--)
            node = (node << 1) | (coder.Code(tree[node], ((value >> bit) & 1) != 0) ? 1 : 0);
        return (byte)node;
    }

    /// <summary>Which units have anything; all of them where asking would say no more than the cells do.</summary>
    private void Units(bool[] isUnit, bool isAsked)
    {
        var (models, before) = (Models(2), false);
        for (var i = 0; i < isUnit.Length; i++)
            before = isUnit[i] = !isAsked || coder.Code(models[before ? 1 : 0], isUnit[i]);
    }

    /// <summary>A number that is not zero: how much shorter than the longest, its first bit, which is learned, and the others.</summary>
    private long Cell(long value, int longest)
    {
        var isNegative = coder.Code(_isNegative, value < 0);
        var magnitude = (ulong)Math.Abs(value);
        var gap = 0;
        while (gap < longest - 1 && coder.Code(_gaps[gap], longest - LengthOf(magnitude) > gap))
            gap++;
        var length = longest - gap;
        if (length == 1)
            return isNegative ? -1 : 1;
        var first = coder.Code(_first[gap], ((magnitude >> (length - 2)) & 1) != 0) ? 3UL : 2UL;
        var read = (long)LowBits(magnitude, below: length - 2, first);
        return isNegative ? -read : read;
    }

    /// <summary>The bits of a number below those that are known.</summary>
    private ulong LowBits(ulong value, int below, ulong known)
    {
        for (var bit = below - 1; bit >= 0; bit--)
            known = (known << 1) | (coder.CodeEven(((value >> bit) & 1) != 0) ? 1UL : 0);
        return known;
    }

    private static int Longest(long[] numbers)
    {
        var all = 0UL;
        foreach (var number in numbers)
            all |= (ulong)Math.Abs(number);
        return LengthOf(all);
    }

    private static int LengthOf(ulong value) => 64 - BitOperations.LeadingZeroCount(value);

    private static BitModel[] Models(int count) => [.. Enumerable.Range(0, count).Select(_ => new BitModel())];
}
