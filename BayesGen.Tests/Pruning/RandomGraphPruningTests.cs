using BayesGen.Pruning;
using BayesGen.Structure;
using BayesGen.Tests.Networks;

namespace BayesGen.Tests;

/// <summary>Prunings by units of networks that are drawn by chance, in float64.</summary>
public sealed class RandomGraphPruningTests
{
    /// <summary>The weights of units that nothing reads, and nothing else, may go without a change of any answer.</summary>
    [Trait("Lane", "Slow")]
    [Fact]
    public void TheAnswersOfRandomGraphsAreThoseWithoutTheUnitsThatNothingReads()
    {
        var pruned = 0L;
        for (var seed = 0; seed < 30; seed++)
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            using var model = RandomlyScored(seed);
            var example = RandomGraph.Images(1);
            var map = model.MapUnits(example);
            var propagation = new UnitPropagation(model.Arena, map, Pruner.KeepMasks(model.Arena, 0.0));
            pruned += (propagation.Needed[0].sum() - propagation.Keep[0].sum()).item<long>();
            model.eval();
            using var weights = model.Arena.Lease.Override("test");
            foreach (var count in (long[])[1, 7])
            {
                weights.Write(WeightState.Mean, propagation.Needed);
                var expected = model.call(RandomGraph.Images(count, 3));
                weights.Write(WeightState.Mean, propagation.Keep);
                Assert.Equal(0, (model.call(RandomGraph.Images(count, 3)) - expected).abs().max().item<double>(), 1e-12);
            }
        }

        Assert.True(pruned > 150, $"only {pruned} weights fed nothing");
    }

    /// <summary>Every weight that is left reads something that can differ, and feeds something that is read.</summary>
    [Trait("Lane", "Slow")]
    [Fact]
    public void NoWeightOfRandomGraphsIsLeftThatIsUseless()
    {
        var checkedGraphs = 0;
        for (var seed = 0; seed < 30; seed++)
        {
            using var scope = NewDisposeScope();
            using var model = RandomlyScored(seed);
            var example = RandomGraph.Images(1);
            try
            {
                model.Prune(0.0, example);
            }
            catch (ArgumentException)
            {
                Assert.Equal(0, model.PruneStatistics().Pruned);
                continue;
            }

            checkedGraphs++;
            var map = model.MapUnits(example);
            var outputs = map.Layers.Where(layer => layer.IsFollowed).ToDictionary(layer => layer.Key, layer => Any(model, layer, 0));
            var inputs = map.Layers.Where(layer => layer.IsFollowed).ToDictionary(layer => layer.Key, layer => Any(model, layer, 1));
            foreach (var layer in map.Layers.Where(layer => layer.IsFollowed))
                foreach (var unit in layer.Units.Where(unit => unit is { Stays: null, Readers.Count: > 0 }))
                {
                    var isRead = unit.Readers.Any(use => use.Inputs.Any(input => inputs[use.Layer][input]));
                    Assert.True(isRead || !outputs[layer.Key][unit.Index], $"seed {seed}: {layer.Key}.{unit.Index} is not read");
                }

            var masks = UnitPruningTests.Masks(model);
            model.Prune(0.0, example);
            Assert.Equal(masks, UnitPruningTests.Masks(model));
        }

        Assert.True(checkedGraphs > 5, $"only {checkedGraphs} graphs were pruned");
    }

    /// <summary>Some weights, some whole outputs and some whole inputs of each layer below the threshold 0.</summary>
    private static BayesianRandomGraph RandomlyScored(int seed)
    {
        random.manual_seed(seed);
        var model = new BayesianRandomGraph(new RandomGraph(seed));
        model.to(ScalarType.Float64);
        using var _ = no_grad();
        foreach (var (_, buffer) in model.Network.named_buffers().Where(entry => entry.name.EndsWith("running_mean")))
            buffer.normal_();
        foreach (var (key, sigma) in model.state_dict().Where(entry => entry.Key.EndsWith("weight.log_sigma")))
        {
            sigma.fill_(-20);
            sigma.masked_fill_(rand(sigma.shape) < 0.2, 20);
            for (var axis = 0; axis < 2; axis++)
            {
                long[] shape = [.. sigma.shape.Select((size, i) => i == axis ? size : 1)];
                sigma.masked_fill_((rand(shape) < 0.3).expand(sigma.shape), 20);
            }

            model.state_dict()[key.Replace("log_sigma", "mu")].normal_();
        }

        model.Arena.AdoptState();
        return model;
    }

    private static bool[] Any(BayesianRandomGraph model, UnitLayer layer, int side)
    {
        var mask = model.state_dict()[layer.WeightKey + ".mask"];
        var (outputs, inputs) = (layer.Outputs / layer.Groups, layer.Inputs / layer.Groups);
        mask = layer.Kind == UnitLayerKind.TransposedConvolution
            ? mask.view(layer.Groups, inputs, outputs, -1).transpose(1, 2)
            : mask.view(layer.Groups, outputs, inputs, -1);
        return mask.any(3).any(side == 0 ? 2 : 1).contiguous().data<bool>().ToArray();
    }
}
