using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

/// <summary>Local reparameterization of every layer it is for, in every way such a layer can be built, exactly.</summary>
public class LocalLayerTests
{
    /// <summary>Dimensions, stride, padding, dilation, groups, mode of padding, bias.</summary>
    public static TheoryData<int, int, int, int, int, PaddingModes, bool> Convolutions
    {
        get
        {
            var data = new TheoryData<int, int, int, int, int, PaddingModes, bool>();
            foreach (var dimensions in (int[])[1, 2, 3])
            {
                foreach (var (stride, padding, dilation, groups) in ((int, int, int, int)[])[
                    (1, 0, 1, 1), (2, 0, 1, 1), (1, 1, 1, 1), (1, 0, 2, 1), (1, 0, 1, 2), (2, 1, 2, 2)])
                    data.Add(dimensions, stride, padding, dilation, groups, PaddingModes.Zeros, stride == 1);
                foreach (var mode in (PaddingModes[])[PaddingModes.Reflect, PaddingModes.Replicate, PaddingModes.Circular])
                {
                    // Torch reflects in up to three dimensions from version 1.10 on; the rest is for all.
                    data.Add(dimensions, 1, 1, 1, 1, mode, true);
                    data.Add(dimensions, 2, 1, 1, 2, mode, false);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Convolutions))]
    public void ConvolutionsMatchExactly(int dimensions, int stride, int padding, int dilation, int groups, PaddingModes mode, bool bias)
    {
        random.manual_seed(1);
        Module<Tensor, Tensor> layer = dimensions switch
        {
            1 => Conv1d(2, 2, 2, stride, padding, dilation, mode, groups, bias),
            2 => Conv2d(2, 2, 2, stride, padding, dilation, mode, groups, bias),
            _ => Conv3d(2, 2, 2, stride, padding, dilation, mode, groups, bias),
        };
        Check(layer, [2, 2, .. Enumerable.Repeat(4L, dimensions)]);
    }

    [Theory]
    [InlineData(PaddingModes.Zeros)]
    [InlineData(PaddingModes.Reflect)]
    [InlineData(PaddingModes.Replicate)]
    [InlineData(PaddingModes.Circular)]
    public void PaddingModesMatchTheExactMoments(PaddingModes mode)
    {
        random.manual_seed(2);
        Check(Conv1d(2, 2, 4, Padding.Same, padding_mode: mode), [2, 2, 6]);
        // Unequal sides of the kernel, and an even one: what is left over goes to the far side.
        Check(Conv2d(1, 2, (2, 3), padding: Padding.Same, padding_mode: mode), [2, 1, 4, 4]);
        Check(Conv3d(1, 1, (1, 2, 3), padding: Padding.Same, padding_mode: mode), [2, 1, 3, 4, 4]);
    }

    [Fact]
    public void UnequalStridesPaddingsAndDilationsMatchTheExactMoments()
    {
        random.manual_seed(3);
        Check(Conv2d(1, 2, (2, 3), stride: (2, 1), padding: (1, 2), dilation: (1, 2)), [2, 1, 4, 5]);
        Check(Conv2d(1, 2, (2, 3), stride: (2, 1), padding: (1, 2), dilation: (2, 1), padding_mode: PaddingModes.Reflect), [2, 1, 4, 5]);
        Check(Conv3d(1, 1, (1, 2, 2), stride: (1, 2, 1), padding: (0, 1, 1), dilation: (1, 1, 2)), [2, 1, 2, 4, 4]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void LinearMatchesTheExactMoments(bool bias)
    {
        random.manual_seed(4);
        Check(Linear(3, 2, bias), [4, 3]);
        Check(Linear(3, 2, bias), [2, 5, 3]);
    }

    /// <summary>An image of one channel is laid out either way by its strides alone, and a convolution goes by them.</summary>
    [Fact]
    public void SquaresHaveTheLayoutOfTheInputs()
    {
        using var scope = NewDisposeScope();
        var images = randn(4, 1, 5, 6);
        foreach (var laid in (Tensor[])[images, images.as_strided(images.shape, [30, 1, 6, 1]), randn(2, 3, 4, 5).transpose(1, 2)])
        {
            var square = LayerVariance.SquareOf(laid);
            Assert.Equal(laid.stride(), square.stride());
            // One multiplication for each number, which IEEE rounds in one way.
            Assert.True(TensorBits.Same(laid * laid, square));
        }

        // With a graph the numbers count, and the gradient arrives.
        var leaf = images.clone().requires_grad_();
        LayerVariance.SquareOf(leaf.as_strided(images.shape, [30, 1, 6, 1])).sum().backward();
        Assert.True(TensorBits.Same(2 * images, leaf.grad!));
    }

    private static void Check(Module<Tensor, Tensor> layer, long[] shape)
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianLocalLayer(new LocalLayer(layer));
        model.to(ScalarType.Float64);
        foreach (var posterior in model.Posterior.Layer)
            posterior.Value.Parameters[1].normal_(-1, 0.3);
        var x = randn(shape, dtype: ScalarType.Float64);

        // The outputs are linear in the weights, so that their moments under weight draws follow from one run for each weight.
        Tensor mean, variance;
        using (no_grad())
        {
            mean = model.call(x);
            variance = zeros_like(mean);
            var weights = layer.named_parameters().ToList();
            foreach (var (name, weight) in weights)
            {
                var ofWeight = model.Posterior.Layer[name].Variance().flatten();
                for (var i = 0; i < weight.numel(); i++)
                {
                    foreach (var (_, other) in weights)
                        other.zero_();
                    weight.view(-1)[i] = 1.0;
                    variance += layer.call(x).square() * ofWeight[i];
                }
            }

            model.UseMean();
        }

        using (model.Draw(11))
        using (no_grad())
        {
            var noise = new NoiseSource(11);
            var expected = mean + (variance + 1e-12).sqrt() * noise.Normal(mean);
            var error = (model.call(x) - expected).abs().max().item<double>();
            Assert.True(error < 1e-12, $"an output is {error:G3} off the mean and variance of weight draws");
        }

        var compared = GradientCheck.Run(model, new ElboLoss(), () => model.call(x).sin().square().mean(), 1e-8);
        Assert.True(compared >= 6, $"only {compared} coordinates");
    }
}
