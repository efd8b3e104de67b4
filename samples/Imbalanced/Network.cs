using BayesGen;
using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ImbalancedSample;

/// <summary>One logit: is it fraud?</summary>
[Bayesian(Gaussian, Estimator = Estimator.Local)]
public sealed class FraudNetwork : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(Payments.Columns, 32);
    private readonly Linear output = Linear(32, 1);

    public FraudNetwork() : base(nameof(FraudNetwork)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(hidden.call(x).tanh());
}
