using BayesGen;
using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.nn.functional;

namespace ServingSample;

/// <summary>Reads a digit of 28x28 pixels; the generator writes <c>BayesianDigitNetwork</c> beside it.</summary>
[Bayesian(Gaussian, Estimator = Estimator.Local)]
public sealed class DigitNetwork : Module<Tensor, Tensor>
{
    /// <summary>The side of an image.</summary>
    public const int Side = 28;

    /// <summary>The numbers of an image.</summary>
    public const int Pixels = Side * Side;

    private readonly Linear hidden = Linear(Pixels, 128);
    private readonly Linear output = Linear(128, 10);

    public DigitNetwork() : base(nameof(DigitNetwork)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(relu(hidden.call(x.flatten(1))));
}
