using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch.nn;

namespace BayesGen.Benchmarks.Uci;

/// <summary>One hidden layer with one noise for all inputs, learned beside the weights; noise at the outputs of layers.</summary>
[Bayesian(Gaussian, Estimator = Estimator.Local)]
public sealed class LocalTable : Module<Tensor, Tensor>
{
    private readonly Linear hidden;
    private readonly Linear output;
    private readonly Parameter logSigma = GaussianNoise.LogSigma();

    public LocalTable(int columns, int width) : base(nameof(LocalTable))
    {
        hidden = Linear(columns, width);
        output = Linear(width, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => GaussianNoise.Join(output.call(functional.relu(hidden.call(x))), logSigma);
}

/// <summary>The same, whose weights themselves are drawn: for bounds that ask for their density, and for IVON and Laplace.</summary>
[Bayesian(Gaussian)]
public sealed class DrawnTable : Module<Tensor, Tensor>
{
    private readonly Linear hidden;
    private readonly Linear output;
    private readonly Parameter logSigma = GaussianNoise.LogSigma();

    public DrawnTable(int columns, int width) : base(nameof(DrawnTable))
    {
        hidden = Linear(columns, width);
        output = Linear(width, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => GaussianNoise.Join(output.call(functional.relu(hidden.call(x))), logSigma);
}

/// <summary>One hidden layer with a noise of its own for each input, as members of deep ensembles have it.</summary>
public sealed class NoisyTable : Module<Tensor, Tensor>
{
    private readonly Linear hidden;
    private readonly Linear output;

    public NoisyTable(int columns, int width) : base(nameof(NoisyTable))
    {
        hidden = Linear(columns, width);
        output = Linear(width, 2);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => output.call(functional.relu(hidden.call(x)));
}

/// <summary>One hidden layer with dropout before each layer, and one noise for all inputs.</summary>
public sealed class DropoutTable : Module<Tensor, Tensor>
{
    private readonly Dropout first;
    private readonly Linear hidden;
    private readonly Dropout second;
    private readonly Linear output;
    private readonly Parameter logSigma = GaussianNoise.LogSigma();

    public DropoutTable(int columns, int width, double rate) : base(nameof(DropoutTable))
    {
        (first, second) = (Dropout(rate), Dropout(rate));
        hidden = Linear(columns, width);
        output = Linear(width, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) =>
        GaussianNoise.Join(output.call(second.call(functional.relu(hidden.call(first.call(x))))), logSigma);
}
