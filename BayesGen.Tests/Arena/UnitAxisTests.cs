using BayesGen.Tests.Networks;

namespace BayesGen.Tests.Arena;

/// <summary>Which slices of a layer's weights are units, by default and by Groups.</summary>
public sealed class UnitAxisTests
{
    /// <summary>The layout of the weight along the default, the inputs and the outputs; null is refused.</summary>
    [Fact]
    public void EveryLayerHasTheUnitsThatTheTableSays()
    {
        using var scope = NewDisposeScope();
        Check(nn.Linear(7, 5), "weight", new(5, 7, 1), new(5, 7, 1), new(1, 5, 7));
        Check(nn.Linear(7, 5), "bias", new(1, 1, 5), new(1, 1, 5), new(1, 5, 1));
        Check(nn.Bilinear(3, 7, 5), "weight", new(15, 7, 1), null, new(1, 5, 21));
        Check(nn.Conv2d(4, 5, 3), "weight", new(1, 5, 36), new(5, 4, 9), new(1, 5, 36));
        Check(nn.Conv2d(4, 5, 3), "bias", new(1, 5, 1), new(1, 1, 5), new(1, 5, 1));
        Check(nn.Conv2d(6, 6, 3, groups: 6), "weight", new(1, 6, 9), null, new(1, 6, 9));
        Check(nn.ConvTranspose2d(7, 5, 2), "weight", new(7, 5, 4), new(1, 7, 20), new(7, 5, 4));
        Check(nn.ConvTranspose1d(6, 4, 3, groups: 2), "weight", null, new(1, 6, 6), null);
        Check(nn.ConvTranspose3d(7, 5, 2), "bias", new(1, 5, 1), new(1, 1, 5), new(1, 5, 1));
        Check(nn.Embedding(9, 4), "weight", new(1, 9, 4), new(1, 9, 4), new(9, 4, 1));
        Check(nn.EmbeddingBag(9, 4), "weight", new(1, 9, 4), new(1, 9, 4), new(9, 4, 1));
        Check(nn.RNN(3, 4), "weight_ih_l0", new(4, 3, 1), new(4, 3, 1), new(1, 4, 3));
        Check(nn.LSTM(3, 4), "weight_ih_l0", new(16, 3, 1), new(16, 3, 1), null);
        Check(nn.LSTM(3, 4), "weight_hh_l0", new(16, 4, 1), new(16, 4, 1), null);
        Check(nn.GRUCell(3, 4), "weight_hh", new(12, 4, 1), new(12, 4, 1), null);
        Check(nn.MultiheadAttention(4, 2), "in_proj_weight", new(12, 4, 1), new(12, 4, 1), null);

        static void Check(nn.Module layer, string name, params SliceLayout?[] expected)
        {
            foreach (var (axis, layout) in Enum.GetValues<UnitAxis>().Zip(expected))
            {
                Assert.Equal(layout is null, WeightUnits.ReasonAgainst(layer, axis) is not null);
                if (layout is { } known)
                    Assert.Equal(
                        known,
                        WeightUnits.Of(layer, NetworkWeight.IsBiasName(name), layer.get_parameter(name)!.shape, axis).Layout);
            }
        }
    }

    /// <summary>
    /// A unit of an output is the slice that this output alone depends on, and a unit of an input the slice that does nothing where this
    /// input is zero.
    /// </summary>
    [Fact]
    public void ASliceIsWhatOneInputOrOutputNeeds()
    {
        using var scope = NewDisposeScope();
        Check(nn.Linear(4, 3), [2, 4]);
        Check(nn.Conv1d(4, 3, 2), [2, 4, 5]);
        Check(nn.Conv2d(4, 6, 2, groups: 2), [2, 4, 5, 5]);
        Check(nn.ConvTranspose1d(4, 3, 2), [2, 4, 5]);
        Check(nn.ConvTranspose2d(4, 6, 2, groups: 2), [2, 4, 5, 5]);

        static void Check(nn.Module<Tensor, Tensor> layer, long[] sizes)
        {
            layer.to(ScalarType.Float64);
            using var _ = no_grad();
            var weight = layer.get_parameter("weight")!;
            var inputs = new NoiseSource(3).Normal(zeros(sizes, dtype: ScalarType.Float64));
            var (whole, before) = (layer.call(inputs), weight.clone());
            foreach (var axis in (UnitAxis[])[UnitAxis.Inputs, UnitAxis.Outputs])
            {
                if (WeightUnits.ReasonAgainst(layer, axis) is not null)
                    continue;
                var units = WeightUnits.Of(layer, isBias: false, weight.shape, axis);
                for (var unit = 0L; unit < units.Count; unit++)
                {
                    weight.narrow(units.Axis!.Value, unit, 1).zero_();
                    var changed = layer.call(inputs);
                    weight.copy_(before);
                    if (axis == UnitAxis.Inputs)
                    {
                        var without = inputs.clone();
                        without.narrow(1, unit, 1).zero_();
                        Assert.True(allclose(layer.call(without), changed, rtol: 1e-12, atol: 1e-12));
                        continue;
                    }

                    var isChanged = (changed - whole).abs().transpose(0, 1).flatten(1).amax([1]).gt(1e-9).data<bool>();
                    Assert.Equal(Enumerable.Range(0, (int)units.Count).Select(channel => channel == unit), isChanged);
                }
            }
        }
    }

    [Fact]
    public void AnAnnotationChoosesTheAxisOfItsLayer()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianChosenAxes(new ChosenAxes());
        var state = model.state_dict();
        Assert.Equal([1, 2, 1], state["conv.weight.unit_mu"].shape);
        Assert.Equal([1], state["conv.bias.unit_mu"].shape);
        Assert.Equal([5, 1], state["hidden.weight.unit_mu"].shape);
        Assert.Equal([5], state["hidden.bias.unit_mu"].shape);
        Assert.Equal([1, 5], state["output.weight.unit_mu"].shape);
        Assert.Equal(FamilyDescriptor.Of(typeof(ScaledPosterior)).ParameterNames.Count * 6, state.Keys.Count(key => !key.EndsWith("mask")));
    }

    [Fact]
    public void AnAxisThatTheLayerLacksIsRefusedWithItsKey()
    {
        using var scope = NewDisposeScope();
        Refuses("layer.weight_ih_l0", "Groups = Outputs", "gates", () => new BayesianOutputUnits(new OutputUnits(nn.LSTM(3, 4))));
        Refuses("layer.weight", "groups", "UnitAxis.Outputs", () => new BayesianInputUnits(new InputUnits(nn.Conv2d(4, 4, 3, groups: 2))));
        Refuses("layer.weight", "groups", "UnitAxis.Inputs", () =>
            new BayesianUsualUnits(new UsualUnits(nn.ConvTranspose1d(4, 4, 3, groups: 2))));
        Refuses("layer.weight", "two inputs", "UnitAxis.Default", () => new BayesianInputUnits(new InputUnits(nn.Bilinear(3, 4, 2))));
        Refuses("layer.in_proj_weight", "MultiheadAttention", "UnitAxis.Inputs", () =>
            new BayesianOutputUnits(new OutputUnits(nn.MultiheadAttention(4, 2))));
        using var taken = new BayesianInputUnits(new InputUnits(nn.LSTM(3, 4)));
        Assert.Equal([1, 3], taken.state_dict()["layer.weight_ih_l0.unit_mu"].shape);

        static void Refuses(string key, string what, string remedy, Func<object> wrap)
        {
            var message = Assert.Throws<NotSupportedException>(wrap).Message;
            Assert.All((string[])["'" + key + "'", "Scaled", what, remedy], part => Assert.Contains(part, message));
        }
    }

    /// <summary>The refused network is as it was, and another wrapper can have it.</summary>
    [Fact]
    public void ARefusalLeavesTheNetworkToOthers()
    {
        using var scope = NewDisposeScope();
        var layer = nn.LSTM(3, 4);
        var before = layer.get_parameter("weight_ih_l0")!.clone();
        Assert.Throws<NotSupportedException>(() => new BayesianOutputUnits(new OutputUnits(layer)));
        using var model = new BayesianInputUnits(new InputUnits(layer));
        Assert.True(TensorBits.Same(before, model.Arena.Posterior<ScaledPosterior>("layer.weight_ih_l0").Parameters[0]));
    }

    [Fact]
    public void NumbersOfAnotherAxisAreRefusedWithTheKeyAndNothingChanges()
    {
        using var scope = NewDisposeScope();
        using var inputs = new BayesianInputUnits(new InputUnits(nn.Linear(3, 4)));
        using var outputs = new BayesianOutputUnits(new OutputUnits(nn.Linear(3, 4)));
        var before = outputs.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        var message = Assert.ThrowsAny<Exception>(() => outputs.load_state_dict(inputs.state_dict())).Message;
        Assert.Contains("layer.weight.unit_mu", message);
        Assert.Contains("Groups", message);
        Assert.All(outputs.state_dict(), entry => Assert.True(TensorBits.Same(entry.Value, before[entry.Key]), entry.Key));
    }

    [Fact]
    public void AReplicaHasTheSameUnits()
    {
        using var scope = NewDisposeScope();
        using var inputs = new BayesianInputUnits(new InputUnits(nn.Linear(3, 3)));
        using var outputs = new BayesianOutputUnits(new OutputUnits(nn.Linear(3, 3)));
        var mismatch = BayesGen.Training.ReplicaSync.MismatchWith(inputs.Arena, outputs.Arena);
        Assert.Contains("units of [3, 1]", mismatch);
        Assert.Contains("units of [1, 3]", mismatch);
    }
}
