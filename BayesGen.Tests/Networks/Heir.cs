using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests.Networks;

/// <summary>A network that others derive from without saying anything themselves.</summary>
public class Ancestor : Module<Tensor, Tensor>
{
    [Bayesian(Gaussian)] private readonly Linear fc = Linear(3, 3);

    public Ancestor() : base(nameof(Ancestor)) => RegisterComponents();

    public override Tensor forward(Tensor x) => fc.call(x);
}

/// <summary>It has no annotation and no wrapper; that of its base class takes it.</summary>
public sealed class Derived : Ancestor
{
    private readonly Linear extra = Linear(3, 1);

    public Derived() => RegisterComponents();

    public override Tensor forward(Tensor x) => extra.call(base.forward(x));
}
