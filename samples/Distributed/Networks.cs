using BayesGen;
using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DistributedSample;

/// <summary>784-100-50-10, or of other hidden layers.</summary>
public class Dense : Module<Tensor, Tensor>
{
    protected readonly Linear fc1;
    protected readonly Linear fc2;
    protected readonly Linear fc3;

    public Dense(int first = 100, int second = 50) : base(nameof(Dense))
    {
        fc1 = Linear(784, first);
        fc2 = Linear(first, second);
        fc3 = Linear(second, 10);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) =>
        fc3.call(functional.relu(fc2.call(functional.relu(fc1.call(x.flatten(1))))));
}

/// <summary>Two convolutions and two dense layers.</summary>
public class Convolutional : Module<Tensor, Tensor>
{
    protected readonly Conv2d conv1 = Conv2d(1, 8, 3, padding: 1);
    protected readonly Conv2d conv2 = Conv2d(8, 16, 3, padding: 1);
    protected readonly Linear fc1 = Linear(16 * 7 * 7, 64);
    protected readonly Linear fc2 = Linear(64, 10);

    public Convolutional() : base(nameof(Convolutional)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        x = functional.max_pool2d(functional.relu(conv1.call(x)), 2);
        x = functional.max_pool2d(functional.relu(conv2.call(x)), 2);
        return fc2.call(functional.relu(fc1.call(x.flatten(1))));
    }
}

/// <summary>The classifier of the guide: 421,642 weights.</summary>
public class Classifier : Module<Tensor, Tensor>
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

/// <summary>An image from top to bottom, four rows at a time.</summary>
public class Recurrent : Module<Tensor, Tensor>
{
    protected readonly LSTM lstm = LSTM(4 * 28, 32, batchFirst: true);
    protected readonly Linear head = Linear(32, 10);

    public Recurrent() : base(nameof(Recurrent)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        var (outputs, _, _) = lstm.call(x.reshape(x.size(0), 7, 4 * 28));
        return head.call(outputs.select(1, 6));
    }
}

[Bayesian(Gaussian)]
public sealed class GaussianDense(int first = 100, int second = 50) : Dense(first, second);

[Bayesian(Gaussian)]
public sealed class GaussianConvolutional : Convolutional;

[Bayesian(Gaussian)]
public sealed class GaussianClassifier : Classifier;

[Bayesian(Gaussian)]
public sealed class GaussianRecurrent : Recurrent;

[Bayesian(LogUniform)]
public sealed class LogUniformDense(int first = 100, int second = 50) : Dense(first, second);

[Bayesian(LogUniform)]
public sealed class LogUniformConvolutional : Convolutional;

[Bayesian(LogUniform)]
public sealed class LogUniformClassifier : Classifier;

[Bayesian(LogUniform)]
public sealed class LogUniformRecurrent : Recurrent;

[Bayesian(GroupArd)]
public sealed class GroupArdDense(int first = 100, int second = 50) : Dense(first, second);

[Bayesian(GroupArd)]
public sealed class GroupArdConvolutional : Convolutional;

[Bayesian(GroupArd)]
public sealed class GroupArdClassifier : Classifier;

[Bayesian(GroupArd)]
public sealed class GroupArdRecurrent : Recurrent;

[Bayesian(SparseDropout, Estimator = Estimator.Local)]
public sealed class SparseDropoutDense(int first = 100, int second = 50) : Dense(first, second);

[Bayesian(SparseDropout, Estimator = Estimator.Local)]
public sealed class SparseDropoutConvolutional : Convolutional;

[Bayesian(SparseDropout, Estimator = Estimator.Local)]
public sealed class SparseDropoutClassifier : Classifier;

/// <summary>A recurrent layer has no local estimator; the last layer has.</summary>
public sealed class SparseDropoutRecurrent : Module<Tensor, Tensor>
{
    [Bayesian(SparseDropout)] private readonly LSTM lstm = LSTM(4 * 28, 32, batchFirst: true);
    [Bayesian(SparseDropout, Estimator = Estimator.Local)] private readonly Linear head = Linear(32, 10);

    public SparseDropoutRecurrent() : base(nameof(SparseDropoutRecurrent)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        var (outputs, _, _) = lstm.call(x.reshape(x.size(0), 7, 4 * 28));
        return head.call(outputs.select(1, 6));
    }
}
