using static TorchSharp.torch.nn;
using static BayesGen.Family;
using TorchSharp.Modules;

namespace BayesGen.Tests;

/// <summary>A batch normalization between a Gaussian layer and a plain one.</summary>
public sealed class Normed : Module<Tensor, Tensor>
{
    [Bayesian(Gaussian)] private readonly Linear first = Linear(4, 6);
    private readonly Linear output = Linear(6, 3);

    public Normed() : base(nameof(Normed)) => RegisterComponents();

    public BatchNorm1d Norm { get; } = BatchNorm1d(6);

    public override Tensor forward(Tensor x) => output.call(Norm.call(first.call(x)).relu());
}
