using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

/// <summary>One family on every weight, biases included: what can be pruned to a fraction.</summary>
[Bayesian(SparseDropout, Estimator = Estimator.Local)]
public sealed class SparseReader : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(28 * 28, 24);
    private readonly Linear output = Linear(24, 10);

    public SparseReader() : base(nameof(SparseReader)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(hidden.call(x.flatten(1)).relu());
}
