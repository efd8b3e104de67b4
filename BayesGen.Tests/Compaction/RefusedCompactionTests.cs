using BayesGen.Compaction;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests.Compaction;

/// <summary>What compaction must leave alone: constants of one example, types that forward names, shared weights, training.</summary>
public sealed class RefusedCompactionTests
{
    [Fact]
    public void ADeadUnitBehindAMaskIsFoldedByTheMaskOfTheExample()
    {
        using var scope = NewDisposeScope();
        using var network = Dead(new MaskedTokens(), 8);
        var tokens = randint(1, 20, [4, 7], dtype: int64);
        var padded = tokens.clone();
        padded.narrow(1, 4, 3).zero_();
        Assert.Contains("not zero", string.Join(' ', Same(network, tokens, padded).Kept));
    }

    [Fact]
    public void ADeadUnitBehindASumIsFoldedByTheLengthOfTheExample()
    {
        using var scope = NewDisposeScope();
        using var network = Dead(new SummedSteps(), 8);
        Same(network, rand(4, 7, 6), rand(4, 3, 6));
    }

    [Fact]
    public void AUnitThatAMaskOfTheExampleHidesIsTakenForZero()
    {
        using var scope = NewDisposeScope();
        using var network = Dead(new SummedSteps(isMasked: true), 8);
        var report = Same(network, -rand(4, 7, 6), rand(4, 7, 6));
        Assert.Equal(report.Weights.Before, report.Weights.After);
    }

    [Fact]
    public void ADeadUnitOfZerosStaysInANetworkThatNoOneHasRead()
    {
        using var scope = NewDisposeScope();
        using var network = Dead(new SummedSteps(), 8, bias: -1.0);
        Assert.Equal(8, Same(network, rand(4, 7, 6), rand(4, 3, 6)).Layers[0].Units.After);
    }

    [Fact]
    public void ATypeThatForwardNamesEndsTheProcess()
    {
        using var scope = NewDisposeScope();
        using var network = Dead(new TypedSteps(), 8, bias: -1.0);
        var report = Same(network, randint(0, 255, [4, 6], dtype: uint8), randint(0, 255, [9, 6], dtype: uint8));
        Assert.Equal((ScalarType.Float32, 8), (report.ComparedIn, report.Layers[0].Units.After));
        using var read = Dead(new ReadBasis(), 8);
        Assert.Equal((ScalarType.Float32, null), (Same(read, rand(4, 6), rand(9, 6)) is var known ? known.ComparedIn : 0, known.Unread));
    }

    [Fact]
    public void TiedWeightsAreLostAndTheNetworkIsHalfFloat64()
    {
        using var scope = NewDisposeScope();
        using var network = Dead(new TiedPair(), 3, "first");
        var weight = network.first.weight;
        var report = Same(network, rand(4, 6), rand(9, 6));
        Assert.Equal(report.Weights.Before, report.Weights.After);
        Assert.Same(network.first.weight, network.second.weight);
        Assert.Same(weight, network.first.weight);
    }

    [Fact]
    public void ARefusalReplacesParametersAndTheMode()
    {
        using var scope = NewDisposeScope();
        using var network = new SummedSteps();
        using var optimizer = optim.Adam(network.parameters());
        network.call(rand(2, 3, 6)).sum().backward();
        optimizer.step();
        Assert.Equal(network.CompactInPlace(rand(2, 3, 6)).Weights.Before, network.parameters().Sum(parameter => parameter.numel()));
        Assert.True(network.training, "Nothing went, and the network is in evaluation mode.");
        using (no_grad())
            network.get_parameter("hidden.weight")!.narrow(0, 0, 8).zero_();
        Assert.ThrowsAny<Exception>(() => network.CompactInPlace(rand(2, 3, 5)));
        Assert.True(network.training, "It was refused, and is in evaluation mode.");
        var before = network.get_parameter("head.weight")!.clone();
        network.call(rand(2, 3, 6)).sum().backward();
        optimizer.step();
        var isSame = before.equal(network.get_parameter("head.weight")!).all().item<bool>();
        Assert.False(isSame, "The optimizer steps over parameters that are gone.");
    }

    [Fact]
    public void AHeadThatRunsInTrainingAloneReadsUnitsThatAreGone()
    {
        using var scope = NewDisposeScope();
        using var network = Dead(new TrainedHead(), 4, "first", "second");
        var report = Same(network, rand(4, 6), rand(9, 6));
        Assert.Equal([8, 4], report.Layers.Take(2).Select(layer => layer.Units.After));
        Assert.Contains("'aside', which runs in training alone", Assert.Single(report.Kept));
        network.train();
        Assert.Equal([2, 3], network.call(rand(2, 6)).shape);
    }

    [Fact]
    public void AParameterWithANumberForEachUnitIsAnErrorWithoutAName()
    {
        using var scope = NewDisposeScope();
        using var network = Dead(new ShiftedUnits(), 8, bias: -1.0);
        var report = Same(network, rand(4, 6), rand(9, 6));
        Assert.Contains("'hidden': the number of its units is named by forward, by a parameter or by a buffer", Assert.Single(report.Kept));
    }

    [Fact]
    public void AFileLoadsIntoASequentialWithAnotherActivation()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var network = Sequential(Linear(4, 8), ReLU(), Linear(8, 3));
        var path = Path.Combine(folder.Root, "small.safetensors");
        network.SaveCompact(path);
        Assert.Contains("1:Tanh", Assert.ThrowsAny<Exception>(
            () => CompactFile.LoadCompact(() => Sequential(Linear(4, 8), Tanh(), Linear(8, 3)), path)).Message);
    }

    [Fact]
    public void AMapOfASmallNetworkCannotBeViewed()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var network = Sequential(Conv2d(3, 8, 3), ReLU(), Conv2d(8, 4, 1));
        network.CompactInPlace(rand(2, 3, 8, 8));
        Assert.Equal(2 * 4 * 36, network.call(rand(2, 3, 8, 8)).view(-1).size(0));
    }

    /// <summary>Zeroes the last rows of layers, and makes their biases one number.</summary>
    private static TNetwork Dead<TNetwork>(TNetwork network, int kept, params string[] layers)
        where TNetwork : nn.Module => Dead(network, kept, null, layers);

    private static TNetwork Dead<TNetwork>(TNetwork network, int kept, double? bias, params string[] layers)
        where TNetwork : nn.Module
    {
        using var _ = no_grad();
        foreach (var layer in layers.DefaultIfEmpty("hidden"))
            foreach (var name in new[] { "weight", "bias" })
            {
                var tensor = network.get_parameter($"{layer}.{name}")!;
                using var rows = tensor.narrow(0, kept, tensor.size(0) - kept);
                if (name == "weight" || bias is not null)
                    rows.fill_(name == "weight" ? 0 : bias!.Value);
            }

        network.eval();
        return network;
    }

    /// <summary>Makes it small by one input, and compares on that one and on another.</summary>
    private static CompactReport Same(Module<Tensor, Tensor> network, Tensor example, Tensor other)
    {
        using var _ = no_grad();
        var expected = new[] { network.call(example), network.call(other) };
        var report = network.CompactInPlace(example);
        Assert.True(network.call(example).allclose(expected[0], rtol: 0, atol: 1e-5), report.ToString());
        Assert.True(network.call(other).allclose(expected[1], rtol: 0, atol: 1e-5), report.ToString());
        return report;
    }
}
