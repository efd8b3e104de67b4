using System.Runtime.Intrinsics;

namespace BayesGen.Tests;

/// <summary>The stream of noise against its publication, its distribution, and the number of threads.</summary>
[Trait("Lane", "Slow")]
public class NoiseTests
{
    /// <summary>The known answers that come with the paper's own library, Random123.</summary>
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(
        0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(
        0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void PhiloxMatchesThePublishedNumbers(
        uint counter0, uint counter1, uint counter2, uint counter3, uint key0, uint key1, uint word0, uint word1, uint word2, uint word3)
    {
        static Vector512<ulong> Lanes(uint word) => Vector512.Create((ulong)word);
        var words = Philox.Words(
            ((ulong)key1 << 32) | key0, Lanes(counter0), Lanes(counter1), Lanes(counter2), Lanes(counter3));
        Assert.Equal((Lanes(word0), Lanes(word1), Lanes(word2), Lanes(word3)), words);
    }

    [Fact]
    public void EightLanesMatchEightCounters()
    {
        var (a, _, _, _) = Philox.Words(7, 3, uint.MaxValue - 2);
        for (var block = 0UL; block < 8; block++)
            Assert.Equal(Philox.Words(7, 3, uint.MaxValue - 2 + block).A[0], a[(int)block]);
        Assert.Equal(8, Enumerable.Range(0, 8).Select(lane => a[lane]).Distinct().Count());
    }

    /// <summary>At angles all the way round, with the ends of every quarter turn and of every polynomial among them.</summary>
    [Fact]
    public void SineAndCosineAreExactToTheLastBits()
    {
        const int Count = 1 << 20;
        for (var i = 0; i < Count; i += Vector512<int>.Count)
        {
            // Steps of 2^12, each with another offset; those of a multiple of 2^29 stay as they are.
            var angles = Vector512.Create(
                [.. Enumerable.Range(i, Vector512<int>.Count).Select(j => (int)((uint)j << 12) + (j % (1 << 17) == 0 ? 0 : j % 4093))]);
            var (sine, cosine) = NormalStream.SinCos(angles);
            for (var lane = 0; lane < Vector512<int>.Count; lane++)
            {
                var angle = Math.PI * angles[lane] / (1L << 31);
                Assert.Equal(Math.Sin(angle), sine[lane], 1.2e-7);
                Assert.Equal(Math.Cos(angle), cosine[lane], 1.2e-7);
            }
        }

        var (sines, cosines) = NormalStream.SinCos(
            Vector512.Create(0, 1 << 30, int.MinValue, -(1 << 30), 1 << 29, -1, int.MaxValue, 1, 0, 0, 0, 0, 0, 0, 0, 0));
        Assert.Equal([0f, 1f, 0f, -1f], Enumerable.Range(0, 4).Select(lane => sines[lane] + 0f));
        Assert.Equal([1f, 0f, -1f, 0f], Enumerable.Range(0, 4).Select(lane => cosines[lane] + 0f));
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void TheNoiseIsStandardNormal(ScalarType dtype)
    {
        const int Count = 4_000_000;
        using var scope = NewDisposeScope();
        var source = new NoiseSource(11);
        var noise = source.Normal(empty(Count, dtype: dtype)).to(ScalarType.Float64);
        // The moments of N(0, 1) with five standard errors of each: Var x^k = E x^2k - (E x^k)^2.
        foreach (
            var (power, moment, variance) in new[] { (1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0), (6, 15.0, 10_170.0) })
        {
            var bound = 5 * Math.Sqrt(variance / Count);
            Assert.InRange(noise.pow(power).mean().item<double>() - moment, -bound, bound);
        }

        // Kolmogorov and Smirnov: the largest distance between the distributions, at a level of about 1e-6.
        var sorted = noise.sort().Values;
        var steps = (arange(Count, dtype: ScalarType.Float64) + 0.5) / Count;
        var distance = ((1 + (sorted / Math.Sqrt(2)).erf()) / 2 - steps).abs().max().item<double>();
        Assert.InRange(distance, 0, 2.7 / Math.Sqrt(Count));

        // Neighbors at every distance within a group, and across calls, know nothing of each other.
        foreach (var lag in new[] { 1, 8, 16, 32, 64, 4096 })
            Assert.InRange((noise[..^lag] * noise[lag..]).mean().item<double>(), -5 / Math.Sqrt(Count), 5 / Math.Sqrt(Count));
        var next = source.Normal(empty(Count, dtype: dtype)).to(ScalarType.Float64);
        Assert.InRange((noise * next).mean().item<double>(), -5 / Math.Sqrt(Count), 5 / Math.Sqrt(Count));
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void ANumberDependsOnItsPositionOnly(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var threads = get_num_threads();
        try
        {
            set_num_threads(1);
            var one = new NoiseSource(5).Normal(empty(100_003, dtype: dtype));
            set_num_threads(3);
            var three = new NoiseSource(5).Normal(empty(100_003, dtype: dtype));
            Assert.True(TensorBits.Same(one, three));
            Assert.True(TensorBits.Same(one[..77], new NoiseSource(5).Normal(empty(77, dtype: dtype))));
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    [Fact]
    public void EqualSeedsGiveEqualNoiseAndOthersDoNot()
    {
        using var scope = NewDisposeScope();
        var source = new NoiseSource(5);
        var first = source.Normal(empty(1000));
        Assert.False(TensorBits.Same(first, source.Normal(empty(1000))));
        source.Reseed(5);
        Assert.True(TensorBits.Same(first, source.Normal(empty(1000))));
        Assert.False(TensorBits.Same(first, new NoiseSource(6).Normal(empty(1000))));
        Assert.False(TensorBits.Same(first, new NoiseSource(5L + (1L << 32)).Normal(empty(1000))));
    }

    [Fact]
    public void TheExponentialNoiseHasItsMoments()
    {
        const int Count = 1_000_000;
        using var scope = NewDisposeScope();
        var noise = new NoiseSource(2).Exponential(empty(Count, dtype: ScalarType.Float64));
        Assert.True(noise.min().item<double>() >= 0);
        Assert.InRange(noise.mean().item<double>(), 1 - 5e-3, 1 + 5e-3);
        Assert.InRange(noise.square().mean().item<double>(), 2 - 5 * Math.Sqrt(20.0 / Count), 2 + 5 * Math.Sqrt(20.0 / Count));
    }

    [Fact]
    public void FillsATransposedTensor()
    {
        using var scope = NewDisposeScope();
        var noise = new NoiseSource(2).Normal(zeros(30, 20).t());
        Assert.Equal([20, 30], noise.shape);
        Assert.Equal(600, noise.flatten().unique().output.numel());
    }
}
