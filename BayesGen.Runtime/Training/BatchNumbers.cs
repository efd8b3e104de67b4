namespace BayesGen.Training;

/// <summary>What an evaluation measured of one batch.</summary>
/// <param name="Number">Which batch of the data it is, from 0.</param>
/// <param name="Examples">The number of its examples.</param>
/// <param name="Fit">The sum of its fit losses.</param>
/// <param name="Metrics">The sum of each metric, and what it counts.</param>
/// <param name="FitOfSamples">Under each sample of the weights its part of the mean sum of fit losses.</param>
internal sealed record BatchNumbers(
    long Number, long Examples, double Fit, IReadOnlyList<(double Sum, double Count)> Metrics, List<double> FitOfSamples)
{
    /// <summary>The same as numbers alone, for another process.</summary>
    public IEnumerable<double> Written() =>
        [Number, Examples, Fit, Metrics.Count, .. Metrics.SelectMany(metric => (double[])[metric.Sum, metric.Count]),
            FitOfSamples.Count, .. FitOfSamples];

    /// <summary>The batches that a process has written.</summary>
    public static IEnumerable<BatchNumbers> Read(double[] numbers)
    {
        for (var at = 0; at < numbers.Length;)
        {
            var metrics = (int)numbers[at + 3];
            var samples = at + 4 + 2 * metrics;
            yield return new BatchNumbers(
                (long)numbers[at], (long)numbers[at + 1], numbers[at + 2],
                [.. Enumerable.Range(0, metrics).Select(i => (numbers[at + 4 + 2 * i], numbers[at + 5 + 2 * i]))],
                [.. numbers.AsSpan(samples + 1, (int)numbers[samples])]);
            at = samples + 1 + (int)numbers[samples];
        }
    }
}
