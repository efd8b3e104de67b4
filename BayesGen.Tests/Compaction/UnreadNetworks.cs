using TorchSharp.Modules;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.nn.functional;

namespace BayesGen.Tests.Compaction;

/// <summary>A constant of a dead unit, times a mask of the input.</summary>
public sealed class MaskedTokens : Module<Tensor, Tensor>
{
    private readonly Embedding words = Embedding(20, 8);
    private readonly Linear hidden = Linear(8, 16);
    private readonly Linear head = Linear(16, 3);

    public MaskedTokens()
        : base(nameof(MaskedTokens)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        var mask = x.ne(0).to(float32).unsqueeze(-1);
        return head.call(torch.sigmoid(hidden.call(words.call(x))) * mask).sum(1);
    }
}

/// <summary>Sums over a length, which no one has read.</summary>
public sealed class SummedSteps : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(6, 16);
    private readonly Linear head = Linear(16, 3);
    private readonly bool _isMasked;

    public SummedSteps(bool isMasked = false)
        : base(nameof(SummedSteps))
    {
        _isMasked = isMasked;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var h = relu(hidden.call(x)).roll(1, 1);
        return head.call((_isMasked ? torch.sigmoid(h) * (x.select(2, 0) > 0).to(h.dtype).unsqueeze(-1) : h).sum(1));
    }
}

/// <summary>Numbers of a type that forward names, and a tensor that no one registered.</summary>
public sealed class TypedSteps : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(6, 16);
    private readonly Linear head = Linear(16, 3);
    private readonly Tensor _basis;

    public TypedSteps()
        : base(nameof(TypedSteps))
    {
        RegisterComponents();
        _basis = eye(6).DetachFromDisposeScope();
    }

    public override Tensor forward(Tensor x) => head.call(relu(hidden.call((x.to(float32) / 255).matmul(_basis))));
}

/// <summary>The same, read by the generator.</summary>
[Bayesian(Family.Gaussian)]
public sealed class ReadBasis : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(6, 16);
    private readonly Linear head = Linear(16, 3);
    private readonly Tensor basis;

    public ReadBasis()
        : base(nameof(ReadBasis))
    {
        RegisterComponents();
        basis = eye(6).DetachFromDisposeScope();
    }

    public override Tensor forward(Tensor x) => head.call(relu(hidden.call(x.matmul(basis))));
}

/// <summary>Two layers of one weight.</summary>
[Bayesian(Family.Gaussian)]
public sealed class TiedPair : Module<Tensor, Tensor>
{
    public readonly Linear first = Linear(6, 6);
    public readonly Linear second = Linear(6, 6);
    private readonly Linear head = Linear(6, 3);

    public TiedPair()
        : base(nameof(TiedPair))
    {
        second.weight = first.weight;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.call(relu(second.call(relu(first.call(x)))));
}

/// <summary>A head that runs in training alone.</summary>
[Bayesian(Family.Gaussian)]
public sealed class TrainedHead : Module<Tensor, Tensor>
{
    private readonly Linear first = Linear(6, 8);
    private readonly Linear second = Linear(8, 8);
    private readonly Linear head = Linear(8, 3);
    private readonly Linear aside = Linear(8, 3);

    public TrainedHead()
        : base(nameof(TrainedHead)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        var h = relu(first.call(x));
        var y = head.call(relu(second.call(h)));
        if (training)
            return y + aside.call(h);
        return y;
    }
}

/// <summary>A parameter of the network itself with a number for each unit, behind what no one has read.</summary>
public sealed class ShiftedUnits : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(6, 16);
    private readonly Linear head = Linear(16, 3);
    private readonly Parameter shift = new(zeros(16));

    public ShiftedUnits()
        : base(nameof(ShiftedUnits)) => RegisterComponents();

    public override Tensor forward(Tensor x) => head.call(relu(hidden.call(x)) + shift);
}
