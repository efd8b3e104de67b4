using System.Globalization;
using BayesGen.Compaction;
using BayesGen.Structure;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests.Compaction;

/// <summary>A compact network computes what the pruned one does, in the developer's own class.</summary>
public sealed class CompactionTests
{
    /// <summary>BAYESGEN_RANDOM_DAGS says how many, BAYESGEN_RANDOM_DAGS_FROM with which seed they begin.</summary>
    private static int Dags => NumberOf("BAYESGEN_RANDOM_DAGS", 300);

    [Fact]
    [Trait("Lane", "Slow")]
    public void RandomNetworksComputeTheSame()
    {
        var (refused, smaller, worst, failures, reasons) = (0, 0, 0.0, new List<string>(), new List<string>());
        var from = NumberOf("BAYESGEN_RANDOM_DAGS_FROM", 0);
        for (var seed = from; seed < from + Dags; seed++)
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            using var network = new RandomDag(seed);
            var (example, other) = (randn([2, .. network.Shape], dtype: float64), randn([7, .. network.Shape], dtype: float64));
            var expected = network.call(other);
            try
            {
                var report = network.CompactInPlace(example);
                var output = network.call(other);
                var difference = (output - expected).abs().max().item<double>() / Math.Max(1e-3, expected.abs().max().item<double>());
                worst = Math.Max(worst, difference);
                smaller += report.Weights.After < report.Weights.Before ? 1 : 0;
                if (!(difference <= 1e-12))
                    failures.Add($"{seed}: {difference}");

                // Twice is once.
                if (network.CompactInPlace(example).Weights.After > report.Weights.After)
                    failures.Add($"{seed}: it grew");
            }
            catch (NotSupportedException refusal)
            {
                refused++;
                reasons.Add($"{seed}: {refusal.Message}");
            }
            catch (Exception fault)
            {
                failures.Add($"{seed}: {fault.Message}");
            }
        }

        Console.WriteLine($"{Dags} random networks: {smaller} smaller, {refused} refused, largest difference {worst} of scale");
        Assert.True(failures.Count == 0, $"{failures.Count}: {string.Join("\n", failures.Take(10))}");
        Assert.True(refused < Dags / 20.0, $"{refused} refused, such as: {string.Join("\n", reasons.Take(20))}");
        Assert.True(smaller > Dags * 0.9, $"{smaller} smaller");
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(1, true)]
    public void RecurrentLayersThatAreNotFollowedStayAsTheyAre(int layers, bool bothWays)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var network = new GraphPlainTagger(layers, bothWays);
        network.to(float64);
        network.get_parameter("conv.weight")!.index_fill_(0, arange(0, 8, dtype: int64), 0);
        network.eval();
        var x = randn(3, 6, 12, dtype: float64);
        var expected = network.call(x);
        var report = network.CompactInPlace(x[..2]);
        Assert.True(network.call(x).allclose(expected, rtol: 0, atol: 1e-12), report.ToString());
        Assert.Equal([20, 40, 1], network.get_parameter("conv.weight")!.shape); // The norm behind it has no tensors to make smaller.
        Assert.Equal(layers * 2 * (bothWays ? 2 : 1), network.named_parameters().Count(entry => entry.name.StartsWith("lstm.")));
    }

    [Fact]
    public void APrunedLeNetLosesItsUnits()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianGraphLeNet(Pruned(new GraphLeNet()));
        var x = rand(3, 1, 28, 28, dtype: float64);
        model.eval();
        var expected = model.call(x);
        using var compact = model.Compact(() => new GraphLeNet(), x).Network;
        Assert.True(compact.call(x).allclose(expected, rtol: 0, atol: 1e-12));
        Assert.Equal([10, 1, 5, 5], compact.get_parameter("conv1.weight")!.shape);
        Assert.Equal([14, 10, 5, 5], compact.get_parameter("conv2.weight")!.shape);
        Assert.Equal([48, 14 * 16], compact.get_parameter("fc1.weight")!.shape);
        Assert.Equal([10, 48], compact.get_parameter("fc2.weight")!.shape);
        Assert.Equal([20, 1, 5, 5], model.Network.get_parameter("conv1.weight")!.shape);
    }

    /// <summary>float32, as people have it: the weights that stay are the same bits.</summary>
    [Fact]
    public void AFloat32NetworkStaysFloat32AndKeepsTheBitsOfItsWeights()
    {
        using var scope = NewDisposeScope();
        using var network = Pruned(new GraphLeNet());
        network.to(ScalarType.Float32);
        var (x, kept) = (rand(3, 1, 28, 28), network.get_parameter("conv1.weight")!.narrow(0, 0, 10).detach().clone());
        var report = network.CompactInPlace(x);
        var small = network.get_parameter("conv1.weight")!;
        Assert.Equal(ScalarType.Float32, small.dtype);
        Assert.True(small.eq(kept).all().item<bool>());
        Assert.InRange(report.Difference, 0, 1e-12 * report.Scale);
        Assert.Equal(4 * report.Weights.After, report.Bytes.After);
        Assert.Equal((20L * 25 * 576) + (50L * 500 * 64) + (800 * 500) + 5000, report.Macs.Before);
    }

    [Fact]
    public void ResidualSumsAndConcatenationsLoseUnitsThatAreDeadInAllOfThem()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var network = new GraphResNet();
        network.eval();
        foreach (var (name, parameter) in network.named_parameters())
            if (name.Contains("bn"))
                parameter.normal_();
        foreach (var layer in network.modules().OfType<Conv2d>())
            layer.weight.narrow(0, 0, layer.weight.size(0) / 2).zero_();
        var x = rand(3, 1, 12, 12);
        var expected = network.call(x);
        var report = network.CompactInPlace(x);
        Assert.True(network.call(x).allclose(expected, atol: 1e-5), report.ToString());
        Assert.True(report.Weights.After < report.Weights.Before, report.ToString());
    }

    /// <summary>A width that forward names cannot shrink: the network stays whole there, and the report says why.</summary>
    [Fact]
    public void AViewThatNamesAWidthKeepsItAndIsNamed()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var network = new FixedView();
        network.eval();
        network.conv.weight.narrow(0, 0, 3).zero_();
        var x = rand(2, 1, 6, 6);
        var expected = network.call(x);
        var report = network.CompactInPlace(x);
        Assert.True(network.call(x).allclose(expected));
        Assert.Equal((4L, 4L), report.Layers[0].Units);
        Assert.Contains("x.view(-1, 4 * 16)", Assert.Single(report.Kept));
    }

    [Fact]
    public void ACompactFileGivesTheSmallNetworkBackAndRefusesAnotherClass()
    {
        using var scope = NewDisposeScope();
        using var network = Pruned(new GraphLeNet());
        var x = rand(3, 1, 28, 28, dtype: float64);
        network.CompactInPlace(x);
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid()}.safetensors");
        try
        {
            network.SaveCompact(path);
            using var loaded = CompactFile.LoadCompact(() => Pruned(new GraphLeNet()), path);
            Assert.True(loaded.call(x).allclose(network.call(x)));
            Assert.Equal([10, 1, 5, 5], loaded.get_parameter("conv1.weight")!.shape);
            var refusal = Assert.ThrowsAny<Exception>(() => CompactFile.LoadCompact(() => new FixedView(), path));
            Assert.Contains(
                "holds a compact BayesGen.Tests.Compaction.GraphLeNet, and is loaded into a BayesGen.Tests.Compaction.FixedView",
                refusal.Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static int NumberOf(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private static GraphLeNet Pruned(GraphLeNet network)
    {
        using var _ = no_grad();
        var sizes = new Dictionary<string, long> { ["conv1"] = 10, ["conv2"] = 14, ["fc1"] = 48 };
        foreach (var (layer, kept) in sizes)
        {
            var weight = network.get_parameter($"{layer}.weight")!;
            weight.narrow(0, kept, weight.size(0) - kept).zero_();
        }

        network.to(ScalarType.Float64);
        return network;
    }
}

/// <summary>A forward that names the width of its features.</summary>
[Bayesian(Family.LogUniform)]
public sealed class FixedView : Module<Tensor, Tensor>
{
    public readonly Conv2d conv = Conv2d(1, 4, 3);
    private readonly Linear fc = Linear(64, 2);

    public FixedView()
        : base(nameof(FixedView)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        x = conv.call(x);
        return fc.call(x.view(-1, 4 * 16));
    }
}
