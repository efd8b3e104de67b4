using System.Diagnostics.Metrics;
using BayesGen.Prediction;

namespace ServingSample;

/// <summary>
/// What a service of predictions should be watched by, beside what ASP.NET measures of every request. A rising mutual information says that
/// the inputs are no longer those of the training.
/// </summary>
public sealed class ServingMetrics
{
    public const string MeterName = "BayesGen.Serving";

    private readonly Histogram<double> _duration;
    private readonly Counter<long> _examples;
    private readonly Counter<long> _refused;
    private readonly Histogram<double> _entropy;
    private readonly Histogram<double> _mutualInformation;

    public ServingMetrics(IMeterFactory meters, PredictionPool pool)
    {
        var meter = meters.Create(MeterName);
        var seconds = new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
        };
        var nats = new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 2.303] };
        _duration = meter.CreateHistogram(
            "bayesgen.serving.prediction.duration", "s", "Time to an answer, waiting included.", null, seconds);
        _examples = meter.CreateCounter<long>("bayesgen.serving.examples", "{example}", "Examples that were answered.");
        _refused = meter.CreateCounter<long>("bayesgen.serving.refused", "{request}", "Requests that were refused, by status.");
        _entropy = meter.CreateHistogram("bayesgen.serving.entropy", "{nat}", "Predictive entropy of each example.", null, nats);
        _mutualInformation = meter.CreateHistogram(
            "bayesgen.serving.mutual_information", "{nat}", "Mutual information of class and weights of each example.", null, nats);
        meter.CreateObservableUpDownCounter("bayesgen.serving.waiting", () => pool.Waiting, "{request}", "Requests that wait for a turn.");
    }

    public void Answered(ClassPrediction prediction, TimeSpan duration)
    {
        _duration.Record(duration.TotalSeconds);
        _examples.Add(prediction.Count);
        for (var i = 0; i < prediction.Count; i++)
        {
            _entropy.Record(prediction.Entropy[i]);
            _mutualInformation.Record(prediction.MutualInformation[i]);
        }
    }

    public void Refused(int status) => _refused.Add(1, new KeyValuePair<string, object?>("http.response.status_code", status));
}
