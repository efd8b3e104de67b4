using BayesGen.Likelihoods;
using BayesGen.Pruning;
using BayesGen.Reporting;

namespace BayesGen.Training;

/// <summary>What the batches of an evaluation add up to.</summary>
/// <param name="options">How it is evaluated.</param>
internal sealed class EvaluationSums(EvaluationOptions options)
{
    private readonly Dictionary<string, (double Sum, double Count)> _metrics =
        options.Metrics.ToDictionary(metric => metric.Name, _ => (Sum: 0.0, Count: 0.0));

    private readonly List<BatchNumbers> _batches = [];
    private readonly Likelihood? _likelihood = options.LikelihoodOfFit;
    private readonly List<Tensor> _outputs = [];
    private readonly List<Tensor> _targets = [];
    private double _fit;
    private double _fitOfSamples;
    private long _examples;

    /// <summary>Adds a batch.</summary>
    /// <param name="output">The output of the network.</param>
    /// <param name="targets">The targets.</param>
    /// <param name="fit">The mean fit loss.</param>
    /// <param name="number">Which batch of the data it is; null is the next one.</param>
    public void Add(Tensor output, Tensor targets, double fit, long? number = null)
    {
        var count = targets.size(0);
        var metrics = MetricsOf(output, targets);
        foreach (var metric in metrics)
            _metrics.TryAdd(metric.Name, (0, 0));
        if (metrics.Any(metric => metric.OfAll is not null))
        {
            // They live as long as the evaluation, whose scope lies around that of the batch.
            _outputs.Add(output.detach().to(CPU).clone().MoveToOuterDisposeScope());
            _targets.Add(targets.detach().to(CPU).clone().MoveToOuterDisposeScope());
        }

        _batches.Add(new BatchNumbers(
            number ?? _batches.Count, count, fit * count,
            [.. metrics.Select(metric => metric.OfAll is null ? metric.Sum(output, targets) : (0, 1))], []));
    }

    /// <summary>Adds the mean fit loss of a batch under one of some samples of the weights.</summary>
    public void AddSample(double fit, long count, int samples) => _batches[^1].FitOfSamples.Add(fit * count / samples);

    /// <summary>Takes the batches of all processes of a group: the result is the same to the last bit, whoever took which.</summary>
    /// <param name="group">The group.</param>
    /// <param name="fingerprint">A number of all batches of the data.</param>
    public void Join(TrainingGroup group, ulong fingerprint)
    {
        if (group.Size == 1)
            return;
        if (options.Metrics.FirstOrDefault(metric => metric.OfAll is not null) is { } whole)
            throw new NotSupportedException(
                $"The metric '{whole.Name}' is a number of all examples at once, and processes evaluate a part of them each. Evaluate it after the "
                + "training, in one process.");
        var all = group.FromAll([.. _batches.SelectMany(batch => batch.Written())], fingerprint);
        _batches.Clear();
        _batches.AddRange(all.SelectMany(BatchNumbers.Read).OrderBy(batch => batch.Number));
        if (_metrics.Count == 0 && _batches.Exists(batch => batch.Metrics.Count > 0))
            _metrics.Add(Metric.Accuracy.Name, (0, 0));
    }

    /// <summary>The means over all examples.</summary>
    /// <param name="divergence">The divergence; null of a network without a posterior, whose ELBO is -fit.</param>
    /// <param name="beta">The weight of the divergence.</param>
    /// <param name="examplesOfTraining">The N that shares the divergence; null takes the examples that were evaluated.</param>
    /// <param name="threshold">What was pruned by, or null.</param>
    /// <param name="pruning">What was kept.</param>
    /// <exception cref="ArgumentException">There were none.</exception>
    public EvaluationResult Result(
        double? divergence, double beta, long? examplesOfTraining, Thresholds? threshold, PruneReport pruning)
    {
        foreach (var batch in _batches)
            Sum(batch);
        if (_examples == 0)
            throw new ArgumentException("The evaluation data is empty.", "data");
        if (_outputs.Count > 0)
        {
            // One tensor for all metrics: those of one kind share what they compute from it.
            var (outputs, targets) = (cat(_outputs), cat(_targets));
            foreach (var metric in options.Metrics.Where(metric => metric.OfAll is not null))
                _metrics[metric.Name] = (metric.OfAll!(outputs, targets), 1);
        }

        var fit = _fit / _examples;
        var (shared, known) = (examplesOfTraining ?? _examples, divergence ?? 0);
        return new EvaluationResult(
            _examples,
            fit + beta * known / (options.DivergenceScale == DivergenceScale.None ? 1 : shared),
            fit,
            known,
            divergence is null ? -fit : options.ElboSamples == 0 ? double.NaN : -(_fitOfSamples / _examples + known / shared),
            _metrics.ToDictionary(metric => metric.Key, metric => metric.Value.Sum / metric.Value.Count),
            options.EvaluateAt,
            threshold,
            pruning);
    }

    private void Sum(BatchNumbers batch)
    {
        _examples += batch.Examples;
        _fit += batch.Fit;
        foreach (var sample in batch.FitOfSamples)
            _fitOfSamples += sample;
        foreach (var (name, (sum, count)) in _metrics.Keys.ToList().Zip(batch.Metrics))
            _metrics[name] = (_metrics[name].Sum + sum, _metrics[name].Count + count);
    }

    /// <summary>What is measured: for classes the accuracy where the options name nothing, since an answer of NaN helps nobody.</summary>
    private IReadOnlyList<Metric> MetricsOf(Tensor output, Tensor targets) =>
        options.Metrics.Count == 0 && _likelihood?.UsualMetric(output, targets) is { } usual ? [usual] : options.Metrics;
}
