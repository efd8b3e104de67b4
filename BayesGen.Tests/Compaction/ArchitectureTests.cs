using BayesGen.Compaction;
using TorchSharp.Modules;

namespace BayesGen.Tests.Compaction;

/// <summary>Whole architectures, half of whose units are pruned at random: the small network computes the same.</summary>
public sealed class ArchitectureTests
{
    [Fact, Trait("Lane", "Slow")]
    public void ResNet18ReadFromItsSourceIsAnotherNetworkWhenSmall()
    {
        var report = Compacted(new GraphResNet18(width: 16), rand(2, 3, 48, 48, dtype: float64));
        Assert.Null(report.Unread);
        Assert.True(report.Weights.After < 0.75 * report.Weights.Before, report.ToString());
    }

    [Fact]
    public void AUNetIsAnotherNetworkWhenSmall()
    {
        var report = Compacted(new GraphUNet(), rand(2, 1, 16, 16, dtype: float64));
        Assert.Null(report.Unread);
        Assert.True(report.Weights.After < 0.75 * report.Weights.Before, report.ToString());
    }

    [Fact]
    public void ATransformerBlockIsAnotherNetworkWhenSmall()
    {
        var report = Compacted(new GraphTransformer(), rand(2, 7, 6, dtype: float64));
        Assert.Null(report.Unread);
        Assert.Equal(20, report.Layers.Single(layer => layer.Key == "fc1").Units.After);
        Assert.Contains(report.Kept, line => line.Contains("LayerNorm"));
    }

    [Fact]
    public void AnLstmTaggerIsAnotherNetworkWhenSmall()
    {
        var report = Compacted(new GraphTagger(), randint(30, [2, 6], dtype: int64));
        Assert.Null(report.Unread);
        Assert.Equal(7, report.Layers.Single(layer => layer.Key == "hidden").Units.After);
        Assert.Equal((40L, 20L), report.Layers.Single(layer => layer.Key == "lstm").Units);
    }

    [Fact]
    public void AGruIsAnotherNetworkWhenSmall()
    {
        var report = Compacted(new GraphGru(), randint(30, [2, 6], dtype: int64));
        Assert.Equal((40L, 20L), report.Layers.Single(layer => layer.Key == "gru").Units);
    }

    /// <summary>Features of words that are one number for all words join the bias of the gates; the file has the sizes.</summary>
    [Fact]
    public void AFileOfASmallLstmIsAnotherNetwork()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var network = new GraphTagger();
        network.eval();
        network.get_parameter("words.weight")!.narrow(1, 0, 5).fill_(0.25);
        var x = randint(30, [3, 6], dtype: int64);
        var expected = network.call(x);
        var report = network.CompactInPlace(x);
        Assert.Equal((12L, 7L), report.Layers.Single(layer => layer.Key == "words").Units);
        Assert.True(network.call(x).allclose(expected, rtol: 0, atol: 1e-5));
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Root, "small.safetensors");
        network.SaveCompact(path);
        using var loaded = CompactFile.LoadCompact(() => new GraphTagger(), path);
        Assert.True(loaded.call(x).allclose(network.call(x), rtol: 0, atol: 1e-6));
        Assert.Equal([160, 7], loaded.get_parameter("lstm.weight_ih_l0")!.shape);
    }

    /// <summary>The generator has not seen the source of TorchVision, so the units are found by running.</summary>
    [Theory, Trait("Lane", "Slow")]
    [InlineData("ResNet-18", 0.95)]
    [InlineData("MobileNet-V2", 0.95)]
    [InlineData("VGG-11", 0.5)]
    public void ACompiledModelOfTorchVisionIsAnotherNetworkWhenSmall(string name, double most)
    {
        nn.Module<Tensor, Tensor> network = name switch
        {
            "ResNet-18" => torchvision.models.resnet18(num_classes: 10),
            "MobileNet-V2" => torchvision.models.mobilenet_v2(num_classes: 10),
            _ => torchvision.models.vgg11(num_classes: 10),
        };
        var report = Compacted(network, rand(2, 3, 32, 32, dtype: float64));
        Assert.Contains("the generator has not read the forward", report.Unread);
        Assert.True(report.Weights.After < most * report.Weights.Before, report.ToString());
    }

    [Fact, Trait("Lane", "Slow")]
    public void RandomNetworksWithoutSourceComputeOtherThings()
    {
        var (smaller, refused) = (0, 0);
        for (var seed = 0; seed < 60; seed++)
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            using var network = new UnreadDag(seed);
            var (example, other) = (randn([2, .. network.Shape], dtype: float64), randn([7, .. network.Shape], dtype: float64));
            var expected = network.call(other);
            try
            {
                var report = network.CompactInPlace(example);
                Assert.NotNull(report.Unread);
                var scale = Math.Max(1e-3, expected.abs().max().item<double>());
                var difference = (network.call(other) - expected).abs().max().item<double>();
                Assert.True(difference <= 1e-12 * scale, $"{seed}: {difference} of {scale}");
                smaller += report.Weights.After < report.Weights.Before ? 1 : 0;
            }
            catch (NotSupportedException)
            {
                refused++;
            }
        }

        Assert.True(smaller >= 50 && refused <= 6, $"{smaller} smaller, {refused} refused");
    }

    /// <summary>Prunes half of the units of every layer at random, and compares for another batch than the example.</summary>
    private static CompactReport Compacted(nn.Module<Tensor, Tensor> network, Tensor example)
    {
        using var own = network;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        manual_seed(11);
        network.to(float64);
        Prune(network);
        network.eval();
        var other = cat([example.flip(0), example, example.flip(example.dim() - 1)], 0);
        var expected = network.call(other);
        var report = network.CompactInPlace(example);
        var (difference, scale) = ((network.call(other) - expected).abs().max().item<double>(), expected.abs().max().item<double>());
        Assert.True(difference <= 1e-12 * scale, $"{difference} of {scale}\n{report}");
        Assert.True(report.Weights.After < report.Weights.Before, report.ToString());
        return report;
    }

    /// <summary>A normalization behind a pruned channel loses it too, now and then with a shift that stays.</summary>
    private static void Prune(nn.Module network)
    {
        var last = network.modules().OfType<Linear>().LastOrDefault();
        foreach (var module in network.modules())
            switch (module)
            {
                case Linear or Convolution when !ReferenceEquals(module, last):
                    var weight = module.get_parameter("weight")!;
                    var isTransposed = module is ConvTranspose2d;
                    var gone = randperm(weight.size(isTransposed ? 1 : 0)).narrow(0, 0, weight.size(isTransposed ? 1 : 0) / 2);
                    weight.index_fill_(isTransposed ? 1 : 0, gone, 0);
                    break;
                case LSTM or GRU:
                    // No candidate, so that half of the states stay at zero.
                    var hidden = module.get_parameter("weight_hh_l0")!.size(1);
                    var still = randperm(hidden).narrow(0, 0, hidden / 2) + (2 * hidden);
                    foreach (var (_, parameter) in module.named_parameters())
                        parameter.index_fill_(0, still, 0);
                    break;
                case BatchNorm2d norm:
                    norm.running_mean!.normal_();
                    norm.running_var!.uniform_(0.5, 2);
                    norm.weight!.uniform_(0.5, 1.5);
                    var dead = randperm(norm.weight.size(0)).narrow(0, 0, norm.weight.size(0) / 2);
                    norm.bias!.normal_().index_fill_(0, dead, 0);
                    norm.weight.index_fill_(0, dead, 0);
                    break;
            }
    }
}
