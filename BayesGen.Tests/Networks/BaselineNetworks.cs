using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

/// <summary>A network with dropout and a batch normalization, annotated, which a baseline does not care about.</summary>
[Bayesian(Gaussian)]
public sealed class Dropped : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(3, 6);
    private readonly BatchNorm1d norm = BatchNorm1d(6);
    private readonly Dropout dropout = Dropout(0.3);
    private readonly Linear output = Linear(6, 2);

    public Dropped() : base(nameof(Dropped)) => RegisterComponents();

    internal IReadOnlyList<nn.Module> Parts => [hidden, norm, dropout, output];

    public override Tensor forward(Tensor x) => output.call(dropout.call(functional.relu(norm.call(hidden.call(x)))));
}

/// <summary>One layer behind dropout, whose variance over masks is known.</summary>
public sealed class DroppedLine : Module<Tensor, Tensor>
{
    private readonly Dropout dropout;
    private readonly Linear line;

    public DroppedLine(int inputs, double rate) : base(nameof(DroppedLine))
    {
        dropout = Dropout(rate);
        line = Linear(inputs, 1);
        RegisterComponents();
    }

    internal Linear Line => line;

    public override Tensor forward(Tensor x) => line.call(dropout.call(x));
}

/// <summary>One linear layer: its Laplace approximation is its posterior.</summary>
[Bayesian(Gaussian)]
public sealed class LaplaceLine : Module<Tensor, Tensor>
{
    private readonly Linear line;

    public LaplaceLine(int inputs, int outputs, bool hasBias = true) : base(nameof(LaplaceLine))
    {
        line = Linear(inputs, outputs, hasBias);
        RegisterComponents();
    }

    internal Linear Line => line;

    public override Tensor forward(Tensor x) => line.call(x);
}

/// <summary>The same with activations that are not tanh, in place or not.</summary>
[Bayesian(Gaussian)]
public sealed class LaplaceRelu : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(3, 5);
    private readonly ReLU relu;
    private readonly Linear output = Linear(5, 2);

    public LaplaceRelu(bool inPlace) : base(nameof(LaplaceRelu))
    {
        relu = ReLU(inPlace);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => output.call(relu.call(hidden.call(x)));
}

/// <summary>Two layers, both Gaussian.</summary>
[Bayesian(Gaussian)]
public sealed class LaplaceCurve : Module<Tensor, Tensor>
{
    private readonly Linear hidden;
    private readonly Linear output;

    public LaplaceCurve(int inputs, int width, int outputs) : base(nameof(LaplaceCurve))
    {
        hidden = Linear(inputs, width);
        output = Linear(width, outputs);
        RegisterComponents();
    }

    internal Linear Hidden => hidden;

    internal Linear Output => output;

    public override Tensor forward(Tensor x) => output.call(hidden.call(x).tanh());
}

/// <summary>Two layers, of which the last alone is Gaussian.</summary>
public sealed class LastLayer : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(3, 4);
    [Bayesian(Gaussian)] private readonly Linear output = Linear(4, 3);

    public LastLayer() : base(nameof(LastLayer)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(hidden.call(x).tanh());
}

/// <summary>One layer whose bias stays a plain number.</summary>
public sealed class PlainBiasLine : Module<Tensor, Tensor>
{
    [Bayesian(Gaussian, IncludeBias = false)] private readonly Linear line = Linear(3, 1);

    public PlainBiasLine() : base(nameof(PlainBiasLine)) => RegisterComponents();

    internal Linear Line => line;

    public override Tensor forward(Tensor x) => line.call(x);
}

/// <summary>A Gaussian convolution, which a Laplace approximation is not for.</summary>
public sealed class GaussianConvolution : Module<Tensor, Tensor>
{
    [Bayesian(Gaussian)] private readonly Conv2d conv = Conv2d(1, 2, 3);
    private readonly Linear output = Linear(8, 2);

    public GaussianConvolution() : base(nameof(GaussianConvolution)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(conv.call(x).flatten(1));
}

/// <summary>A head for the mean and one for the logarithm of the variance.</summary>
public sealed class LaplaceHeads : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(3, 4);
    private readonly Linear mean = Linear(4, 1);
    private readonly Linear variance = Linear(4, 1);

    public LaplaceHeads() : base(nameof(LaplaceHeads)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        var features = hidden.call(x).tanh();
        return cat([mean.call(features), variance.call(features)], 1);
    }
}
