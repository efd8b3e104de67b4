using BayesGen.Pruning;
using BayesGen.Tests.Networks;

namespace BayesGen.Tests;

/// <summary>What a pruning leaves of the units of a network.</summary>
public sealed class UnitPruningTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    /// <summary>The networks of the papers and their figures.</summary>
    [Theory]
    [InlineData(784, 300, 100, 1.0)]
    [InlineData(278, 98, 13, 9.3)]
    [InlineData(97, 71, 33, 27.8)]
    [InlineData(266, 88, 33, 10.0)]
    public void ThePublishedArchitecturesOfLeNet300HaveTheirRatios(int input, int first, int second, double ratio)
    {
        using var model = new BayesianLeNet300(new LeNet300());
        Keep(model, "fc1.weight", first, input);
        Keep(model, "fc2.weight", second, first);
        Keep(model, "fc3.weight", 10, second);
        var structure = model.PruneStatistics(null, zeros(1, 784)).Structure!;
        Assert.Equal($"{input}-{first}-{second}", structure.ToString());
        Assert.Equal(266_200, structure.Weights);
        Assert.Equal(ratio, structure.WeightRatio, 0.05);
        Assert.Equal(structure.CompactWeights, structure.CompactMacs);
    }

    [Theory]
    [InlineData(20, 50, 800, 500, 1.0, 1.0)]
    [InlineData(8, 13, 88, 13, 105.7, 8.1)]
    [InlineData(5, 10, 76, 16, 156.5, 15.0)]
    [InlineData(9, 18, 65, 25, 70.0, 5.9)]
    public void ThePublishedArchitecturesOfLeNet5HaveTheirRatios(int conv1, int conv2, int fc1, int fc2, double ratio, double macs)
    {
        using var model = new BayesianLeNet5(new LeNet5());
        Keep(model, "conv1.weight", conv1, 1);
        Keep(model, "conv2.weight", conv2, conv1);
        Keep(model, "fc1.weight", fc2, fc1);
        Keep(model, "fc2.weight", 10, fc2);
        var structure = model.PruneStatistics(null, zeros(1, 1, 28, 28)).Structure!;
        Assert.Equal($"{conv1}-{conv2}-{fc1}-{fc2}", structure.ToString());
        Assert.Equal((430_500, 2_293_000), (structure.Weights, structure.Macs));
        Assert.Equal(ratio, structure.WeightRatio, 0.05);
        Assert.Equal(macs, structure.MacRatio, 0.05);
    }

    /// <summary>Scores take one side of each unit, and the other side follows.</summary>
    [Fact]
    public void APruningOfOneSideReachesTheOther()
    {
        using var model = new BayesianLeNet5(new LeNet5());
        Score(model, "conv1.weight", conv => conv.narrow(0, 5, 15));
        Score(model, "fc1.weight", fc => fc.narrow(1, 76, 800 - 76));
        Score(model, "fc2.weight", fc => fc.narrow(1, 16, 500 - 16));
        var example = ones(2, 1, 28, 28);
        var tried = model.PruneStatistics(0.0, example);
        Assert.Equal(0, model.PruneStatistics().Pruned);
        var report = model.Prune(0.0, example);
        Assert.Equal("5-5-76-16", report.Structure!.ToString());
        Assert.Equal(tried.Weights, report.Weights);
        Assert.Equal(tried.Structure!.Layers, report.Structure.Layers);
        Assert.Equal(report.Kept, model.PruneStatistics().Kept);
        // 76 inputs of fc1 are 4 whole channels of 16 and 12 places of the fifth.
        Assert.Equal(5 * 25 + 5 * 5 * 25 + 76 * 16 + 16 * 10, report.Structure.CompactWeights);
        Assert.Equal([5L, 5L, 16L, 10L], new[] { "conv1.bias", "conv2.bias", "fc1.bias", "fc2.bias" }.Select(key =>
            report.Weights.Single(weight => weight.Key == key).Kept));
        var masks = Masks(model);
        Assert.Equal(report.Kept, model.Prune(0.0, example).Kept);
        Assert.Equal(masks, Masks(model));
    }

    [Fact]
    public void AChannelOfASumIsDeadOnlyIfItIsDeadInAll()
    {
        using var model = new BayesianBetween(new Between("add"));
        var example = rand(1, 1, 4, 4);
        Score(model, "conv.weight", conv => conv.narrow(0, 0, 2));
        Score(model, "other.weight", conv => conv.narrow(0, 1, 2));
        model.Prune(0.0, example);
        Assert.Equal([8L, 0L, 8L, 8L], Columns(model, "output.weight", 4));
        // The bias of a dead unit whose sum is read on is a constant that the sum needs.
        Assert.Equal([true, false, true, true], Mask(model, "conv.bias"));
        Assert.Equal([true, false, true, true], Mask(model, "other.bias"));
    }

    /// <summary>A skip brings the input of the network to the layer, or positions are added: it reads on when the unit is dead.</summary>
    [Theory]
    [InlineData("skip", 4, 8)]
    [InlineData("positions", 1, 2)]
    [InlineData("tokens", 1, 0)]
    public void WhatReadsMoreThanDeadUnitsStays(string kind, int block, long kept)
    {
        using var model = new BayesianBetween(new Between(kind));
        Score(model, "conv.weight", conv => conv.narrow(0, 1, 1));
        model.Prune(0.0, rand(1, 1, 4, 4));
        Assert.Equal([2L * block, kept, 2L * block, 2L * block], Columns(model, "output.weight", block));
        Assert.Equal([true, kept > 0, true, true], Mask(model, "conv.bias"));
    }

    [Theory]
    [InlineData("softmax")]
    [InlineData("layer norm")]
    [InlineData("output")]
    public void AUnitThatCannotBeRemovedKeepsItsWeights(string kind)
    {
        using var model = new BayesianBetween(new Between(kind));
        Score(model, "output.weight", output => output.narrow(1, 0, kind == "output" ? 4 : 1));
        var structure = model.Prune(0.0, rand(1, 1, 4, 4)).Structure!;
        Assert.Equal(4, structure.Layers.Single(layer => layer.Key == "conv").KeptOutputs);
        var output = structure.Layers.Single(layer => layer.Key == "output");
        Assert.True(output.KeptInputs < output.Inputs);
    }

    [Fact]
    public void ALayerThatWouldLoseEverythingIsRefusedByNameAndNothingChanges()
    {
        using var model = new BayesianLeNet300(new LeNet300());
        Score(model, "fc2.weight", fc => fc);
        foreach (var prune in (Action[])[
            () => model.Prune(0.0),
            () => model.Prune(0.0, zeros(1, 784)),
            () => model.Distribution(() => new LeNet300()).Prune(0.0)])
        {
            var message = Assert.Throws<ArgumentException>(prune).Message;
            Assert.Contains("Nothing of 'fc2' would be left", message);
            Assert.Contains("[\"fc2.weight\"]", message);
        }

        Assert.Equal(0, model.PruneStatistics().Pruned);
        Assert.Equal(0, model.PruneStatistics(0.0).Weights.Single(weight => weight.Key == "fc2.weight").Kept);
    }

    [Fact]
    public void WeightsUsedPastTheirLayerAreFoundOut()
    {
        using var model = new BayesianPastTheLayer(new PastTheLayer());
        Score(model, "second.weight", second => second.narrow(1, 0, 2));
        var message = Assert.Throws<NotSupportedException>(() => model.Prune(0.0, rand(2, 3) + 1)).Message;
        Assert.Contains("past its layers", message);
        Assert.Equal(0, model.PruneStatistics().Pruned);
    }

    [Fact]
    public void FrozenWeightsStay()
    {
        using var model = new BayesianLeNet300(new LeNet300());
        Score(model, "fc2.weight", fc => fc.narrow(1, 0, 200));
        model.Freeze("fc1");
        var report = model.Prune(0.0, zeros(1, 784));
        Assert.Equal((300 * 784, 300), (Of("fc1.weight"), Of("fc1.bias")));
        Assert.Equal(100 * 100, Of("fc2.weight"));

        long Of(string key) => report.Weights.Single(weight => weight.Key == key).Kept;
    }

    [Fact]
    public void AFamilyOfUnitsIsPrunedByItsUnits()
    {
        using var model = Scaled.Started();
        using (no_grad())
        {
            // Channel 1 of the convolution, and input 3 of the last layer.
            model.Posterior.Conv.Weight.Parameters[3].view(-1)[1] = 10;
            model.Posterior.Output.Weight.Parameters[3].view(-1)[3] = 10;
        }

        var report = model.Prune(0.0, Scaled.Sentences(1));
        var layers = report.Structure!.Layers.ToDictionary(layer => layer.Key);
        Assert.Equal((2, 28), (layers["conv"].KeptOutputs, layers["hidden"].KeptInputs));
        Assert.Equal((4, 4), (layers["hidden"].KeptOutputs, layers["output"].KeptInputs));
    }

    [Fact]
    public void UnitsStayPrunedThroughTrainingSavingAndLoading()
    {
        using var data = SyntheticDigits.Create(32, 1);
        using var model = new BayesianLeNet300(new LeNet300());
        Score(model, "fc1.weight", fc => fc.narrow(0, 0, 290));
        var report = model.Prune(0.0, data.Inputs);
        Assert.Equal(10, report.Structure!.Layers[1].KeptInputs);
        using (var trainer = model.CreateTrainer(new TrainerOptions { Epochs = 1, BatchSize = 16, LearningRate = 1e-2 }))
            trainer.Train(data);
        var path = Path.GetTempFileName();
        model.Save(path);
        using var loaded = new BayesianLeNet300(new LeNet300());
        loaded.Load(path);
        File.Delete(path);
        Assert.Equal(Masks(model), Masks(loaded));
        Assert.Equal(report.Structure.Layers, loaded.PruneStatistics(null, data.Inputs).Structure!.Layers);
        Assert.False(loaded.Network.state_dict()["fc1.weight"].narrow(0, 0, 290).ne(0).any().item<bool>());
        loaded.Unprune();
        Assert.Equal(1, loaded.PruneStatistics(null, data.Inputs).Structure!.WeightRatio);
    }

    /// <summary>Keeps the first outputs and the first inputs of a weight, and nothing else of it.</summary>
    private static void Keep(IBayesianNetwork model, string key, int outputs, int inputs)
    {
        var mask = ((nn.Module)model).state_dict()[key + ".mask"];
        mask.fill_(false);
        mask.narrow(0, 0, outputs).narrow(1, 0, inputs).fill_(true);
        model.Arena.AdoptState();
    }

    /// <summary>Puts a part of a weight below the threshold 0, and the rest far above.</summary>
    private static void Score(IBayesianNetwork model, string key, Func<Tensor, Tensor> part)
    {
        using var _ = no_grad();
        foreach (var (name, sigma) in ((nn.Module)model).state_dict().Where(entry => entry.Key.EndsWith("log_sigma")))
        {
            if (name == key + ".log_sigma")
                part(sigma).fill_(20);
            sigma.masked_fill_(sigma < 20, -30);
        }
    }

    private static bool[] Mask(nn.Module model, string key) => model.state_dict()[key + ".mask"].contiguous().data<bool>().ToArray();

    internal static List<bool> Masks(nn.Module model) =>
        [.. model.state_dict().Keys.Where(key => key.EndsWith(".mask")).SelectMany(key => Mask(model, key[..^5]))];

    /// <summary>How many weights are kept of each block of input features.</summary>
    private static long[] Columns(nn.Module model, string key, int block)
    {
        var mask = model.state_dict()[key + ".mask"];
        return mask.view(mask.shape[0], -1, block).sum([0, 2]).data<long>().ToArray();
    }
}
