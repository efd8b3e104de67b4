using static TorchSharp.torch.nn;
using static BayesGen.Family;
using TorchSharp.Modules;

namespace BayesGen.Tests;

/// <summary>Two families, a deterministic layer and batch statistics: small enough for a test to train in a second.</summary>
public sealed class MixedClassifier : Module<Tensor, Tensor>
{
    [Bayesian(LogUniform)] private readonly Conv2d conv = Conv2d(1, 4, 3, padding: 1);
    private readonly BatchNorm2d norm = BatchNorm2d(4);
    private readonly Linear hidden = Linear(4 * 7 * 7, 16);
    [Bayesian(Gaussian, InitialLogSigma = -3)] private readonly Linear output = Linear(16, 10);

    public MixedClassifier() : base(nameof(MixedClassifier)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        x = functional.relu(norm.call(conv.call(x)));
        x = functional.max_pool2d(x, 4);
        x = functional.relu(hidden.call(x.flatten(1)));
        return output.call(x);
    }
}

/// <summary>One family throughout, no randomness of its own, smooth: what derivations can be held against.</summary>
[Bayesian(Gaussian)]
public sealed class GaussianRegressor : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(3, 5);
    private readonly Linear output = Linear(5, 1);

    public GaussianRegressor() : base(nameof(GaussianRegressor)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(hidden.call(x).tanh());
}

/// <summary>The smallest network: one bias-free line, whose posterior is known in closed form.</summary>
public sealed class Line : Module<Tensor, Tensor>
{
    [Bayesian(Gaussian)] private readonly Linear line = Linear(2, 1, hasBias: false);

    public Line() : base(nameof(Line)) => RegisterComponents();

    public override Tensor forward(Tensor x) => line.call(x);
}

/// <summary>
/// Auto-properties, a frozen layer, a tied weight and an own parameter; in float64 from the start, since TorchSharp's own to() disposes
/// a tied weight under its second owner.
/// </summary>
[Bayesian(Gaussian)]
public sealed class Corners : Module<Tensor, Tensor>
{
    public Corners() : base(nameof(Corners))
    {
        frozen.weight!.requires_grad = false;
        tied.weight = First.weight!;
        RegisterComponents();
    }

    public Linear First { get; } = Linear(4, 4, hasBias: false, dtype: ScalarType.Float64);

    private readonly Linear tied = Linear(4, 4, hasBias: false, dtype: ScalarType.Float64);
    private readonly Linear frozen = Linear(4, 4, hasBias: false, dtype: ScalarType.Float64);
    [Bayesian(Gaussian)] private readonly Parameter gain = Parameter(ones(4, dtype: ScalarType.Float64));

    public override Tensor forward(Tensor x) => frozen.call(tied.call(First.call(x).tanh()) * gain);
}

/// <summary>A network made of annotated networks.</summary>
[BayesianNetwork(Loss = typeof(GaussianKLLoss))]
public sealed class Pair : Module<Tensor, Tensor>
{
    private readonly GaussianRegressor left = new();
    private readonly Line right = new();

    public Pair() : base(nameof(Pair)) => RegisterComponents();

    public override Tensor forward(Tensor x) => left.call(x) + right.call(x.narrow(1, 0, 2));
}
