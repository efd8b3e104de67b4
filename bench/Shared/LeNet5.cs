using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace BayesGen.Benchmarks;

/// <summary>LeNet-5-Caffe: two convolutions of 20 and 50 maps without padding, then 800-500-10.</summary>
public abstract class LeNet5 : Module<Tensor, Tensor>
{
    protected readonly Conv2d conv1 = Conv2d(1, 20, 5);
    protected readonly Conv2d conv2 = Conv2d(20, 50, 5);
    protected readonly Linear fc1 = Linear(800, 500);
    protected readonly Linear fc2 = Linear(500, 10);

    protected LeNet5() : base(nameof(LeNet5)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        x = functional.max_pool2d(ChannelsLast(conv1.call(x)), 2);
        x = functional.max_pool2d(conv2.call(x), 2);
        return fc2.call(functional.relu(fc1.call(x.flatten(1))));
    }

    /// <summary>The same images, laid out in memory as Torch's pooling and convolutions on the CPU like them best.</summary>
    private static Tensor ChannelsLast(Tensor x) => x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}
