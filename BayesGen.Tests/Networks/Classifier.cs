using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests.Networks;

/// <summary>The network of the README.</summary>
public sealed class Classifier : Module<Tensor, Tensor>
{
    [Bayesian(LogUniform)] private readonly Conv2d conv1 = Conv2d(1, 32, 3, padding: 1);
    private readonly Conv2d conv2 = Conv2d(32, 64, 3, padding: 1);
    private readonly MaxPool2d pool = MaxPool2d(2, 2);
    private readonly Linear fc1 = Linear(64 * 7 * 7, 128);
    [Bayesian(Gaussian)] private readonly Linear fc2 = Linear(128, 10);

    public Classifier() : base(nameof(Classifier)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        x = pool.call(functional.relu(conv1.call(x)));
        x = pool.call(functional.relu(conv2.call(x)));
        x = functional.relu(fc1.call(x.flatten(1)));
        return fc2.call(x).MoveToOuterDisposeScope();
    }
}
