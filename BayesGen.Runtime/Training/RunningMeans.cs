using BayesGen.Reporting;
using BayesGen.Serialization;

namespace BayesGen.Training;

/// <summary>Means over the examples of an epoch, whatever the batch split.</summary>
internal sealed class RunningMeans
{
    private const string MetricPrefix = "epoch.metric.";
    private const string CountedPrefix = "epoch.counted.";

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

    /// <summary>Writes the sums down, bit by bit.</summary>
    public void Save(CheckpointContent content)
    {
        content.Put("epoch.total", _total);
        content.Put("epoch.fit", _fit);
        content.Put("epoch.divergence", _divergence);
        content.Put("epoch.examples", _examples);
        content.Put("epoch.steps", _steps);
        foreach (var (name, sum) in _metrics)
            content.Put(MetricPrefix + name, sum);
        foreach (var (name, count) in _counted)
            content.Put(CountedPrefix + name, count);
    }

    /// <summary>Continues from sums that were written down.</summary>
    public void Load(CheckpointContent content)
    {
        _total = content.Number("epoch.total");
        _fit = content.Number("epoch.fit");
        _divergence = content.Number("epoch.divergence");
        _examples = content.Integer("epoch.examples", 0, long.MaxValue);
        _steps = content.Integer("epoch.steps", 0, long.MaxValue);
        foreach (var name in content.Under(MetricPrefix).Keys)
            _metrics[name] = content.Number(MetricPrefix + name);
        foreach (var name in content.Under(CountedPrefix).Keys)
            _counted[name] = content.Number(CountedPrefix + name);
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
