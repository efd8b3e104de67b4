using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch.nn;

namespace BayesGen.Benchmarks.Uci;

/// <summary>
/// The least noise of a row: a variance of exp(-10), 0.7 % of the deviation of the targets. A row far from all others may be given next to
/// none, and if it is not fitted exactly its likelihood ends the training.
/// </summary>
internal static class NoiseFloor
{
    // Made once, and outside of any dispose scope that happens to be open.
    private static readonly Tensor LogVariance = tensor(-10f, dtype: ScalarType.Float32, device: CPU).DetachFromDisposeScope();

    /// <summary>log(exp(s) + exp(-10)) in the place of each logarithm of a variance s.</summary>
    public static Tensor Under(Tensor outputs)
    {
        var halves = outputs.chunk(2, 1);
        return cat([halves[0], logaddexp(halves[1], LogVariance)], 1);
    }
}

/// <summary>One hidden layer of rectified units, and for each row a mean and the logarithm of a variance.</summary>
public class TableNetwork : Module<Tensor, Tensor>
{
    protected readonly Linear hidden;
    protected readonly Linear output;

    public TableNetwork(int columns, int width, string name = nameof(TableNetwork)) : base(name)
    {
        hidden = Linear(columns, width);
        output = Linear(width, 2);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => NoiseFloor.Under(output.call(functional.relu(hidden.call(x))));
}

/// <summary>The same with noise at the outputs of the layers.</summary>
[Bayesian(Gaussian, Estimator = Estimator.Local)]
public sealed class LocalTable(int columns, int width) : TableNetwork(columns, width, nameof(LocalTable));

/// <summary>The same with weights that are drawn: for a bound that asks for their density, for IVON and for Laplace.</summary>
[Bayesian(Gaussian)]
public sealed class DrawnTable(int columns, int width) : TableNetwork(columns, width, nameof(DrawnTable));

/// <summary>The same with dropout before each layer.</summary>
public sealed class DropoutTable : Module<Tensor, Tensor>
{
    private readonly Dropout first;
    private readonly Linear hidden;
    private readonly Dropout second;
    private readonly Linear output;

    public DropoutTable(int columns, int width, double rate) : base(nameof(DropoutTable))
    {
        (first, second) = (Dropout(rate), Dropout(rate));
        hidden = Linear(columns, width);
        output = Linear(width, 2);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) =>
        NoiseFloor.Under(output.call(second.call(functional.relu(hidden.call(first.call(x))))));
}
