using BayesGen;
using TorchSharp;
using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace UncertaintySample;

/// <summary>
/// LeNet-5 as it stands in papers: two convolutions of 20 and 50 maps without padding, then 800-500-classes. All its weights are Gaussian;
/// the noise is drawn at the outputs, which makes the gradients quiet enough for a few epochs.
/// </summary>
[Bayesian(Gaussian, Estimator = Estimator.Local, PriorScale = 0.1)]
public sealed class LeNet5 : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1 = Conv2d(1, 20, 5);
    private readonly Conv2d conv2 = Conv2d(20, 50, 5);
    private readonly Linear fc1 = Linear(800, 500);
    private readonly Linear fc2;

    public LeNet5(int classes) : base(nameof(LeNet5))
    {
        fc2 = Linear(500, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = functional.max_pool2d(ChannelsLast(conv1.call(x)), 2);
        x = functional.max_pool2d(conv2.call(x), 2);
        return fc2.call(functional.relu(fc1.call(x.flatten(1))));
    }

    /// <summary>The same images, laid out in memory as Torch's pooling and convolutions on the CPU like them best.</summary>
    private static Tensor ChannelsLast(Tensor x) => x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}
