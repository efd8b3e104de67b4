using BayesGen;
using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.nn.functional;

namespace MnistSample;

/// <summary>
/// An ordinary network. The attribute on the class makes all its layers Bayesian; the generator writes <c>BayesianClassifier</c> beside it.
/// </summary>
[Bayesian(SparseDropout, Estimator = Estimator.Local)]
public sealed class Classifier : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1 = Conv2d(1, 32, 3, padding: 1);
    private readonly Conv2d conv2 = Conv2d(32, 64, 3, padding: 1);
    private readonly MaxPool2d pool = MaxPool2d(2, 2);
    private readonly Linear fc1 = Linear(64 * 7 * 7, 128);
    private readonly Linear fc2 = Linear(128, 10);

    public Classifier() : base(nameof(Classifier)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        x = pool.call(relu(conv1.call(x)));
        x = pool.call(relu(conv2.call(x)));
        x = relu(fc1.call(x.flatten(1)));
        return fc2.call(x);
    }
}

/// <summary>The same network with one Bayesian layer: the attribute is on its field, and the others stay as they are.</summary>
public sealed class OneLayerClassifier : Module<Tensor, Tensor>
{
    [Bayesian(SparseDropout)] private readonly Conv2d conv1 = Conv2d(1, 32, 3, padding: 1);
    private readonly Conv2d conv2 = Conv2d(32, 64, 3, padding: 1);
    private readonly MaxPool2d pool = MaxPool2d(2, 2);
    private readonly Linear fc1 = Linear(64 * 7 * 7, 128);
    private readonly Linear fc2 = Linear(128, 10);

    public OneLayerClassifier() : base(nameof(OneLayerClassifier)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        x = pool.call(relu(conv1.call(x)));
        x = pool.call(relu(conv2.call(x)));
        x = relu(fc1.call(x.flatten(1)));
        return fc2.call(x);
    }
}
