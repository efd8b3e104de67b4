using BayesGen.Kernels;
using BayesGen.Training;

namespace BayesGen.Mpi.Shards;

/// <summary>The numbers of a step as an array that can be summed over shards, and back.</summary>
/// <param name="like">The numbers of one shard, which say what there is.</param>
internal sealed class StepNumbers(StepSums like)
{
    private readonly (string Name, bool IsCounted)[] _metrics = [.. like.Metrics.Select(metric => (metric.Name, metric.Count is not null))];
    private readonly TorchSharp.Modules.Parameter? _logSigma = like.Noise?.LogSigma;
    private readonly (long[] Shape, ScalarType Dtype, Device Device)? _residuals =
        like.Noise is { Squared: var squared } ? (squared.shape, squared.dtype, squared.device) : null;

    /// <summary>How many there are.</summary>
    public int Count => 3 + _metrics.Length + _metrics.Count(metric => metric.IsCounted)
        + (_residuals is { Shape: var shape } ? (int)shape.Aggregate(1L, (all, one) => all * one) : 0);

    /// <summary>The numbers of a shard: means over its examples times its part of them, and sums.</summary>
    public static double[] Of(StepSums sums, double weight)
    {
        List<double> numbers = [sums.Fit.Number() * weight, sums.Divergence.Number() * weight, sums.Total.Number() * weight];
        numbers.AddRange(sums.Metrics.Select(metric => metric.Sum.Number()));
        numbers.AddRange(sums.Metrics.Select(metric => metric.Count).OfType<Tensor>().Select(count => count.Number()));
        if (sums.Noise is { Squared: var squared })
            numbers.AddRange(squared.detach().to(ScalarType.Float64, CPU).flatten().Numbers().Select(number => number * weight));
        return [.. numbers];
    }

    /// <summary>The numbers of all shards as those of a step.</summary>
    public StepSums Read(double[] numbers)
    {
        var counted = 3 + _metrics.Length;
        var metrics = new List<(string Name, Tensor Sum, Tensor? Count)>();
        for (var i = 0; i < _metrics.Length; i++)
            metrics.Add((_metrics[i].Name, Scalar(numbers[3 + i]), _metrics[i].IsCounted ? Scalar(numbers[counted++]) : null));
        NoiseResiduals? noise = null;
        if (_residuals is var (shape, dtype, device))
            noise = new NoiseResiduals(
                _logSigma!, tensor(numbers[counted..], dtype: ScalarType.Float64, device: CPU).to(dtype, device).reshape(shape));
        return new StepSums(Scalar(numbers[0]), Scalar(numbers[1]), Scalar(numbers[2]), metrics, noise);
    }

    private static Tensor Scalar(double number) => tensor(number, dtype: ScalarType.Float64, device: CPU);
}
