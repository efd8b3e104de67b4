using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests.Networks;

/// <summary>A small network before its members were renamed: Bayesian and plain weights, a parameter of its own and buffers.</summary>
public sealed class StemBefore : Module<Tensor, Tensor>
{
    [Bayesian(LogUniform)] private readonly Linear first = Linear(4, 3);
    [Bayesian(Gaussian)] private readonly Parameter gain = new(ones(3));
    private readonly BatchNorm1d norm = BatchNorm1d(3);
    private readonly Tensor offset = zeros(3);
    private readonly Linear plain = Linear(3, 3);

    public StemBefore() : base(nameof(StemBefore)) => RegisterComponents();

    public override Tensor forward(Tensor x) => plain.call(norm.call(first.call(x)) * gain + offset);
}

/// <summary>The same network after the renames, which its attributes remember.</summary>
public sealed class StemAfter : Module<Tensor, Tensor>
{
    [Bayesian(LogUniform), FormerlyKnownAs("fc"), FormerlyKnownAs("first")] private readonly Linear conv = Linear(4, 3);
    [Bayesian(Gaussian), FormerlyKnownAs("gain")] private readonly Parameter scale = new(ones(3));
    [FormerlyKnownAs("norm")] public BatchNorm1d Batch { get; } = BatchNorm1d(3);
    [FormerlyKnownAs("offset")] private readonly Tensor shift = zeros(3);
    [FormerlyKnownAs("plain")] private readonly Linear last = Linear(3, 3);

    public StemAfter() : base(nameof(StemAfter)) => RegisterComponents();

    public override Tensor forward(Tensor x) => last.call(Batch.call(conv.call(x)) * scale + shift);
}

/// <summary>The same renames, of which the class says nothing.</summary>
public sealed class StemForgetful : Module<Tensor, Tensor>
{
    [Bayesian(LogUniform)] private readonly Linear conv = Linear(4, 3);
    [Bayesian(Gaussian)] private readonly Parameter scale = new(ones(3));
    private readonly BatchNorm1d norm = BatchNorm1d(3);
    private readonly Tensor shift = zeros(3);
    private readonly Linear plain = Linear(3, 3);

    public StemForgetful() : base(nameof(StemForgetful)) => RegisterComponents();

    public override Tensor forward(Tensor x) => plain.call(norm.call(conv.call(x)) * scale + shift);
}

/// <summary>A network of networks before the renames: by its annotations, against them, in a list and in a dictionary.</summary>
[BayesianNetwork]
public sealed class TowerBefore : Module<Tensor, Tensor>
{
    private readonly StemBefore stem = new();
    [Deterministic] private readonly StemBefore frozen = new();
    [Bayesian(Gaussian)] private readonly StemBefore whole = new();
    private readonly ModuleList<StemBefore> blocks = new(new StemBefore(), new StemBefore());
    private readonly ModuleDict<StemBefore> named = ModuleDict(("left", new StemBefore()));

    public TowerBefore() : base(nameof(TowerBefore)) => RegisterComponents();

    public override Tensor forward(Tensor x) =>
        stem.call(x) + frozen.call(x) + whole.call(x) + blocks[0].call(x) + blocks[1].call(x) + named["left"].call(x);
}

/// <summary>The same, where both the outer and the inner members have other names.</summary>
[BayesianNetwork]
public sealed class TowerAfter : Module<Tensor, Tensor>
{
    [FormerlyKnownAs("stem")] private readonly StemAfter root = new();
    [Deterministic, FormerlyKnownAs("frozen")] private readonly StemAfter cold = new();
    [Bayesian(Gaussian)] private readonly StemAfter whole = new();
    [FormerlyKnownAs("blocks")] private readonly ModuleList<StemAfter> stack = new(new StemAfter(), new StemAfter());
    private readonly ModuleDict<StemAfter> named = ModuleDict(("left", new StemAfter()));

    public TowerAfter() : base(nameof(TowerAfter)) => RegisterComponents();

    public override Tensor forward(Tensor x) =>
        root.call(x) + cold.call(x) + whole.call(x) + stack[0].call(x) + stack[1].call(x) + named["left"].call(x);
}
