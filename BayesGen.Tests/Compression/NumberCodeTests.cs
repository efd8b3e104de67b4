using BayesGen.Tests.Support;

namespace BayesGen.Tests;

/// <summary>What is written comes back, and takes about as many bits as its entropy.</summary>
[RunsIn(TestGroup.Roslyn)]
public class NumberCodeTests
{
    [Fact]
    public void NumbersOfEverySizeComeBack()
    {
        ulong[] counts = [0, 1, 2, 3, 255, 256, 1UL << 40, ulong.MaxValue];
        long[] signed = [0, 1, -1, 63, -64, 1L << 50, -(1L << 50), long.MinValue + 1, long.MaxValue];
        var encoder = new RangeEncoder();
        var write = new NumberCode(encoder);
        Array.ForEach(counts, count => write.Count(count));
        Array.ForEach(signed, number => write.Signed(number));
        Array.ForEach("conv1.weight"u8.ToArray(), letter => write.Letter(letter));
        var read = new NumberCode(new RangeDecoder(encoder.Finish()));
        Assert.Equal(counts, counts.Select(_ => read.Count(0)));
        Assert.Equal(signed, signed.Select(_ => read.Signed(0)));
        Assert.Equal("conv1.weight"u8.ToArray(), "conv1.weight"u8.ToArray().Select(_ => read.Letter(0)));
    }

    [Fact]
    public void RandomMatricesComeBack()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var (rows, columns, inner) = (random.Next(0, 9), random.Next(0, 9), random.Next(0, 5));
            var density = random.NextDouble();
            var largest = 1L << random.Next(1, 50);
            var isRow = Enumerable.Range(0, rows).Select(_ => random.Next(3) > 0).ToArray();
            var numbers = Enumerable.Range(0, rows * columns * inner)
                .Select(i => isRow[i / inner / columns] && random.NextDouble() < density ? random.NextInt64(-largest, largest + 1) : 0)
                .ToArray();
            Assert.Equal(numbers, ThereAndBack(numbers, rows, columns, inner, out _));
        }
    }

    [Fact]
    public void LongRunsOfOneBitTakeNextToNothing()
    {
        Assert.Equal(new long[1_000_000], ThereAndBack(new long[1_000_000], 1000, 1000, 1, out var nothing));
        Assert.InRange(nothing, 0, 1);
        var ones = Enumerable.Repeat(1L, 1_000_000).ToArray();
        Assert.Equal(ones, ThereAndBack(ones, 1000, 1000, 1, out var same));
        Assert.InRange(same, 1, 60);
    }

    /// <summary>The coder wins against the size that Shannon proves possible by no more than its learning costs.</summary>
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.05)]
    [InlineData(0.005)]
    public void SparseSignsTakeTheirEntropy(double density)
    {
        var random = new Random(1);
        var numbers = Enumerable.Range(0, 200 * 500).Select(_ => random.NextDouble() < density ? random.Next(2) * 2L - 1 : 0).ToArray();
        Assert.Equal(numbers, ThereAndBack(numbers, 200, 500, 1, out var bytes));
        var kept = numbers.Count(number => number != 0);
        var part = (double)kept / numbers.Length;
        var bits = kept - numbers.Length * (part * Math.Log2(part) + (1 - part) * Math.Log2(1 - part));
        Assert.InRange(8.0 * bytes, bits * 0.999 - 700, bits * 1.005 + 200);
    }

    /// <summary>Random carries through long runs of 0xFF.</summary>
    [Fact]
    public void RandomBitsComeBackWhateverTheyAre()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var skew = random.NextDouble() * random.NextDouble();
            var bits = Enumerable.Range(0, random.Next(0, 3000)).Select(_ => random.NextDouble() < skew).ToArray();
            var encoder = new RangeEncoder();
            var (model, other) = (new BitModel(), new BitModel());
            for (var i = 0; i < bits.Length; i++)
                _ = i % 3 == 0 ? encoder.CodeEven(bits[i]) : encoder.Code(model, bits[i]);
            var decoder = new RangeDecoder(encoder.Finish());
            Assert.Equal(bits, bits.Select((_, i) => i % 3 == 0 ? decoder.CodeEven(false) : decoder.Code(other, false)));
        }
    }

    private static long[] ThereAndBack(long[] numbers, int rows, int columns, int inner, out int bytes)
    {
        var encoder = new RangeEncoder();
        new NumberCode(encoder).Matrix([.. numbers], rows, columns, inner);
        var written = encoder.Finish();
        bytes = written.Length;
        var read = new long[numbers.Length];
        new NumberCode(new RangeDecoder(written)).Matrix(read, rows, columns, inner);
        return read;
    }
}
