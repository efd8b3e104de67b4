using static TorchSharp.torch.nn;
using TorchSharp.Modules;

namespace BayesGen.Tests.Networks;

/// <summary>The same family on axes that annotations choose.</summary>
public sealed class ChosenAxes : Module<Tensor, Tensor>
{
    [Bayesian(typeof(ScaledPosterior), Groups = UnitAxis.Inputs)] private readonly Conv1d conv = Conv1d(2, 3, 2);
    [Bayesian(typeof(ScaledPosterior), Groups = UnitAxis.Outputs)] private readonly Linear hidden = Linear(12, 5);
    [Bayesian(typeof(ScaledPosterior), Groups = UnitAxis.Default)] private readonly Linear output = Linear(5, 2);

    public ChosenAxes() : base(nameof(ChosenAxes)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(hidden.call(conv.call(x).tanh().flatten(1)).tanh());
}

/// <summary>A layer in a field of a type that tells nothing, with units along its outputs.</summary>
public sealed class OutputUnits : Module<Tensor, Tensor>
{
    [Bayesian(typeof(ScaledPosterior), Groups = UnitAxis.Outputs)] private readonly torch.nn.Module layer;

    public OutputUnits(torch.nn.Module layer) : base(nameof(OutputUnits))
    {
        this.layer = layer;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => x;
}

/// <summary>The same with units along its inputs.</summary>
public sealed class InputUnits : Module<Tensor, Tensor>
{
    [Bayesian(typeof(ScaledPosterior), Groups = UnitAxis.Inputs)] private readonly torch.nn.Module layer;

    public InputUnits(torch.nn.Module layer) : base(nameof(InputUnits))
    {
        this.layer = layer;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => x;
}

/// <summary>The same with the units that the layer has by itself.</summary>
public sealed class UsualUnits : Module<Tensor, Tensor>
{
    [Bayesian(typeof(ScaledPosterior))] private readonly torch.nn.Module layer;

    public UsualUnits(torch.nn.Module layer) : base(nameof(UsualUnits))
    {
        this.layer = layer;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => x;
}
