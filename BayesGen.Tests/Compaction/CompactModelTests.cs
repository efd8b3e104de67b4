using BayesGen.Compaction;
using BayesGen.Serialization;

namespace BayesGen.Tests.Compaction;

/// <summary>A Bayesian neural network of the kept units is one: it answers, trains and is pruned on.</summary>
public sealed class CompactModelTests
{
    private static BayesianGraphUNet Pruned()
    {
        using var _ = no_grad();
        var network = new GraphUNet();
        foreach (var name in new[] { "down1", "bottom", "up2" })
        {
            var weight = network.get_parameter($"{name}.weight")!;
            weight.narrow(0, weight.size(0) / 2, weight.size(0) - (weight.size(0) / 2)).zero_();
            network.get_parameter($"{name}.bias")!.narrow(0, weight.size(0) / 2, weight.size(0) - (weight.size(0) / 2)).fill_(-1);
        }

        network.get_parameter("down1.bias")!.narrow(0, 0, 2).fill_(-1);
        var model = new BayesianGraphUNet(network);
        foreach (var name in new[] { "down1", "bottom", "up2" })
            model.StateTensors($"{name}.weight.mask").copy_(network.get_parameter($"{name}.weight")!.ne(0));
        ((IBayesianNetwork)model).Arena.AdoptState();
        return model;
    }

    [Fact]
    public void AWideWeightOfMeanZeroThatWasNeverPrunedIsRemoved()
    {
        using var scope = NewDisposeScope();
        using var network = new GraphUNet();
        using (no_grad())
            network.get_parameter("bottom.weight")!.narrow(0, 0, 4).zero_();
        using var model = new BayesianGraphUNet(network);
        var (small, report) = model.Compact(() => new GraphUNet(), plain => new BayesianGraphUNet(plain), rand(2, 1, 16, 16));
        using var owned = small;
        Assert.Equal(report.Weights.Before, report.Weights.After);
        Assert.True(small.StateTensors("bottom.weight.mu").narrow(0, 0, 4).eq(0).all().item<bool>());
    }

    [Fact]
    public void ASmallModelComesBackFromItsFileAsAnotherOne()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var folder = new TemporaryFolder();
        using var model = Pruned();
        var x = rand(3, 1, 16, 16);
        using var small = model.Compact(() => new GraphUNet(), network => new BayesianGraphUNet(network), x).Network;
        var path = Path.Combine(folder.Root, "small.safetensors");
        small.SaveCompact(path);
        using var loaded = CompactFile.LoadCompact(() => new GraphUNet(), network => new BayesianGraphUNet(network), path);
        Assert.Equal([4, 1, 3, 3], loaded.StateTensors("down1.weight.mu").shape);
        small.UseMean();
        loaded.UseMean();
        Assert.True(loaded.call(x).allclose(small.call(x), rtol: 0, atol: 1e-6));
        Assert.True(loaded.StateTensors("up2.weight.log_sigma").equal(small.StateTensors("up2.weight.log_sigma")).all().item<bool>());
        Assert.Contains("LoadCompact(() => new GraphUNet(...), network =>", Assert.Throws<StateFileException>(
            () => CompactFile.LoadCompact(() => new GraphUNet(), path)).Message);
    }

    [Fact]
    public void ASmallModelCannotBeMadeSmallAgain()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = Pruned();
        var x = rand(3, 1, 16, 16);
        using var small = model.Compact(() => new GraphUNet(), network => new BayesianGraphUNet(network), x).Network;
        small.StateTensors("down1.weight.mask").narrow(0, 0, 2).fill_(false);
        ((IBayesianNetwork)small).Arena.AdoptState();
        using var smaller = small.Compact(() => new GraphUNet(), network => new BayesianGraphUNet(network), x).Network;
        Assert.Equal([2, 1, 3, 3], smaller.StateTensors("down1.weight.mu").shape);
        small.UseMap();
        smaller.UseMap();
        Assert.True(smaller.call(x).allclose(small.call(x), rtol: 0, atol: 1e-5));
    }

    [Fact]
    public void ASmallPosteriorIsAnotherOneThanThatOfTheKeptUnits()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var model = Pruned();
        var x = rand(3, 1, 16, 16);
        model.Prior.Down2.Weight = GaussianPrior.Trainable(0.3);
        using (no_grad())
        {
            model.StateTensors("up1.weight.log_sigma").fill_(-2.5);
            ((IBayesianNetwork)model).Arena.AdoptState();
        }

        model.eval();
        var (small, report) = model.Compact(() => new GraphUNet(), network => new BayesianGraphUNet(network), x);
        using var owned = small;
        Assert.True(report.Weights.After < 0.8 * report.Weights.Before, report.ToString());
        using (no_grad())
            Assert.True(small.call(x).allclose(model.call(x), rtol: 0, atol: 1e-5));
        Assert.Equal([4, 1, 3, 3], small.StateTensors("down1.weight.mu").shape);
        Assert.True(small.StateTensors("down1.weight.mu").eq(model.StateTensors("down1.weight.mu").narrow(0, 0, 4)).all().item<bool>());
        Assert.True(small.StateTensors("up1.weight.log_sigma").eq(-2.5).all().item<bool>());
        Assert.Equal(model.Prior.Down2.Weight, small.Prior.Down2.Weight);
    }

    [Fact, Trait("Lane", "Slow")]
    public void ASmallModelDoesNotTrainOn()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var model = new BayesianGraphLeNet(new GraphLeNet());
        using var data = SyntheticDigits.Create(400, 1);
        using (var trainer = model.CreateTrainer(new TrainerOptions { Epochs = 1, BatchSize = 50 }))
            trainer.Train(data);
        model.eval();
        var x = data.Inputs.narrow(0, 0, 4);
        var masks = model.StateTensors("conv1.weight.mask");
        using (no_grad())
        {
            masks.narrow(0, 8, 12).fill_(false);
            ((IBayesianNetwork)model).Arena.AdoptState();
        }

        var (small, _) = model.Compact(() => new GraphLeNet(), network => new BayesianGraphLeNet(network), x);
        using var owned = small;
        Assert.Equal(8, small.Network.get_parameter("conv1.weight")!.size(0));
        using (var trainer = small.CreateTrainer(new TrainerOptions { Epochs = 1, BatchSize = 50 }))
            Assert.True(double.IsFinite(trainer.Train(data).Epochs[^1].Total));
        small.eval();
        Assert.InRange(small.Predict(x, 3).Entropy[0], 0, 3);
        small.Prune(1);
    }
}

file static class ModelState
{
    public static Tensor StateTensors(this IBayesianNetwork model, string key) =>
        BayesGen.Serialization.NetworkState.StateTensors(model.Arena).Single(entry => entry.Key == key).Value;
}
