using BayesGen.Kernels;
using BayesGen.Reporting;

namespace BayesGen.Training;

/// <summary>
/// What a step has to tell. Its numbers stay where they were computed until they are read: a device then works on while the host prepares
/// the next steps.
/// </summary>
/// <param name="epoch">The epoch, from 1.</param>
/// <param name="step">The step within the epoch, from 1.</param>
/// <param name="globalStep">The step since training began, from 1.</param>
/// <param name="steps">The number of steps in an epoch, or null where it is not known yet.</param>
/// <param name="examples">The number of examples in the batch.</param>
/// <param name="beta">The weight of the divergence in this step.</param>
internal sealed class StepReading(int epoch, int step, long globalStep, int? steps, long examples, double beta) : IDisposable
{
    private Tensor? _numbers;
    private IReadOnlyList<(string Name, bool IsCounted)> _metrics = [];

    /// <summary>The epoch, from 1.</summary>
    public int Epoch => epoch;

    /// <summary>The step within the epoch, from 1.</summary>
    public int Step => step;

    /// <summary>Takes the numbers, scalars of any dtype on one device or on the CPU.</summary>
    /// <param name="fit">The fit loss.</param>
    /// <param name="divergence">The divergence.</param>
    /// <param name="total">The loss that was minimized.</param>
    /// <param name="metrics">The metrics by name, and what the examples count together where that is not their number.</param>
    public void Take(Tensor fit, Tensor divergence, Tensor total, IReadOnlyList<(string Name, Tensor Mean, Tensor? Count)> metrics)
    {
        using var _ = no_grad();
        _metrics = [.. metrics.Select(metric => (metric.Name, metric.Count is not null))];
        var ofMetrics = metrics.Select(metric => metric.Mean).Concat(metrics.Select(metric => metric.Count).OfType<Tensor>());
        _numbers = stack(((Tensor[])[fit, divergence, total, .. ofMetrics])
            .Select(number => number.detach().to(ScalarType.Float64, fit.device))).DetachFromDisposeScope();
    }

    /// <summary>Waits for the numbers.</summary>
    public StepResult Read()
    {
        var numbers = _numbers!.Numbers();
        return new StepResult(
            epoch, step, globalStep, steps, examples, numbers[2], numbers[0], numbers[1], beta,
            _metrics.Count == 0 ? None : _metrics.Select((metric, i) => (metric.Name, numbers[3 + i])).ToDictionary())
        {
            Counted = !_metrics.Any(metric => metric.IsCounted)
                ? None
                : _metrics
                    .Where(metric => metric.IsCounted)
                    .Select((metric, i) => (metric.Name, numbers[3 + _metrics.Count + i]))
                    .ToDictionary(),
        };
    }

    public void Dispose() => _numbers?.Dispose();

    private static readonly IReadOnlyDictionary<string, double> None = new Dictionary<string, double>();
}
