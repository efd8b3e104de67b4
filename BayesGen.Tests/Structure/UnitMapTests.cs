using BayesGen.Structure;
using BayesGen.Tests.Networks;

namespace BayesGen.Tests.Structure;

/// <summary>Which unit feeds which, found by running the network.</summary>
public sealed class UnitMapTests
{
    [Fact]
    public void AChainIsReadFeatureByFeatureAndCountsItsMultiplications()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianLeNet300(new LeNet300());
        var map = model.MapUnits(zeros(1, 1, 28, 28));
        Assert.Equal(["fc1", "fc2", "fc3"], map.Layers.Select(layer => layer.Key));
        Assert.Equal((784, 300), (map["fc1"].Inputs, map["fc1"].Outputs));
        Assert.All(map["fc1"].Units, unit => Assert.Equal([("fc2", unit.Index)], One(unit)));
        Assert.All(map["fc2"].Units, unit => Assert.Equal([("fc3", unit.Index)], One(unit)));
        Assert.All(map["fc3"].Units, unit => Assert.Contains("output of the network", unit.Stays));
        Assert.Equal(784, map["fc1"].FromElsewhere.Count);
        Assert.Equal([], map["fc2"].FromElsewhere);
        Assert.Equal((266_200, 266_200), (map.Layers.Sum(layer => layer.Weights), map.Layers.Sum(layer => layer.Macs)));

        static IEnumerable<(string, int)> One(OutputUnit unit) => unit.Readers.Select(use => (use.Layer, use.Inputs.Single()));
    }

    [Fact]
    public void AFlattenMapsAChannelToItsBlock()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianLeNet5(new LeNet5());
        // In single precision the second convolution of libtorch 2.10 now and then answers NaN on processors with AVX-512.
        model.to(ScalarType.Float64);
        var map = model.MapUnits(ones([3, 1, 28, 28], dtype: ScalarType.Float64, device: CPU));
        Assert.Equal(["conv1", "conv2", "fc1", "fc2"], map.Layers.Select(layer => layer.Key));
        Assert.Equal(Enumerable.Range(7 * 16, 16), map["conv2"].Units[7].Readers.Single().Inputs);
        Assert.Equal([3], map["conv1"].Units[3].Readers.Single().Inputs);
        Assert.Equal((576, 64, 1), (map["conv1"].Positions, map["conv2"].Positions, map["fc1"].Positions));
        Assert.Equal((430_500, 2_293_000), (map.Layers.Sum(layer => layer.Weights), map.Layers.Sum(layer => layer.Macs)));
    }

    [Theory]
    [InlineData("relu")]
    [InlineData("choice")]
    [InlineData("hidden choice")]
    [InlineData("add")]
    [InlineData("skip")]
    [InlineData("in place")]
    [InlineData("constant")]
    public void AChannelKeepsItsPlaceThrough(string kind)
    {
        var map = Between(kind);
        Assert.All(map["conv"].Units, unit =>
        {
            Assert.Null(unit.Stays);
            Assert.Equal("output", unit.Readers.Single().Layer);
            Assert.Equal(Enumerable.Range(4 * unit.Index, 4), unit.Readers.Single().Inputs);
        });
        Assert.Equal(kind == "skip" ? 16 : 0, map["output"].FromElsewhere.Count);
        Assert.Equal(kind == "add", map["other"].Units.Count > 0);
    }

    [Fact]
    public void AConcatenationShiftsTheSecond()
    {
        var map = Between("cat");
        Assert.Equal([4, 5, 6, 7], map["conv"].Units[1].Readers.Single().Inputs);
        Assert.Equal([20, 21, 22, 23], map["other"].Units[1].Readers.Single().Inputs);
    }

    [Theory]
    [InlineData("tokens", 0)]
    [InlineData("positions", 4)]
    public void NumbersThatDifferFromPlaceToPlaceAreSeenBesideTheUnits(string kind, int count)
    {
        var map = Between(kind);
        Assert.Equal(count, map["output"].FromElsewhere.Count);
        Assert.Equal([2], map["conv"].Units[2].Readers.Single().Inputs);
        Assert.Equal((4 * 9 * 4, 4 * 2 * 4), (map["conv"].Macs, map["output"].Macs));
    }

    [Theory]
    [InlineData("softmax", "mixed with it before 'output' reads it")]
    [InlineData("layer norm", "mixed with it before 'output' reads it")]
    [InlineData("output", "shows in an output")]
    public void AUnitThatIsMixedOrShownStays(string kind, string why) =>
        Assert.All(Between(kind)["conv"].Units, unit => Assert.Contains(why, unit.Stays));

    [Fact]
    public void LoopsTiesAndRecurrentLayersAreNamed()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianLooped(new Looped());
        var map = model.MapUnits(ones(1, 3));
        Assert.All(map["enter"].Units, unit => Assert.Contains("'loop' reads it, which shares a weight", unit.Stays));
        Assert.Equal(["loop", "tied"], map["loop"].Units[0].Readers.Select(use => use.Layer));
        Assert.Equal(2, map["loop"].Positions);
        Assert.True(map["tied"].IsTied);
        Assert.Equal(UnitLayerKind.Other, map["lstm"].Kind);
        Assert.Equal(8 * 4 + 8 * 2, map["lstm"].Weights);
        Assert.Contains("'tied' shares a weight with another layer", map["tied"].Units[0].Stays);
    }

    /// <summary>The graph of the plan against what NaN and noise show.</summary>
    [Trait("Lane", "Slow")]
    [Fact]
    public void RandomGraphsAreFoundAsTheyWereDrawn()
    {
        for (var seed = 0; seed < 30; seed++)
        {
            using var scope = NewDisposeScope();
            random.manual_seed(seed);
            var graph = new RandomGraph(seed);
            using var model = new BayesianRandomGraph(graph);
            model.to(ScalarType.Float64);
            var map = model.MapUnits(RandomGraph.Images(1));
            var found = map.Layers.SelectMany(layer => layer.FromElsewhere
                .Select(input => $"input > {layer.Key}.{input}")
                .Concat(layer.Units.SelectMany(unit => unit.Readers.SelectMany(use => use.Inputs
                    .Select(input => $"{layer.Key}.{unit.Index} > {use.Layer}.{input}")))));
            var norms = map.Layers.Where(layer => layer.Kind == UnitLayerKind.PerChannel).Select(layer => layer.Key + ".").ToList();
            Assert.Equal(graph.Edges().Order(), found.Where(edge => !norms.Any(edge.Split(" > ")[1].StartsWith)).Distinct().Order());
        }
    }

    [Fact]
    public void ARunChangesNeitherWeightsNorBuffersNorModes()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianNormed(new Normed());
        model.train();
        model.Network.Norm.eval();
        model.call(randn(8, 4));
        var before = model.Network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        var example = ones(1, 4);
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var map = model.MapUnits(example);
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.All(model.Network.state_dict(), entry => Assert.True(TensorBits.Same(before[entry.Key], entry.Value), entry.Key));
        Assert.True(model.training && model.Network.training && !model.Network.Norm.training);
        Assert.Equal(
            [UnitLayerKind.Linear, UnitLayerKind.PerChannel, UnitLayerKind.Linear], map.Layers.Select(layer => layer.Kind));
        Assert.Equal([2], map["first"].Units[2].Passed.Single().Inputs);
        Assert.Equal([2], map["first"].Units[2].Readers.Single().Inputs);
        using var draw = model.Draw();
        Assert.Contains("dispose it", Assert.Throws<InvalidOperationException>(() => model.MapUnits(ones(1, 4))).Message);
    }

    [Fact]
    public void WhatCannotBeFollowedIsRefusedInWords()
    {
        using var scope = NewDisposeScope();
        using var across = new BayesianAcrossExamples(new AcrossExamples());
        Assert.Contains("answered by itself", Assert.Throws<NotSupportedException>(() => across.MapUnits(ones(1, 3))).Message);
        using var model = new BayesianLeNet300(new LeNet300());
        Assert.Contains("no example", Assert.Throws<ArgumentException>(() => model.MapUnits(zeros(0, 784))).Message);
        Assert.Contains("finite", Assert.Throws<ArgumentException>(() => model.MapUnits(full(1, 784, double.NaN))).Message);
    }

    private static UnitMap Between(string kind)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var model = new BayesianBetween(new Between(kind));
        return model.MapUnits(rand(1, 1, 4, 4));
    }
}
