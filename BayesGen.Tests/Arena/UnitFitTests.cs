using BayesGen.Tests.Networks;
using TorchSharp.Modules;

namespace BayesGen.Tests.Arena;

/// <summary>What a family of units takes, and what it refuses when a network is wrapped.</summary>
public sealed class UnitFitTests
{
    [Fact]
    public void ALayerWithoutUnitsIsRefusedWithItsKeyAndTheFamily()
    {
        using var scope = NewDisposeScope();
        Refuses("layer.weight", "a normalization layer scales features one by one", nn.BatchNorm1d(4));
        Refuses("layer.weight", "a normalization layer scales features one by one", nn.LayerNorm([2, 3]));
        Refuses("layer.weight", "a unit is a slice, and the weight has one dimension", nn.PReLU(3));
        Refuses("layer", "a Parameter belongs to no layer", new Parameter(ones(3, 4)));
        Refuses("layer.1.weight", "a unit is a slice", nn.Sequential(nn.Linear(2, 2), nn.PReLU(2)));

        static void Refuses(string key, string why, object layer)
        {
            var message = Assert.Throws<NotSupportedException>(() => new BayesianGatedLayer(new GatedLayer(layer))).Message;
            Assert.All((string[])[$"'{key}'", "Gated", why, "the Gaussian", "[Deterministic]"], part => Assert.Contains(part, message));
            Assert.DoesNotContain("Gated or", message);
        }
    }

    /// <summary>A normalization layer that is not annotated itself stays plain, whatever holds it.</summary>
    [Fact]
    public void NormalizationWithinAnAnnotatedLayerStaysPlain()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianGatedLayer(new GatedLayer(nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 2))));
        Assert.Equal(["layer.0.weight", "layer.2.weight"], model.Arena.BayesianWeights.Select(weight => weight.Key));
        Assert.Contains("layer.1.weight", model.state_dict().Keys);
    }

    [Fact]
    public void AWeightOfTwoLayersIsRefusedWithBothKeys()
    {
        using var scope = NewDisposeScope();
        var message = Assert.Throws<NotSupportedException>(() => new BayesianGatedLayers(new GatedLayers(areTied: true))).Message;
        Assert.All((string[])["'first.weight'", "'second.weight'", "Gated", "one layer"], part => Assert.Contains(part, message));
    }

    /// <summary>One layer under two names has one set of units, where both names ask for the same.</summary>
    [Fact]
    public void ALayerInTwoPlacesHasOneSetOfUnits()
    {
        using var scope = NewDisposeScope();
        var line = nn.Linear(3, 2);
        using var model = new BayesianGatedLayer(new GatedLayer(nn.Sequential(("a", line), ("b", line))));
        Assert.Equal([1, 3], model.state_dict()["layer.a.weight.gate_mu"].shape);
        var shared = nn.Linear(3, 2);
        var message = Assert.Throws<InvalidOperationException>(() => new BayesianTwiceGated(new TwiceGated(shared, shared))).Message;
        Assert.All((string[])["'one'", "'other'", "other options"], part => Assert.Contains(part, message));
    }

    [Fact]
    public void AFrozenWeightIsLeftOut()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianGatedLayers(new GatedLayers(isFrozen: true));
        Assert.Equal(["first.weight"], model.Arena.BayesianWeights.Select(weight => weight.Key));
        Assert.Equal(WeightRole.Frozen, model.Describe().Weights.Single(weight => weight.Key == "second.weight").Role);
        var before = model.Network.get_parameter("second.weight")!.clone();
        using (model.Draw())
            Assert.True(TensorBits.Same(before, model.Network.get_parameter("second.weight")!));
    }

    /// <summary>Nothing of a draw, of an evaluation or of what is exported reaches a bias.</summary>
    [Fact]
    public void BiasesStayPlainNumbersOutsideOfTheUnits()
    {
        using var scope = NewDisposeScope();
        var network = new GatedLayers();
        using var model = new BayesianGatedLayers(network);
        Assert.Equal(["first.weight", "second.weight"], model.Arena.BayesianWeights.Select(weight => weight.Key));
        var before = network.get_parameter("first.bias")!.clone();
        var means = network.get_parameter("first.weight")!.clone();
        var inputs = zeros(3, 4);
        using (model.Draw())
        {
            Assert.True(TensorBits.Same(before, network.get_parameter("first.bias")!));
            Assert.False(TensorBits.Same(means, network.get_parameter("first.weight")!));
        }

        // With every gate at zero, what is left of the layers is their biases.
        using (no_grad())
            foreach (var key in (string[])["first.weight", "second.weight"])
            {
                model.Arena.Posterior<GatedPosterior>(key).Parameters[1].zero_();
                model.Arena.Posterior<GatedPosterior>(key).Parameters[2].fill_(-40);
            }

        model.Arena.AdoptState();
        var expected = network.get_parameter("second.bias")!.expand(3, 4);
        Assert.True(allclose(expected, model.call(inputs + 1)));
        using (model.Draw())
            Assert.True(allclose(expected, model.call(inputs + 1)));
        Assert.True(TensorBits.Same(before, model.state_dict()["first.bias"]));
    }

    /// <summary>Before the fix of an annotation is built, its options reach the runtime as they are.</summary>
    [Fact]
    public void IncludeBiasIsRefusedWhereBiasesHaveNoUnits()
    {
        using var scope = NewDisposeScope();
        var plan = new NetworkPlan();
        var network = nn.Sequential(("fc", nn.Linear(3, 2)));
        plan.Bayesian<GatedPosterior>(
            "fc", network.named_children().Single().module, WeightOptions.Default with { IncludeBias = true });
        var message = Assert.Throws<NotSupportedException>(() => new NetworkWalk(network, plan)).Message;
        Assert.All((string[])["'fc.bias'", "IncludeBias", "Gated", "no units of their own"], part => Assert.Contains(part, message));
        var withoutBias = new NetworkPlan();
        var line = nn.Sequential(("fc", nn.Linear(3, 2, hasBias: false)));
        withoutBias.Bayesian<GatedPosterior>(
            "fc", line.named_children().Single().module, WeightOptions.Default with { IncludeBias = true });
        Assert.Single(new NetworkWalk(line, withoutBias).Weights);
    }

    [Fact]
    public void ADescriptionCountsUnitsWhereTheFamilyHasThem()
    {
        using var scope = NewDisposeScope();
        using var scaled = Scaled.Started();
        Assert.Equal(
            [("words.weight", 5), ("conv.weight", 3), ("conv.bias", 3), ("hidden.weight", 42), ("hidden.bias", 1), ("output.weight", 5),
                ("output.bias", 1)],
            scaled.Describe().Weights.Select(weight => (weight.Key, weight.Units!.Value)));

        using var gated = new BayesianGatedLayers(new GatedLayers());
        Assert.Equal(
            """
            weight         posterior      shape  count  units  bytes of posterior  tied with
            first.weight   Gated          4x4       16      4                  96
            first.bias     deterministic  4          4                          0
            second.weight  Gated          4x4       16      4                  96
            second.bias    deterministic  4          4                          0
            """.ReplaceLineEndings("\n"),
            string.Join('\n', gated.Describe().ToString().Split('\n').Take(5)));
    }
}
