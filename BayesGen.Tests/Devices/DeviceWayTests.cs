namespace BayesGen.Tests.Devices;

/// <summary>What goes another way on a device than on the CPU, tried on the CPU.</summary>
public sealed class DeviceWayTests
{
    [Fact]
    public void NoiseAtTheOutputsByTheGraphIsThatOfTheKernel()
    {
        using var scope = NewDisposeScope();
        var numbers = new NoiseSource(1);
        Tensor Numbers() => numbers.Normal(empty(7, 301, dtype: ScalarType.Float64));
        var (output, variance, arriving) = (Numbers(), Numbers().square(), Numbers());
        List<(Tensor Result, Tensor OfOutput, Tensor OfVariance)> ways = [];
        foreach (var way in (Func<Tensor, Tensor, NoiseSource, Tensor>[])[LocalNoise.Add, LocalNoise.AddByGraph])
        {
            var (one, other) = (output.clone().requires_grad_(), variance.clone().requires_grad_());
            var result = way(one, other, new NoiseSource(2));
            result.backward([arriving]);
            ways.Add((result.detach(), one.grad!, other.grad!));
        }

        Assert.True((ways[0].Result - output).abs().max().item<double>() > 1);
        foreach (var (kernel, graph) in new[]
        {
            (ways[0].Result, ways[1].Result), (ways[0].OfOutput, ways[1].OfOutput), (ways[0].OfVariance, ways[1].OfVariance),
        })
            Assert.True(((kernel - graph).abs() / (kernel.abs() + 1)).max().item<double>() < 1e-12);
    }

    /// <summary>On a device a draw asks for a gradient that was left behind only where a store has reason to fear one.</summary>
    [Fact]
    public void AStoreKnowsWhetherAGradientMayHaveBeenLeft()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianMixedClassifier(new MixedClassifier());
        var input = randn(2, 1, 28, 28);
        bool[] HaveRun() => [.. model.Arena.Families.Select(family => family.Store.HasRun).Distinct()];

        Assert.Equal([false], HaveRun());
        using (no_grad())
            model.call(input);
        Assert.Equal([false], HaveRun());
        for (var step = 0; step < 2; step++)
        {
            using var draw = model.Draw();
            var total = model.call(input).sum();
            Assert.Equal([true], HaveRun());
            draw.Backward(total);
            Assert.Equal([false], HaveRun());
        }

        var bare = model.call(input).sum();
        Assert.Equal([true], HaveRun());
        bare.backward();
        Assert.Contains("bare backward()", Assert.Throws<InvalidOperationException>(() => model.Draw()).Message);
        model.zero_grad();
        Assert.Equal([false], HaveRun());
    }

    /// <summary>Two sources in the hands of two threads: what each draws does not depend on the other.</summary>
    [Fact]
    public void SourcesOfTwoThreadsDoNotDisturbEachOther()
    {
        double[] Sums(long seed)
        {
            using var scope = NewDisposeScope();
            var (source, like) = (new NoiseSource(seed), empty(5_000));
            return [.. Enumerable.Range(0, 50).Select(_ => source.Normal(like).sum().item<float>())];
        }

        var alone = (long[])[1, 2];
        var expected = alone.Select(Sums).ToList();
        var together = alone.AsParallel().AsOrdered().WithDegreeOfParallelism(2).Select(Sums).ToList();
        Assert.Equal(expected, together);
    }
}
