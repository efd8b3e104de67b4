namespace BayesGen.Tests;

public partial class ParameterExtentTests
{
    [Fact]
    public void AUnitOfPrunedWeightsLeavesTheDivergenceAndOneWithAKeptWeightStays()
    {
        using var scope = NewDisposeScope();
        using var model = Spread();
        var report = model.Prune(2.0);
        var masks = model.Arena.Families.Single().Mask.Windows;
        Assert.All(model.Arena.Families.Single().Weights, weight =>
        {
            var mask = masks[weight.Place.Index];
            if (mask.dim() != 2 || weight.Fixed.Count > 0)
                return;
            var ofUnits = mask.any(weight.Units.Axis == 0 ? 1 : 0, keepdim: true);
            Assert.True(ofUnits.expand(weight.Shape).equal(mask).all().item<bool>(), weight.Key);
        });
        Assert.InRange(report.PrunedPart, 0.1, 0.9);
        Assert.Equal(Expected(model), Divergence(model), Math.Abs(Expected(model)) * Tolerance);

        // A single weight of a pruned unit is kept again.
        var hidden = masks[model.Arena.Inventory.Keys.Find("hidden.weight").Weight.Place.Index];
        var pruned = hidden[0].logical_not().nonzero()[0, 0].item<long>();
        hidden[3, pruned] = tensor(true);
        model.Arena.AdoptState();
        Assert.Equal(Expected(model), Divergence(model), Math.Abs(Expected(model)) * Tolerance);
        Assert.Equal(1, model.Network.get_parameter("hidden.weight")![TensorIndex.Colon, pruned].count_nonzero().item<long>());
    }

    [Fact]
    public void AFrozenLayerKeepsItsUnitsAndIsNotScored()
    {
        using var scope = NewDisposeScope();
        using var model = Spread();
        var all = Divergence(model);
        model.Freeze("hidden");
        var before = State(model, "hidden");
        Assert.InRange(all - Divergence(model), 1, all);
        using (var optimizer = optim.Adam(model.parameters().ToArray(), lr: 0.1, weight_decay: 0.1))
        {
            using (var draw = model.Draw(3))
                draw.Backward(model.call(Scaled.Sentences(3)).square().mean() + new ElboLoss().Divergence(draw) * 0.01);
            optimizer.step();
        }

        Assert.All(State(model, "hidden").Zip(before), pair => Assert.True(TensorBits.Same(pair.First, pair.Second)));
        Assert.False(TensorBits.Same(model.Posterior.Output.Weight.Units.Mu, ones_like(model.Posterior.Output.Weight.Units.Mu)));
        Assert.Equal(
            FamilyDescriptor.Of(typeof(ScaledPosterior)).ParameterNames,
            model.Describe().Weights.Single(weight => weight.Key == "hidden.bias").FrozenParameters);

        static List<Tensor> State(BayesianScaled model, string layer) => [.. model.Arena.StateTensors()
            .Where(entry => entry.Key.StartsWith(layer + ".", StringComparison.Ordinal)).Select(entry => entry.Value.clone())];
    }

    [Fact]
    public void FilesAndMovesKeepEveryNumber()
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(Directory.CreateTempSubdirectory("bayesgen-extents").FullName, "scaled.safetensors");
        try
        {
            using var model = Spread();
            model.Prune(2.0);
            model.Save(path);
            using var other = Scaled.Started(seed: 7);
            other.Load(path);
            AssertSame(model, other);
            other.to(ScalarType.Float32);
            Assert.All(other.Arena.Families.Single().Flat, flat => Assert.Equal(ScalarType.Float32, flat.dtype));
            Assert.Equal([1, 42], other.state_dict()["hidden.weight.unit_mu"].shape);
            using (no_grad())
                Assert.True(allclose(
                    model.Posterior.Hidden.Weight.Parameters[2].to(ScalarType.Float32), other.Posterior.Hidden.Weight.Parameters[2]));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }

        static void AssertSame(BayesianScaled one, BayesianScaled other)
        {
            var found = other.Arena.StateTensors().ToDictionary();
            Assert.All(one.Arena.StateTensors(), entry => Assert.True(TensorBits.Same(entry.Value, found[entry.Key]), entry.Key));
        }
    }

    [Theory]
    [InlineData("hidden.weight.unit_log_sigma", 3)]
    [InlineData("output.bias.layer_mu", 4)]
    public void ANumberThatIsNotFiniteIsNamed(string key, int index)
    {
        using var scope = NewDisposeScope();
        using var model = Scaled.Started();
        var (arena, weight) = model.Arena.Inventory.Keys.Find(key[..key.LastIndexOf('.')]);
        using var _ = no_grad();
        foreach (var flat in arena.Flat)
            flat.grad = zeros_like(flat);
        using (var gradient = arena.Flat[index].grad!)
        using (var slice = arena.Flat.SliceOf(index, weight, gradient))
            slice.fill_(double.NaN);
        Assert.Equal(key, model.Arena.NonFinite.FirstGradient());
        Assert.Null(model.Arena.NonFinite.FirstParameter());
        arena.Posterior.WindowOf(weight).Parameters[index].fill_(double.NaN);
        Assert.Equal(key, model.Arena.NonFinite.FirstParameter());
    }

    [Fact]
    public void APriorThatIsLearnedGetsItsGradientBesideTheUnits()
    {
        using var scope = NewDisposeScope();
        using var model = Spread();
        model.Prior.Hidden.Weight = GaussianPrior.Trainable(0.5);
        using (var draw = model.Draw(3))
            draw.Backward(new ElboLoss().Divergence(draw));
        using var learned = model.Arena.Families.Single().Priors.Learned!.grad!;
        var values = model.Posterior.Hidden.Weight.Values;
        var expected = 210 - ((values.Mu.square() + values.Variance()) / 0.25).sum().item<double>();
        Assert.Equal(expected, learned.item<double>(), Math.Abs(expected) * Tolerance);
    }
}
