using TorchSharp.Modules;
using static TorchSharp.torch.nn;
using static BayesGen.Family;

namespace BayesGen.Tests;

/// <summary>A small network of two layers for any number of outputs.</summary>
[Bayesian(Gaussian)]
public sealed class Tabular : Module<Tensor, Tensor>
{
    private readonly Linear hidden;
    private readonly Linear output;

    public Tabular(long inputs, long outputs) : base(nameof(Tabular))
    {
        hidden = Linear(inputs, 8);
        output = Linear(8, outputs);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => output.call(hidden.call(x).tanh());
}

/// <summary>Answers at each step of a sequence [N, inputs, steps].</summary>
[Bayesian(Gaussian)]
public sealed class StepByStep : Module<Tensor, Tensor>
{
    private readonly Conv1d step;

    public StepByStep(long inputs, long outputs) : base(nameof(StepByStep))
    {
        step = Conv1d(inputs, outputs, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => step.call(x);
}
