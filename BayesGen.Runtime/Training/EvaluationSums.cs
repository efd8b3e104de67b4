using BayesGen.Pruning;
using BayesGen.Reporting;

namespace BayesGen.Training;

/// <summary>What the batches of an evaluation add up to.</summary>
/// <param name="options">How it is evaluated.</param>
internal sealed class EvaluationSums(EvaluationOptions options)
{
    private readonly Dictionary<string, (double Sum, double Count)> _metrics =
        options.Metrics.ToDictionary(metric => metric.Name, _ => (Sum: 0.0, Count: 0.0));

    private double _fit;
    private double _fitOfSamples;
    private long _examples;

    /// <summary>Adds a batch.</summary>
    /// <param name="output">The output of the network.</param>
    /// <param name="targets">The targets.</param>
    /// <param name="fit">The mean fit loss.</param>
    public void Add(Tensor output, Tensor targets, double fit)
    {
        var count = targets.size(0);
        _fit += fit * count;
        _examples += count;
        foreach (var metric in MetricsOf(output, targets))
        {
            var (before, (sum, counted)) = (_metrics.GetValueOrDefault(metric.Name), metric.Sum(output, targets));
            _metrics[metric.Name] = (before.Sum + sum, before.Count + counted);
        }
    }

    /// <summary>Adds the mean fit loss of a batch under one of some samples of the weights.</summary>
    public void AddSample(double fit, long count, int samples) => _fitOfSamples += fit * count / samples;

    /// <summary>The means over all examples.</summary>
    /// <exception cref="ArgumentException">There were none.</exception>
    public EvaluationResult Result(
        double divergence, double beta, long? examplesOfTraining, Thresholds? threshold, PruneReport pruning)
    {
        if (_examples == 0)
            throw new ArgumentException("The evaluation data is empty.", "data");
        var fit = _fit / _examples;
        var shared = examplesOfTraining ?? _examples;
        return new EvaluationResult(
            _examples,
            fit + beta * divergence / (options.DivergenceScale == DivergenceScale.None ? 1 : shared),
            fit,
            divergence,
            options.ElboSamples == 0 ? double.NaN : -(_fitOfSamples / _examples + divergence / shared),
            _metrics.ToDictionary(metric => metric.Key, metric => metric.Value.Sum / metric.Value.Count),
            options.EvaluateAt,
            threshold,
            pruning);
    }

    /// <summary>What is measured: for classes the accuracy where the options name nothing, since an answer of NaN helps nobody.</summary>
    private IReadOnlyList<Metric> MetricsOf(Tensor output, Tensor targets) =>
        options.Metrics.Count == 0 && ReferenceEquals(options.FitLoss, FitLoss.CrossEntropy)
            && !targets.is_floating_point() && TargetShapes.AreClasses(output, targets)
            ? [Metric.Accuracy]
            : options.Metrics;
}
