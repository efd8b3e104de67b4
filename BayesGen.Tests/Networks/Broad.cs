using static TorchSharp.torch.nn;
using static BayesGen.Family;
using TorchSharp.Modules;

namespace BayesGen.Tests;

/// <summary>A network of any size: nine bytes of a state file for each of its weights.</summary>
public sealed class Broad : Module<Tensor, Tensor>
{
    [Bayesian(Gaussian)] private readonly Linear layer;

    public Broad(long inputs, long outputs) : base(nameof(Broad))
    {
        layer = Linear(inputs, outputs, hasBias: false);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => layer.call(x);
}
