using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests.Networks;

/// <summary>
/// Layers in properties, annotated on the class; a parameter, a normalization layer and a loosely declared field among them.
/// </summary>
[Bayesian(Gaussian, PriorScale = 0.5)]
public sealed class Mlp : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> norm = BatchNorm1d(8);

    public Mlp(int inputs, int outputs) : base(nameof(Mlp))
    {
        Hidden = Linear(inputs, 8);
        Output = Linear(8, outputs);
        RegisterComponents();
    }

    [Bayesian(LogUniform)] public Linear Hidden { get; }

    [Deterministic] private Linear Plain { get; } = Linear(8, 8);

    [Bayesian(Gaussian)] private Parameter Gain { get; } = new(ones(8));

    internal Linear Output { get; }

    public override Tensor forward(Tensor x) => Output.call(Plain.call(norm.call(Hidden.call(x))).tanh() * Gain);
}
