namespace BayesGen.Tests.Devices;

/// <summary>What goes another way on a device than on the CPU, tried on the CPU.</summary>
public sealed class DevicePathTests
{
    [Theory]
    [InlineData(new long[] { 7, 301 }, 1, false)]
    [InlineData(new long[] { 3, 5, 9, 11 }, 1, false)]
    [InlineData(new long[] { 3, 5, 9, 11 }, 1, true)]
    [InlineData(new long[] { 5, 9, 11 }, 0, false)]
    public void LocalNoiseOfTheGraphMatchesTheKernel(long[] shape, int channel, bool channelsLast)
    {
        using var scope = NewDisposeScope();
        var numbers = new NoiseSource(1);
        var channels = Enumerable.Repeat(1L, shape.Length).ToArray();
        channels[channel] = shape[channel];
        Tensor Numbers(long[] of)
        {
            var values = numbers.Normal(empty(of, dtype: ScalarType.Float64));
            return channelsLast ? values.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : values;
        }

        var (output, variance, bias, arriving) = (
            Numbers(shape), Numbers(shape).square(), Numbers(channels).square().view(-1), Numbers(shape));
        Tensor[] Way(Func<Tensor, Tensor, Tensor, Tensor> add)
        {
            Tensor[] leaves = [.. ((Tensor[])[output, variance, bias]).Select(tensor => tensor.clone().requires_grad_())];
            var result = add(leaves[0], leaves[1], leaves[2]);
            result.backward([arriving]);
            return [result.detach(), .. leaves.Select(leaf => leaf.grad!)];
        }

        var kernel = Way((mean, ofWeights, ofBias) =>
            LocalNoise.Add(mean, ofWeights + ofBias.detach().view(channels), ofBias, channel, new NoiseSource(2)));
        var graph = Way((mean, ofWeights, ofBias) => LocalNoise.AddByGraph(mean, ofWeights + ofBias.view(channels), new NoiseSource(2)));
        Assert.True((kernel[0] - output).abs().max().item<double>() > 1);
        foreach (var (one, other) in kernel.Zip(graph))
            Assert.True(((one - other).abs() / (one.abs() + 1)).max().item<double>() < 1e-12);
    }

    /// <summary>On a device a draw asks for a gradient that was left behind only where a store has reason to fear one.</summary>
    [Fact]
    public void WeightStoreKnowsWhetherAGradientMayBeLeft()
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
    public void NoiseSourcesOfTwoThreadsAreIndependent()
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
