using BayesGen.Kernels;
using BayesGen.Native;
using BayesGen.Parameters;
using BayesGen.Pruning;
using BayesGen.Reporting;
using BayesGen.Training;

namespace BayesGen.Compression;

/// <summary>
/// Evaluates a network at its mean or MAP with many masks, one after the other: the weights are computed once. Each evaluation puts back
/// what it writes, bit for bit, and has a turn of its own.
/// </summary>
internal sealed class PointEvaluation : IDisposable
{
    private const string Purpose = "choose a threshold";

    private readonly SearchedNetwork _network;
    private readonly BatchForward _forward;
    private readonly EvaluationOptions _options;
    private readonly IReadOnlyList<Tensor> _point;
    private long? _examples;

    public PointEvaluation(SearchedNetwork network, EvaluationOptions options)
    {
        if (network.Validation.ExampleCount == 0)
            throw new ArgumentException(
                "The validation data is empty: a threshold is chosen by what the network answers to it.", "validation");
        _network = network;
        _options = options = options.For(network.Model.Arena) with { ElboSamples = 0 };
        _forward = new BatchForward(
            network.Model, network.Forward, options.FitLoss, options.Device, options.ChannelsLast, options.LikelihoodOfTargets);
        using var turn = Arena.TakeTurn();
        Arena.Lease.RequireIdle(Purpose);
        _point = [.. Arena.Families.Select(family => family.Point(options.EvaluateAt).DetachFromDisposeScope())];
    }

    /// <summary>The network's memory.</summary>
    public NetworkArena Arena => _network.Model.Arena;

    /// <summary>The name of the loss on the data.</summary>
    public string FigureName => _options.FitLoss.Name;

    /// <summary>How often the data was gone through.</summary>
    public int Passes { get; private set; }

    /// <summary>Loss and metrics on the data.</summary>
    /// <param name="keep">Flat masks, one for each arena; null prunes nothing.</param>
    /// <param name="cancellation">Ends it before the next batch.</param>
    public EvaluationResult Evaluate(IReadOnlyList<Tensor>? keep, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var memory = MallocTuning.During(_options.ManageMemory);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var turn = Arena.TakeTurn();
        var sums = new EvaluationSums(_options);
        using (var weights = Arena.Lease.Override(Purpose))
        using (_network.Model.InEvaluationMode())
        {
            weights.Write([.. Arena.Families.Select((family, i) => Masked(family, _point[i], keep?[i]))]);
            foreach (var batch in _network.Validation.InOrder(_options.BatchSize))
            {
                try
                {
                    cancellation.ThrowIfCancellationRequested();
                    using var batchScope = NewDisposeScope();
                    var (inputs, targets) = _forward.Move(batch);
                    var output = _forward.Output(inputs);
                    sums.Add(output, targets, _forward.Fit(output, targets).Number());
                }
                finally
                {
                    BatchForward.LetGo(_network.Validation, batch);
                }
            }
        }

        Passes++;
        return Checked(sums.Result(0, 0, null, null, new PruneReport([], 0)));
    }

    public void Dispose()
    {
        foreach (var flat in _point)
            flat.Dispose();
    }

    private static Tensor Masked(FamilyArena family, Tensor point, Tensor? keep)
    {
        if (keep is null)
            return point;
        var masked = point * keep;
        family.WriteFixed(masked);
        return masked;
    }

    /// <summary>Figures over other data cannot be compared.</summary>
    private EvaluationResult Checked(EvaluationResult result)
    {
        if (_examples is { } before && before != result.Examples)
            throw new InvalidOperationException(
                $"The validation data had {before} examples in the first pass and {result.Examples} in a later one. Give the same examples each "
                + "time, as a TensorDataSet does.");
        _examples = result.Examples;
        return result;
    }
}
