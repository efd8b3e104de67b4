using BayesGen.Kernels;
using BayesGen.Reporting;
using TorchSharp.Modules;

namespace BayesGen.Training;

/// <summary>Where a step is.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Step">The step within the epoch, from 1.</param>
/// <param name="Steps">The number of steps in an epoch, or null where it is not known yet.</param>
internal readonly record struct StepPlace(int Epoch, int Step, int? Steps);

/// <summary>The numbers of a step, over all that took part in it: scalars without a graph.</summary>
/// <param name="Fit">The fit loss: the mean over examples and samples.</param>
/// <param name="Divergence">The divergence: the mean over samples, the same for any part of the examples.</param>
/// <param name="Total">The value of the loss; see <see cref="LossTerms.Bound"/>.</param>
/// <param name="Metrics">
/// The metrics: their sums over the examples, and what the examples count together where that is not their number.
/// </param>
/// <param name="Noise">What a noise for all inputs is learned from; null where none is.</param>
internal sealed record StepSums(
    Tensor Fit, Tensor Divergence, Tensor Total, IReadOnlyList<(string Name, Tensor Sum, Tensor? Count)> Metrics, NoiseResiduals? Noise);

/// <summary>What a noise for all inputs is learned from in closed form.</summary>
/// <param name="LogSigma">The parameter.</param>
/// <param name="Squared">The mean squared residual of each output, over examples and samples.</param>
internal sealed record NoiseResiduals(Parameter LogSigma, Tensor Squared);

/// <summary>What a network made of examples under a sample of its weights.</summary>
/// <param name="Output">The output; null where nobody has it as a whole.</param>
/// <param name="Fit">The mean fit loss.</param>
/// <param name="Noise">What a noise for all inputs is learned from; null where none is.</param>
internal sealed record BatchFit(Tensor? Output, Tensor Fit, NoiseResiduals? Noise);

/// <summary>
/// What a step has to tell. Its numbers stay where they were computed until they are read: a device then works on while the host prepares
/// the next steps.
/// </summary>
/// <param name="place">Where the step is.</param>
/// <param name="globalStep">The step since training began, from 1.</param>
/// <param name="examples">The number of examples in the batch.</param>
/// <param name="beta">The weight of the divergence in this step.</param>
internal sealed class PendingStepResult(StepPlace place, long globalStep, long examples, double beta) : IDisposable
{
    private static readonly IReadOnlyDictionary<string, double> None = new Dictionary<string, double>();

    private Tensor? _numbers;
    private IReadOnlyList<(string Name, bool IsCounted)> _metrics = [];

    /// <summary>Where the step is.</summary>
    public StepPlace Place => place;

    /// <summary>Takes the numbers, scalars of any dtype on one device or on the CPU.</summary>
    public void Take(StepSums sums)
    {
        using var _ = no_grad();
        _metrics = [.. sums.Metrics.Select(metric => (metric.Name, metric.Count is not null))];
        var means = sums.Metrics.Select(metric => metric.Count is null ? metric.Sum.DivideBy(examples) : metric.Sum.div(metric.Count));
        var counts = sums.Metrics.Select(metric => metric.Count).OfType<Tensor>();
        _numbers = stack(((Tensor[])[sums.Fit, sums.Divergence, sums.Total, .. means, .. counts])
            .Select(number => number.detach().to(ScalarType.Float64, sums.Fit.device))).DetachFromDisposeScope();
    }

    /// <summary>Waits for the numbers.</summary>
    public StepResult Read()
    {
        var numbers = _numbers!.Numbers();
        return new StepResult(
            place.Epoch, place.Step, globalStep, place.Steps, examples, numbers[2], numbers[0], numbers[1], beta,
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
}
