using BayesGen.Kernels;
using BayesGen.Reporting;
using BayesGen.Training;

namespace BayesGen.Mpi.Shards;

/// <summary>
/// The numbers of a shard under a sample of the weights as an array that can be summed over shards, and back: the fit, the residuals of
/// a noise that is learned, and under the last sample of a step three numbers for each metric.
/// </summary>
internal static class StepNumbers
{
    private const int OfMetric = 3;

    /// <summary>The numbers of a shard: means over its examples times its part of them.</summary>
    public static double[] Of(BatchFit fit, double part) => fit.Noise is not { Squared: var squared }
        ? [fit.Fit.Number() * part]
        : [fit.Fit.Number() * part, .. squared.detach().to(ScalarType.Float64, CPU).flatten().Numbers().Select(number => number * part)];

    /// <summary>A metric of a shard: its sum, what its examples count together, and whether that is another number than theirs.</summary>
    public static double[] Of(Metric metric, Tensor output, Tensor targets)
    {
        var (sum, count) = metric.Total(output, targets);
        return count is null ? [sum.Number(), 0, 0] : [sum.Number(), count.Number(), 1];
    }

    /// <summary>The mean fit of the batch, and its mean squared residuals.</summary>
    /// <param name="numbers">Those of all shards.</param>
    /// <param name="metrics">How many metrics stand behind them.</param>
    public static (Tensor Fit, Tensor? Residuals) Read(double[] numbers, int metrics) => (
        Scalar(numbers[0]),
        numbers.Length - OfMetric * metrics is > 1 and var end
            ? tensor(numbers[1..end], dtype: ScalarType.Float64, device: CPU)
            : null);

    /// <summary>The metrics of the batch.</summary>
    public static IReadOnlyList<(string Name, Tensor Sum, Tensor? Count)> Metrics(double[] numbers, IReadOnlyList<Metric> metrics)
    {
        var first = numbers.Length - OfMetric * metrics.Count;
        return [.. metrics.Select((metric, i) => (
            metric.Name, Scalar(numbers[first + OfMetric * i]),
            numbers[first + OfMetric * i + 2] > 0 ? Scalar(numbers[first + OfMetric * i + 1]) : null))];
    }

    private static Tensor Scalar(double number) => tensor(number, dtype: ScalarType.Float64, device: CPU);
}
