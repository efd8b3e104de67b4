using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests.Networks;

/// <summary>What a field may be declared as that says nothing about a module.</summary>
public interface IBlock
{
    Tensor Run(Tensor x);
}

/// <summary>A block with annotations of its own: one layer Bayesian, one plain.</summary>
public sealed class Block : Module<Tensor, Tensor>, IBlock
{
    [Bayesian(Gaussian)] private readonly Linear fc = Linear(4, 4, hasBias: false);
    private readonly Linear skip = Linear(4, 4, hasBias: false);

    public Block() : base(nameof(Block)) => RegisterComponents();

    public Tensor Run(Tensor x) => call(x);

    public override Tensor forward(Tensor x) => fc.call(x).tanh() + skip.call(x);
}

/// <summary>The usual shape of a residual network: nothing in the declarations says that the blocks are annotated.</summary>
[BayesianNetwork]
public sealed class Residual : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> stem = new Block();
    private readonly Sequential body = Sequential(("first", new Block()), ("act", ReLU()), ("second", new Block()));
    private readonly ModuleList<Module<Tensor, Tensor>> stages = new(new Block(), Sequential(new Block()));
    private readonly IBlock part = new Block();
    [Deterministic] private readonly Module<Tensor, Tensor> plain = new Block();
    [Deterministic] private readonly IBlock still = new Block();
    private readonly Linear head = Linear(4, 3);

    public Residual() : base(nameof(Residual)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        x = body.call(stem.call(x));
        foreach (var stage in stages)
            x = stage.call(x);
        return head.call(still.Run(plain.call(part.Run(x))));
    }
}

/// <summary>An annotated network that TorchSharp never learns of.</summary>
[BayesianNetwork]
public sealed class Forgetful : Module<Tensor, Tensor>
{
    [Bayesian(Gaussian)] private readonly Linear head = Linear(4, 3);
    private Module<Tensor, Tensor>? late;

    public Forgetful() : base(nameof(Forgetful))
    {
        RegisterComponents();
        Add(new Block());
    }

    public override Tensor forward(Tensor x) => head.call(late!.call(x));

    private void Add(Module<Tensor, Tensor> module) => late = module;
}
