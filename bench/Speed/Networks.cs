using TorchSharp;
using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Tensor = TorchSharp.torch.Tensor;

namespace BayesGen.Benchmarks.Speed;

/// <summary>The network of the Python library's guide: 421,642 weights.</summary>
internal class Classifier : Module<Tensor, Tensor>
{
    protected readonly Conv2d conv1 = Conv2d(1, 32, 3, padding: 1);
    protected readonly Conv2d conv2 = Conv2d(32, 64, 3, padding: 1);
    protected readonly Linear fc1 = Linear(64 * 7 * 7, 128);
    protected readonly Linear fc2 = Linear(128, 10);

    public Classifier() : base(nameof(Classifier)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        x = functional.max_pool2d(functional.relu(conv1.call(x)), 2);
        x = functional.max_pool2d(functional.relu(conv2.call(x)), 2);
        return fc2.call(functional.relu(fc1.call(x.flatten(1))));
    }
}

/// <summary>784-300-100-10: 266,610 weights, and little to compute with each.</summary>
internal class LeNet300 : Module<Tensor, Tensor>
{
    protected readonly Linear fc1 = Linear(784, 300);
    protected readonly Linear fc2 = Linear(300, 100);
    protected readonly Linear fc3 = Linear(100, 10);

    public LeNet300() : base(nameof(LeNet300)) => RegisterComponents();

    public override Tensor forward(Tensor x) =>
        fc3.call(functional.relu(fc2.call(functional.relu(fc1.call(x.flatten(1))))));
}

/// <summary>
/// LeNet-5-Caffe: 431,080 weights. Laid out with channels last, which Torch's pooling and convolutions on the CPU like best; laid out
/// otherwise, the second convolution of libtorch 2.10 now and then answers NaN on processors with AVX-512, in the plain network too.
/// </summary>
internal class LeNet5 : Module<Tensor, Tensor>
{
    protected readonly Conv2d conv1 = Conv2d(1, 20, 5);
    protected readonly Conv2d conv2 = Conv2d(20, 50, 5);
    protected readonly Linear fc1 = Linear(800, 500);
    protected readonly Linear fc2 = Linear(500, 10);

    public LeNet5() : base(nameof(LeNet5)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        x = functional.max_pool2d(conv1.call(x).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2), 2);
        x = functional.max_pool2d(conv2.call(x), 2);
        return fc2.call(functional.relu(fc1.call(x.flatten(1))));
    }
}

/// <summary>Eleven layers of 64: many small tensors, where every operation on one of them costs more than its arithmetic.</summary>
internal class DeepMlp : Module<Tensor, Tensor>
{
    protected readonly Sequential layers = Sequential(
        Enumerable.Range(0, 10).SelectMany(i => new Module<Tensor, Tensor>[] { Linear(i == 0 ? 784 : 64, 64), ReLU() })
            .Append(Linear(64, 10)));

    public DeepMlp() : base(nameof(DeepMlp)) => RegisterComponents();

    public override Tensor forward(Tensor x) => layers.call(x.flatten(1));
}

/// <summary>The rows of an image one after another through an LSTM of 128.</summary>
internal class RowReader : Module<Tensor, Tensor>
{
    protected readonly LSTM lstm = LSTM(28, 128, batchFirst: true);
    protected readonly Linear head = Linear(128, 10);

    public RowReader() : base(nameof(RowReader)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        var (outputs, _, _) = lstm.call(x.squeeze(1));
        return head.call(outputs.select(1, 27));
    }
}

/// <summary>Two layers of a width, for cost against size.</summary>
internal class Wide : Module<Tensor, Tensor>
{
    protected readonly Linear fc1;
    protected readonly Linear fc2;

    public Wide(int width) : base(nameof(Wide))
    {
        fc1 = Linear(784, width);
        fc2 = Linear(width, 10);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => fc2.call(functional.relu(fc1.call(x.flatten(1))));
}

/// <summary>A number of layers of 64, for cost against the number of tensors.</summary>
internal class Deep : Module<Tensor, Tensor>
{
    protected readonly Sequential layers;

    public Deep(int depth) : base(nameof(Deep))
    {
        layers = Sequential(Enumerable.Range(0, depth).Select(i => Linear(i == 0 ? 784 : 64, 64)).ToArray<Module<Tensor, Tensor>>());
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => layers.call(x.flatten(1));
}

[Bayesian(Gaussian)]
internal sealed class GaussianClassifier : Classifier;

[Bayesian(LogUniform)]
internal sealed class LogUniformClassifier : Classifier;

[Bayesian(Gaussian, Estimator = Estimator.Local)]
internal sealed class LocalClassifier : Classifier;

[Bayesian(GroupArd)]
internal sealed class GroupArdClassifier : Classifier;

[Bayesian(GroupLogUniform)]
internal sealed class GroupLogUniformClassifier : Classifier;

[Bayesian(GroupHorseshoe)]
internal sealed class GroupHorseshoeClassifier : Classifier;

[Bayesian(GroupArd, Estimator = Estimator.Local)]
internal sealed class LocalGroupArdClassifier : Classifier;

[Bayesian(Gaussian)]
internal sealed class GaussianLeNet300 : LeNet300;

[Bayesian(LogUniform)]
internal sealed class LogUniformLeNet300 : LeNet300;

[Bayesian(Gaussian, Estimator = Estimator.Local)]
internal sealed class LocalLeNet300 : LeNet300;

[Bayesian(Gaussian)]
internal sealed class GaussianLeNet5 : LeNet5;

[Bayesian(LogUniform)]
internal sealed class LogUniformLeNet5 : LeNet5;

[Bayesian(Gaussian, Estimator = Estimator.Local)]
internal sealed class LocalLeNet5 : LeNet5;

[Bayesian(Gaussian)]
internal sealed class GaussianDeepMlp : DeepMlp;

[Bayesian(LogUniform)]
internal sealed class LogUniformDeepMlp : DeepMlp;

[Bayesian(Gaussian, Estimator = Estimator.Local)]
internal sealed class LocalDeepMlp : DeepMlp;

[Bayesian(Gaussian)]
internal sealed class GaussianRowReader : RowReader;

[Bayesian(LogUniform)]
internal sealed class LogUniformRowReader : RowReader;

[Bayesian(Gaussian)]
internal sealed class GaussianWide(int width) : Wide(width);

[Bayesian(LogUniform)]
internal sealed class LogUniformWide(int width) : Wide(width);

[Bayesian(Gaussian)]
internal sealed class GaussianDeep(int depth) : Deep(depth);
