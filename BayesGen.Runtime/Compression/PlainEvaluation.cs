using BayesGen.Data;
using BayesGen.Execution;
using BayesGen.Kernels;
using BayesGen.Native;
using BayesGen.Parameters;
using BayesGen.Pruning;
using BayesGen.Reporting;
using BayesGen.Training;

namespace BayesGen.Compression;

/// <summary>A plain network evaluated over all examples of a data set.</summary>
/// <param name="Examples">The number of examples.</param>
/// <param name="Fit">The mean fit loss over the examples.</param>
/// <param name="Metrics">Each metric over all examples.</param>
public sealed record PlainEvaluation(long Examples, double Fit, IReadOnlyDictionary<string, double> Metrics)
{
    /// <summary>The part of examples that were classified right; NaN where it was not measured.</summary>
    public double Accuracy => Metrics.TryGetValue(Metric.AccuracyName, out var accuracy) ? accuracy : double.NaN;

    /// <summary>The figures in one line.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{Examples:N0} examples: fit {Fit:F4}") + MetricText.Of(Metrics, ", ");
}

/// <summary>Evaluation of plain networks, such as one whose weights were rounded or loaded from a compressed file.</summary>
public static class PlainEvaluator
{
    /// <summary>Evaluates a plain network as a Bayesian one is evaluated: the same batches, loss and metrics.</summary>
    /// <param name="network">The plain network; it is left as it was.</param>
    /// <param name="data">The data.</param>
    /// <param name="options">How to evaluate; what concerns a posterior is not asked. Null is the default.</param>
    /// <param name="cancellation">Ends the evaluation before the next batch.</param>
    /// <exception cref="ArgumentException">The network is a Bayesian one, the data is empty, or an option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The network or the fit loss cannot take a batch.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was canceled.</exception>
    public static PlainEvaluation EvaluatePlain(
        this nn.Module<Tensor, Tensor> network, BatchSource data, EvaluationOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(data);
        if (network is IBayesianNetwork)
            throw new ArgumentException("The network is a Bayesian one: evaluate it by Evaluate.", nameof(network));
        options = (options ?? new EvaluationOptions()) with { ElboSamples = 0 };
        options.Validate();
        using var memory = MallocTuning.During(options.ManageMemory);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var mode = new EvaluationMode(network);
        var device = options.Device ?? network.parameters().FirstOrDefault()?.device ?? CPU;
        var layout = new ImageLayout(network, () => new EvaluationMode(network), network.call, options.ChannelsLast);
        var sums = new EvaluationSums(options);
        foreach (var batch in data.InOrder(options.BatchSize))
        {
            try
            {
                cancellation.ThrowIfCancellationRequested();
                using var batchScope = NewDisposeScope();
                var targets = batch.Targets.to(device);
                var output = BatchForward.Output(network.call, layout.Of(batch.Inputs.to(device)));
                sums.Add(output, targets, BatchForward.Fit(options.FitLoss, output, targets).Number());
            }
            finally
            {
                BatchForward.LetGo(data, batch);
            }
        }

        var result = sums.Result(0, 0, null, null, new PruneReport([], 0));
        return new PlainEvaluation(result.Examples, result.Fit, result.Metrics);
    }
}
