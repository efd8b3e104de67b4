using BayesGen;
using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TabularSample;

/// <summary>A number from the columns of a row: its mean and the logarithm of its variance. All weights are Gaussian.</summary>
[Bayesian(Gaussian, Estimator = Estimator.Local)]
public sealed class TableNetwork : Module<Tensor, Tensor>
{
    private const int Width = 50;

    private readonly Linear hidden;
    private readonly Linear output = Linear(Width, 2);

    /// <param name="columns">The number of columns that go in.</param>
    public TableNetwork(int columns) : base(nameof(TableNetwork))
    {
        hidden = Linear(columns, Width);
        RegisterComponents();
    }

    /// <param name="x">[N, columns], standardized.</param>
    /// <returns>[N, 2]: mean and logarithm of the variance.</returns>
    public override Tensor forward(Tensor x) => output.call(functional.silu(hidden.call(x)));
}
