using TorchSharp;
using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Tensor = TorchSharp.torch.Tensor;

namespace BayesGen.Benchmarks.Compression;

/// <summary>LeNet-300-100: 784-300-100-10.</summary>
internal abstract class LeNet300 : Module<Tensor, Tensor>
{
    protected readonly Linear fc1 = Linear(784, 300);
    protected readonly Linear fc2 = Linear(300, 100);
    protected readonly Linear fc3 = Linear(100, 10);

    protected LeNet300() : base(nameof(LeNet300)) => RegisterComponents();

    public override Tensor forward(Tensor x) =>
        fc3.call(functional.relu(fc2.call(functional.relu(fc1.call(x.flatten(1))))));
}

/// <summary>LeNet-5-Caffe: two convolutions of 20 and 50 maps without padding, then 800-500-10.</summary>
internal abstract class LeNet5 : Module<Tensor, Tensor>
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

[Bayesian(SparseDropout, Estimator = Estimator.Local)]
internal sealed class SparseDropoutLeNet300 : LeNet300;

[Bayesian(LogUniform, IncludeBias = false)]
internal sealed class LogUniformLeNet300 : LeNet300;

[Bayesian(Gaussian, Estimator = Estimator.Local, IncludeBias = false, PriorScale = 0.1)]
internal sealed class GaussianLeNet300 : LeNet300;

[Bayesian(SparseDropout, Estimator = Estimator.Local)]
internal sealed class SparseDropoutLeNet5 : LeNet5;

[Bayesian(LogUniform, IncludeBias = false)]
internal sealed class LogUniformLeNet5 : LeNet5;

[Bayesian(Gaussian, Estimator = Estimator.Local, IncludeBias = false, PriorScale = 0.1)]
internal sealed class GaussianLeNet5 : LeNet5;

[Bayesian(GroupArd, Estimator = Estimator.Local)]
internal sealed class GroupArdLeNet300 : LeNet300;

[Bayesian(GroupLogUniform, Estimator = Estimator.Local)]
internal sealed class GroupLogUniformLeNet300 : LeNet300;

[Bayesian(GroupHorseshoe, Estimator = Estimator.Local)]
internal sealed class GroupHorseshoeLeNet300 : LeNet300;

[Bayesian(GroupArd, Estimator = Estimator.Local)]
internal sealed class GroupArdLeNet5 : LeNet5;

[Bayesian(GroupLogUniform, Estimator = Estimator.Local)]
internal sealed class GroupLogUniformLeNet5 : LeNet5;

[Bayesian(GroupHorseshoe, Estimator = Estimator.Local)]
internal sealed class GroupHorseshoeLeNet5 : LeNet5;
