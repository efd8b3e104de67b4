using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

/// <summary>The gradients of the biases of convolutions while a trainer takes draws: who sums them, and that they are right.</summary>
[Trait("Lane", "Slow")]
public class BiasGradientTests
{
    /// <summary>The least images of 64 x 64 whose 16 channels are worth it.</summary>
    private const long Worthwhile = 4;

    public static TheoryData<string> Uses => [.. Ways.Keys];

    private static readonly Dictionary<string, Func<Conv2d, Tensor, Tensor>> Ways = new()
    {
        ["once"] = (convolution, x) => convolution.call(x),
        ["twice"] = (convolution, x) => convolution.call(x) * convolution.call(x.flip(2)),
        ["written over by what follows"] = (convolution, x) => convolution.call(x).mul_(2).relu_(),
        ["the bias by itself too"] = (convolution, x) => convolution.call(x) + convolution.bias!.view(1, -1, 1, 1).square(),
        ["without a call"] = (convolution, x) =>
            convolution.call(x) + functional.conv2d(x, convolution.weight, convolution.bias, padding: [1, 1]),
        ["as a view"] = (convolution, x) => convolution.call(x).slice(1, 0, 16, 3),
        ["not at all"] = (convolution, x) => convolution.weight.sum() * x,
    };

    [Theory]
    [MemberData(nameof(Uses))]
    public void BiasGradientsMatchDifferences(string way)
    {
        using var scope = NewDisposeScope();
        Check(new ImageScore(Ways[way]));
    }

    [Fact]
    public void AUserHookStillChangesTheOutputsAndTheGradients()
    {
        using var scope = NewDisposeScope();
        var before = new ImageScore(Ways["once"]);
        before.Convolution.register_forward_hook((_, _, output) => output.square());
        Check(before);

        // One that was there before and went leaves its place to the next.
        var between = new ImageScore(Ways["once"]);
        var (first, second) = (between.Convolution.register_forward_hook((_, _, output) => output),
            between.Convolution.register_forward_hook((_, _, output) => output));
        first.remove();
        second.remove();
        Check(between, network => network.Convolution.register_forward_hook((_, _, output) => output.square()));

        Check(new ImageScore(Ways["once"]), network => network.Convolution.register_forward_hook((_, _, output) => output.square()));
    }

    [Theory]
    [InlineData(ScalarType.Float32, 1e-5)]
    [InlineData(ScalarType.Float64, 1e-13)]
    public void BiasGradientsMatchTorch(ScalarType dtype, double tolerance)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var model = new BayesianImageScore(new ImageScore(Ways["once"], channels: 3));
        model.to(dtype);
        var x = Images(Worthwhile, 3, dtype);
        List<Tensor> Gradients()
        {
            model.Arena.ZeroGradients(setToNone: false);
            using (var draw = model.Draw(7))
                draw.Backward(model.call(x).sin().sum());
            return [.. model.Arena.Parameters().Select(entry => entry.Parameter.grad!.clone())];
        }

        var expected = Gradients();
        List<Tensor> actual;
        using (model.Arena.Inventory.SumBiasGradients())
            actual = Gradients();
        foreach (var (one, other) in expected.Zip(actual))
            Assert.InRange(((one - other).abs().max() / one.abs().max()).to(ScalarType.Float64).item<double>(), 0, tolerance);
    }

    [Fact]
    public void TorchSumsBiasGradientsWhereThatIsNoSlower()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        bool? wanted = null;
        using var model = new BayesianImageScore(new ImageScore((convolution, x) => convolution.call(x)));
        var convolution = model.Network.Convolution;
        convolution.register_forward_pre_hook((_, input) =>
        {
            wanted = convolution.bias!.requires_grad;
            return input;
        });
        bool Wanted(Tensor x)
        {
            wanted = null;
            model.call(x);
            Assert.True(convolution.bias!.requires_grad);
            return wanted!.Value;
        }

        var images = Images(Worthwhile, 1, ScalarType.Float32);
        Assert.True(Wanted(images), "nobody takes draws");
        using (model.Arena.Inventory.SumBiasGradients())
        {
            Assert.False(Wanted(images), "it is worth it");
            Assert.True(Wanted(Images(Worthwhile - 1, 1, ScalarType.Float32)), "few images");
            Assert.True(Wanted(images.contiguous().as_strided(images.shape, [4096, 4096, 64, 1])), "the channels are not the last");
            using (no_grad())
                Assert.True(Wanted(images), "there is nothing to go back through");
        }

        Assert.True(Wanted(images), "the draws are taken");
    }

    [Fact]
    public void AFrozenBiasStaysFrozen()
    {
        using var scope = NewDisposeScope();
        var network = new ImageScore(Ways["once"]);
        network.Convolution.bias!.requires_grad = false;
        using var model = new BayesianImageScore(network);
        using (model.Arena.Inventory.SumBiasGradients())
        using (var draw = model.Draw())
            draw.Backward(model.call(Images(Worthwhile, 1, ScalarType.Float32)).square().mean());
        Assert.False(network.Convolution.bias.requires_grad);
        Assert.Null(network.Convolution.bias.grad);
    }

    [Fact]
    public void AFailedForwardRestoresTheBias()
    {
        using var scope = NewDisposeScope();
        var network = new ImageScore(Ways["once"]);
        using var model = new BayesianImageScore(network);
        using (model.Arena.Inventory.SumBiasGradients())
        {
            Assert.ThrowsAny<Exception>(() => model.call(Images(4 * Worthwhile, 2, ScalarType.Float32)));
            Assert.False(network.Convolution.bias!.requires_grad);
        }

        Assert.True(network.Convolution.bias!.requires_grad);
    }

    [Fact]
    public void ATrainerSumsBiasGradientsByTheKernel()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var seen = new List<bool>();
        var network = new ImageScore((convolution, x) => convolution.call(x).mean([2, 3]));
        using var model = new BayesianImageScore(network);
        network.Convolution.register_forward_pre_hook((_, input) =>
        {
            if (is_grad_enabled())
                seen.Add(network.Convolution.bias!.requires_grad);
            return input;
        });
        using var trainer = model.CreateTrainer(new TrainerOptions { Epochs = 1, Samples = 3, ExampleCount = 4 });
        trainer.Train(
            [(Images(Worthwhile, 1, ScalarType.Float32).contiguous(), zeros([Worthwhile], dtype: ScalarType.Int64, device: CPU))]);
        Assert.Equal([false, false, false], seen);
        Assert.True(network.Convolution.bias!.requires_grad);
    }

    private static void Check(ImageScore network, Action<ImageScore>? change = null)
    {
        random.manual_seed(1);
        using var model = new BayesianImageScore(network);
        change?.Invoke(network);
        model.to(ScalarType.Float64);
        var x = Images(Worthwhile, 1, ScalarType.Float64);
        using var _ = model.Arena.Inventory.SumBiasGradients();
        var compared = GradientCheck.Run(model, new ElboLoss(), () => model.call(x).sin().square().mean(), 1e-7);
        Assert.True(compared >= 10, $"only {compared} coordinates");
    }

    /// <summary>[N, C, 64, 64] with the channels last in memory.</summary>
    private static Tensor Images(long count, long channels, ScalarType dtype) =>
        rand(count, 64, 64, channels, dtype: dtype, device: CPU).permute(0, 3, 1, 2);
}
