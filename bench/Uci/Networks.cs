using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch.nn;

namespace BayesGen.Benchmarks.Uci;

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

    public override Tensor forward(Tensor x) => output.call(functional.relu(hidden.call(x)));
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

    public override Tensor forward(Tensor x) => output.call(second.call(functional.relu(hidden.call(first.call(x)))));
}
