using static TorchSharp.torch.nn;
using static BayesGen.Family;
using TorchSharp.Modules;

namespace BayesGen.Tests;

/// <summary>Two annotated layers and a plain one between them.</summary>
public sealed class Thawing : Module<Tensor, Tensor>
{
    [Bayesian(Gaussian, InitialLogSigma = -3)] private readonly Linear a = Linear(4, 8);
    private readonly Linear middle = Linear(8, 8);
    [Bayesian(Gaussian, InitialLogSigma = -3)] private readonly Linear b = Linear(8, 3);

    public Thawing() : base(nameof(Thawing)) => RegisterComponents();

    public Linear A => a;

    public Linear Middle => middle;

    public override Tensor forward(Tensor x) => b.call(middle.call(a.call(x).tanh()).tanh());
}

/// <summary>The same with noise at the outputs.</summary>
public sealed class ThawingLocal : Module<Tensor, Tensor>
{
    [Bayesian(Gaussian, InitialLogSigma = -3, Estimator = Estimator.Local)] private readonly Linear a = Linear(4, 8);
    [Bayesian(Gaussian, InitialLogSigma = -3, Estimator = Estimator.Local)] private readonly Linear b = Linear(8, 3);

    public ThawingLocal() : base(nameof(ThawingLocal)) => RegisterComponents();

    public override Tensor forward(Tensor x) => b.call(a.call(x).tanh());
}

/// <summary>One layer, and one norm, in two fields each.</summary>
[Bayesian(Gaussian)]
public sealed class TwoFields : Module<Tensor, Tensor>
{
    private readonly Linear a = Linear(3, 3);
    private readonly Linear b;
    private readonly BatchNorm1d norm = BatchNorm1d(3);
    private readonly BatchNorm1d again;

    public TwoFields() : base(nameof(TwoFields))
    {
        (b, again) = (a, norm);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => again.call(b.call(norm.call(a.call(x)).tanh()));
}

/// <summary>A square layer whose weight is another one's, transposed.</summary>
[Bayesian(Gaussian)]
public sealed class Autoencoder : Module<Tensor, Tensor>
{
    private readonly Linear encoder = Linear(4, 4, hasBias: false);
    private readonly Linear decoder = Linear(4, 4, hasBias: false);

    public Autoencoder() : base(nameof(Autoencoder))
    {
        decoder.weight = new Parameter(encoder.weight!.detach().t());
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => decoder.call(encoder.call(x).tanh());
}

/// <summary>A weight of two layers of which one alone is annotated, the first or the second.</summary>
public sealed class HalfAnnotated : Module<Tensor, Tensor>
{
    private readonly Linear plain = Linear(4, 4, hasBias: false);
    [Bayesian(Gaussian)] private readonly Linear annotated = Linear(4, 4, hasBias: false);

    public HalfAnnotated() : base(nameof(HalfAnnotated))
    {
        Share(plain, annotated);
        RegisterComponents();
    }

    /// <summary>Out of sight of the analyzer, which would refuse it at build.</summary>
    private static void Share(Linear from, Linear to) => to.weight = from.weight!;

    public override Tensor forward(Tensor x) => annotated.call(plain.call(x).tanh());
}

/// <summary>A layer in two fields of which one alone is annotated.</summary>
public sealed class TwoMinds : Module<Tensor, Tensor>
{
    private readonly Linear plain = Linear(4, 4);
    [Bayesian(Gaussian)] private readonly Linear annotated;

    public TwoMinds() : base(nameof(TwoMinds))
    {
        annotated = plain;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => annotated.call(plain.call(x).tanh());
}

/// <summary>Words of which one is padding.</summary>
public sealed class Padded : Module<Tensor, Tensor>
{
    [Bayesian(Gaussian, InitialLogSigma = -1)] private readonly Embedding words;
    private readonly Linear head = Linear(3, 2);

    /// <param name="padding">What the padding row holds.</param>
    public Padded(float padding) : base(nameof(Padded))
    {
        words = Embedding(5, 3, padding_idx: 2);
        using (no_grad())
            words.weight![2].fill_(padding);
        RegisterComponents();
    }

    public Embedding Words => words;

    public override Tensor forward(Tensor x) => head.call(words.call(x).sum(1));
}

/// <summary>A dictionary of layers, which TorchSharp cannot move, between layers that it can.</summary>
public sealed class Unmovable : Module<Tensor, Tensor>
{
    [Bayesian(Gaussian)] private readonly Linear first = Linear(3, 3);
    private readonly BatchNorm1d norm = BatchNorm1d(3);
    private readonly ModuleDict<Linear> named = ModuleDict(("one", Linear(3, 3)));
    [Bayesian(Gaussian)] private readonly Linear last = Linear(3, 3);

    public Unmovable() : base(nameof(Unmovable)) => RegisterComponents();

    public override Tensor forward(Tensor x) => last.call(named["one"].call(norm.call(first.call(x))));
}

/// <summary>A stack of two layers whose weights TorchSharp keeps in one module.</summary>
public sealed class Stacked : Module<Tensor, Tensor>
{
    [Bayesian(Gaussian)]
    private readonly TransformerEncoder encoder =
        TransformerEncoder(TransformerEncoderLayer(4, 2, 8, dropout: 0), 2);

    public Stacked() : base(nameof(Stacked)) => RegisterComponents();

    public override Tensor forward(Tensor x) => encoder.call(x, null, null);
}

/// <summary>A posterior whose width is beyond any number of its dtype.</summary>
public sealed class TooWide : Module<Tensor, Tensor>
{
    [Bayesian(Gaussian, InitialLogSigma = 60)] private readonly Linear line = Linear(2, 1);

    public TooWide() : base(nameof(TooWide)) => RegisterComponents();

    public override Tensor forward(Tensor x) => line.call(x);
}
