using static TorchSharp.torch.nn;
using TorchSharp.Modules;

namespace BayesGen.Tests.Networks;

/// <summary>Gates on the inputs of two layers, of which the second shares its weight with the first where that is asked for.</summary>
[Bayesian(typeof(GatedPosterior))]
public sealed class GatedLayers : Module<Tensor, Tensor>
{
    private readonly Linear first = Linear(4, 4);
    private readonly Linear second = Linear(4, 4);

    public GatedLayers(bool areTied = false, bool isFrozen = false) : base(nameof(GatedLayers))
    {
        if (areTied)
            Tie(second, first.weight);
        if (isFrozen)
            second.weight.requires_grad = false;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => second.call(first.call(x).tanh());

    private static void Tie(Linear layer, Parameter weight) => layer.weight = weight;
}

/// <summary>Gates on whatever a field of a type that tells nothing holds.</summary>
public sealed class GatedLayer : Module<Tensor, Tensor>
{
    [Bayesian(typeof(GatedPosterior))] private readonly object layer;

    public GatedLayer(object layer) : base(nameof(GatedLayer))
    {
        this.layer = layer;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => x;
}

/// <summary>One layer in two fields that ask for other axes.</summary>
public sealed class TwiceGated : Module<Tensor, Tensor>
{
    [Bayesian(typeof(GatedPosterior))] private readonly torch.nn.Module one;
    [Bayesian(typeof(GatedPosterior), Groups = UnitAxis.Outputs)] private readonly torch.nn.Module other;

    public TwiceGated(torch.nn.Module one, torch.nn.Module other) : base(nameof(TwiceGated))
    {
        (this.one, this.other) = (one, other);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => x;
}

/// <summary>The same layer under a family of weights.</summary>
public sealed class PlainUnits : Module<Tensor, Tensor>
{
    [Bayesian(Family.Gaussian)] private readonly torch.nn.Module layer;

    public PlainUnits(torch.nn.Module layer) : base(nameof(PlainUnits))
    {
        this.layer = layer;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => x;
}
