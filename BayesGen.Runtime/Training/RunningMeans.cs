using BayesGen.Reporting;

namespace BayesGen.Training;

/// <summary>Means over the examples of an epoch, whatever the batch split.</summary>
internal sealed class RunningMeans
{
    private readonly Dictionary<string, double> _metrics = [];
    private readonly Dictionary<string, double> _counted = [];
    private double _total;
    private double _fit;
    private double _divergence;
    private long _examples;
    private long _steps;

    /// <summary>The number of examples so far.</summary>
    public long Examples => _examples;

    public double Total => _total / _examples;

    public double Fit => _fit / _examples;

    /// <summary>The divergence belongs to the network, not to examples: its mean is over steps.</summary>
    public double Divergence => _divergence / _steps;

    public IReadOnlyDictionary<string, double> Metrics =>
        _metrics.ToDictionary(metric => metric.Key, metric => metric.Value / _counted.GetValueOrDefault(metric.Key, _examples));

    /// <summary>Writes the sums down, bit by bit, or reads them back.</summary>
    public void Exchange(CheckpointFields fields)
    {
        _total = fields.Number("epoch.total", _total);
        _fit = fields.Number("epoch.fit", _fit);
        _divergence = fields.Number("epoch.divergence", _divergence);
        _examples = fields.Whole("epoch.examples", _examples);
        _steps = fields.Whole("epoch.steps", _steps);
        fields.Numbers("epoch.metric.", _metrics);
        fields.Numbers("epoch.counted.", _counted);
    }

    public void Add(StepResult step)
    {
        _total += step.Total * step.Examples;
        _fit += step.Fit * step.Examples;
        _divergence += step.Divergence;
        _examples += step.Examples;
        _steps++;
        foreach (var (name, mean) in step.Metrics)
        {
            var isCounted = step.Counted.TryGetValue(name, out var count);

            // A batch in which nothing counts has no mean.
            _metrics[name] = _metrics.GetValueOrDefault(name) + (isCounted && count == 0 ? 0 : mean * (isCounted ? count : step.Examples));
            if (isCounted)
                _counted[name] = _counted.GetValueOrDefault(name) + count;
        }
    }
}
