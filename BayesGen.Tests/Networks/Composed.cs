using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests.Networks;

/// <summary>A network that is part of another one.</summary>
public sealed class Encoder : Module<Tensor, Tensor>
{
    [Bayesian(Gaussian, IncludeBias = false)] private readonly Linear fc = Linear(4, 3);

    public Encoder() : base(nameof(Encoder)) => RegisterComponents();

    public override Tensor forward(Tensor x) => fc.call(x);
}

/// <summary>Annotations for the networks that derive from it.</summary>
public abstract class Headed : Module<Tensor, Tensor, Tensor>
{
    [Bayesian(LogUniform)] private readonly Linear head = Linear(3, 2, hasBias: false);

    protected Headed(string name) : base(name)
    {
    }

    protected Tensor Head(Tensor x) => head.call(x);
}

/// <summary>A network with two inputs, a base class, a network inside, and a layer of a class that nobody else can name.</summary>
[BayesianNetwork]
public sealed class Composed : Headed
{
    private readonly Encoder encoder = new();
    private readonly ModuleList<Encoder> more = new(new Encoder(), new Encoder());
    [Bayesian(LogUniform)] private readonly Shift shift = new();

    public Composed() : base(nameof(Composed)) => RegisterComponents();

    public override Tensor forward(Tensor x, Tensor mask) => Head(shift.call(encoder.call(x)) * mask);

    private sealed class Shift : Module<Tensor, Tensor>
    {
        private readonly Parameter by = new(ones(3));

        public Shift() : base(nameof(Shift)) => RegisterComponents();

        public override Tensor forward(Tensor input) => input + by;
    }
}
