using static TorchSharp.torch.nn;
using static BayesGen.Family;
using TorchSharp.Modules;

namespace BayesGen.Tests;

/// <summary>A regression with one noise for all inputs, learned beside the weights.</summary>
[Bayesian(Gaussian, InitialLogSigma = -2)]
public sealed class OneNoise : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(3, 5);
    private readonly Linear output = Linear(5, 2);
    private readonly Parameter logSigma = GaussianNoise.LogSigma(outputs: 2, sigma: 0.5);

    public OneNoise() : base(nameof(OneNoise)) => RegisterComponents();

    public override Tensor forward(Tensor x) => GaussianNoise.Join(output.call(hidden.call(x).tanh()), logSigma);
}

/// <summary>A regression that says for each input how noisy it is.</summary>
[Bayesian(Gaussian, InitialLogSigma = -2)]
public sealed class NoiseOfEachInput : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(3, 5);
    private readonly Linear output = Linear(5, 4);

    public NoiseOfEachInput() : base(nameof(NoiseOfEachInput)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(hidden.call(x).tanh());
}

/// <summary>
/// Forgets between two lines nothing that another thread could not overwrite: only a lock makes it safe. Dropout besides.
/// </summary>
public sealed class Remembering : Module<Tensor, Tensor>
{
    [Bayesian(Gaussian, InitialLogSigma = -1)] private readonly Linear line = Linear(3, 3);
    private readonly Dropout dropout = Dropout(0.5);
    private readonly Shelf _shelf = new();

    public Remembering() : base(nameof(Remembering)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        _shelf.Input = x;
        Thread.Yield();
        return dropout.call(line.call(_shelf.Input));
    }

    private sealed class Shelf
    {
        public Tensor? Input { get; set; }
    }
}
