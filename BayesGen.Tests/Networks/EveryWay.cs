using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests.Networks;

/// <summary>An annotated class whose layers are registered in every way there is.</summary>
[Bayesian(LogUniform)]
public sealed class EveryWay : Module<Tensor, Tensor>
{
    private readonly List<Linear> looped = [];
    private readonly (Linear Left, Linear Right) pair = (Linear(4, 4, false), Linear(4, 4, false));
    private readonly Held held = new(Linear(4, 4, false));
    private readonly object open = Linear(4, 4, false);
    private readonly IBlock part = new PlainBlock();
    private readonly Stack stack = new();
    private readonly Module<Tensor, Tensor> norm = LayerNorm(4);
    [Bayesian(Gaussian)] private readonly object other = Linear(4, 4, false);
    [Deterministic] private readonly object still = Linear(4, 4, false);
    private readonly Parameter gain = new(ones(4));
    private readonly Module<Tensor, Tensor> annotated = new Block();

    public EveryWay() : base(nameof(EveryWay))
    {
        for (var i = 0; i < 2; i++)
        {
            looped.Add(Linear(4, 4, false));
            register_module($"looped{i}", looped[i]);
        }

        register_module("left", pair.Left);
        register_module("held", held.Layer);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        foreach (var layer in looped)
            x = layer.call(x);
        x = stack.call(part.Run(held.Layer.call(pair.Left.call(x))));
        foreach (var layer in new[] { open, other, still, norm, annotated })
            x = ((Module<Tensor, Tensor>)layer).call(x);
        return x * gain;
    }

    private sealed record Held(Linear Layer);
}

/// <summary>A block without annotations.</summary>
public sealed class PlainBlock : Module<Tensor, Tensor>, IBlock
{
    private readonly Linear fc = Linear(4, 4, false);

    public PlainBlock() : base(nameof(PlainBlock)) => RegisterComponents();

    public Tensor Run(Tensor x) => call(x);

    public override Tensor forward(Tensor x) => fc.call(x);
}

/// <summary>A Sequential of one's own.</summary>
public sealed class Stack() : Sequential(("fc", Linear(4, 4, false)), ("norm", LayerNorm(4)));

/// <summary>The same with an annotation, which its derived classes inherit.</summary>
[Bayesian(Gaussian, InitialLogSigma = -3)]
public class AnnotatedStack() : Sequential(("fc", Linear(4, 4, false)), ("norm", LayerNorm(4)));

/// <summary>It adds a layer to those of its base class.</summary>
[BayesianNetwork]
public sealed class TallerStack : AnnotatedStack
{
    private readonly Linear top = Linear(4, 3, false);

    public TallerStack() => append("top", top);
}

/// <summary>Without an annotation of its own it has no wrapper, and goes into that of its base class.</summary>
public sealed class WiderStack : AnnotatedStack
{
    public WiderStack() => append("side", Linear(4, 4, false));
}

/// <summary>Annotated, and without anything that has weights.</summary>
[Bayesian]
public sealed class OnlyDropout : Module<Tensor, Tensor>
{
    private readonly Dropout drop = Dropout(0.5);

    public OnlyDropout() : base(nameof(OnlyDropout)) => RegisterComponents();

    public override Tensor forward(Tensor x) => drop.call(x);
}

/// <summary>Layers that are made in the constructor, one of a size and with a bias that it is told.</summary>
[Bayesian]
public sealed class Built : Module<Tensor, Tensor>
{
    private readonly Linear hidden;
    private readonly Linear head;

    public Built(int width, bool hasBias) : base(nameof(Built))
    {
        hidden = Linear(4, width);
        head = Linear(width, 3, hasBias);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.call(hidden.call(x).relu());
}
