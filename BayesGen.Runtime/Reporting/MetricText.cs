using System.Globalization;

namespace BayesGen.Reporting;

/// <summary>Metrics in a line of text.</summary>
internal static class MetricText
{
    /// <summary>Name and value of each, a separator before each.</summary>
    public static string Of(IReadOnlyDictionary<string, double> metrics, string separator) => string.Concat(metrics.Select(metric =>
        string.Create(CultureInfo.InvariantCulture, $"{separator}{metric.Key} {metric.Value:F4}")));
}
