using BayesGen;
using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.nn.functional;

namespace CompressSample;

/// <summary>
/// LeNet-300-100. The family has a scale for each unit, so that whole units are found not to be needed; the generator writes
/// <c>BayesianDigitNetwork</c> beside it.
/// </summary>
[Bayesian(GroupArd, Estimator = Estimator.Local)]
public sealed class DigitNetwork : Module<Tensor, Tensor>
{
    private readonly Linear fc1 = Linear(784, 300);
    private readonly Linear fc2 = Linear(300, 100);
    private readonly Linear fc3 = Linear(100, 10);

    public DigitNetwork() : base(nameof(DigitNetwork)) => RegisterComponents();

    public override Tensor forward(Tensor x) => fc3.call(relu(fc2.call(relu(fc1.call(x.flatten(1))))));
}
