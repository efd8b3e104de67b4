using static TorchSharp.torch.nn;
using static BayesGen.Family;
using TorchSharp.Modules;

namespace BayesGen.Tests.Networks;

/// <summary>A forward that ends a dispose scope of its own, as TorchSharp's users write them.</summary>
[Bayesian(Gaussian)]
public sealed class ScopedForward : Module<Tensor, Tensor>
{
    private readonly Linear first = Linear(3, 4);
    private readonly Linear second = Linear(4, 2);

    public ScopedForward() : base(nameof(ScopedForward)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return second.call(first.call(x).relu()).MoveToOuterDisposeScope();
    }
}

/// <summary>Layers that see the time first and the batch second.</summary>
[Bayesian(Gaussian)]
public sealed class TimeFirst : Module<Tensor, Tensor>
{
    private readonly Linear step = Linear(3, 4);
    private readonly Linear output = Linear(4, 2);

    public TimeFirst() : base(nameof(TimeFirst)) => RegisterComponents();

    /// <param name="x">[N, T, 3].</param>
    public override Tensor forward(Tensor x) => output.call(step.call(x.transpose(0, 1)).tanh().mean([0]));
}

/// <summary>Words, one of which is padding.</summary>
[Bayesian(Gaussian)]
public sealed class PaddedWords : Module<Tensor, Tensor>
{
    private readonly Embedding words = Embedding(10, 4, padding_idx: 0);
    private readonly Linear output = Linear(4, 2);

    public PaddedWords() : base(nameof(PaddedWords)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(words.call(x).mean([1]));
}

/// <summary>Words that are added to the units of a layer as the numbers that they are.</summary>
[Bayesian(Gaussian)]
public sealed class WordsBesideUnits : Module<Tensor, Tensor>
{
    private readonly Embedding words = Embedding(10, 4);
    private readonly Linear hidden = Linear(4, 3);
    private readonly Linear output = Linear(3, 2);

    public WordsBesideUnits() : base(nameof(WordsBesideUnits)) => RegisterComponents();

    /// <param name="x">[N, 3] words.</param>
    public override Tensor forward(Tensor x) => output.call(hidden.call(words.call(x).mean([1])) + x.to(ScalarType.Float32));
}

/// <summary>The first units of a layer go into an LSTM, the others into a linear layer.</summary>
[Bayesian(Gaussian)]
public sealed class HalfRecurrent : Module<Tensor, Tensor>
{
    private readonly Linear enter = Linear(3, 6);
    private readonly LSTM lstm = LSTM(2, 2, batchFirst: true);
    private readonly Linear output = Linear(6, 2);

    public HalfRecurrent() : base(nameof(HalfRecurrent)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        var hidden = enter.call(x).tanh();
        var (sequence, _, _) = lstm.call(hidden.narrow(1, 0, 2).unsqueeze(1));
        return output.call(cat([hidden.narrow(1, 2, 4), sequence.squeeze(1)], 1));
    }
}
