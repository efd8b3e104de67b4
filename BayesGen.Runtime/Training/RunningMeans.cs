namespace BayesGen;

/// <summary>Means over the examples of an epoch, whatever the batch split.</summary>
internal sealed class RunningMeans
{
    private readonly Dictionary<string, double> _metrics = [];
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

    public IReadOnlyDictionary<string, double> Metrics => _metrics.ToDictionary(metric => metric.Key, metric => metric.Value / _examples);

    public void Add(StepResult step)
    {
        _total += step.Total * step.Examples;
        _fit += step.Fit * step.Examples;
        _divergence += step.Divergence;
        _examples += step.Examples;
        _steps++;
        foreach (var (name, mean) in step.Metrics)
            _metrics[name] = _metrics.GetValueOrDefault(name) + mean * step.Examples;
    }
}
