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
