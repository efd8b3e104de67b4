using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace BayesGen.Benchmarks.Speed;

/// <summary>Times of several variants, taken in turn, so that a machine that slows down slows all of them.</summary>
internal static class Medians
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1.5);

    /// <summary>The median over repetitions of what a variant takes, in milliseconds a step.</summary>
    /// <param name="rounds">The times of <see cref="Rounds"/>.</param>
    /// <param name="variant">The index of the variant.</param>
    public static double Milliseconds(IReadOnlyList<double[]> rounds, int variant) => Median(rounds.Select(round => round[variant]));

    /// <summary>The median over repetitions of how many times as long one variant takes as another.</summary>
    /// <param name="rounds">The times of <see cref="Rounds"/>.</param>
    /// <param name="variant">The index of the one.</param>
    /// <param name="other">The index of the other.</param>
    public static double Ratio(IReadOnlyList<double[]> rounds, int variant, int other) =>
        Median(rounds.Select(round => round[variant] / round[other]));

    /// <summary>Milliseconds of a step for each variant, one repetition after another.</summary>
    public static IReadOnlyList<double[]> Rounds(
        IReadOnlyList<TrainingVariant> variants, (Tensor Inputs, Tensor Targets)[] batches, int repetitions)
    {
        // The run time compiles what is called often a second time, in the background: a variant is warm after a second, not after a step.
        foreach (var variant in variants)
            for (var clock = Stopwatch.StartNew(); clock.Elapsed < WarmUp;)
                variant.Time(batches);
        return [.. Enumerable.Range(0, repetitions).Select(_ => variants.Select(variant => variant.Time(batches)).ToArray())];
    }

    public static double Median(IEnumerable<double> numbers)
    {
        double[] sorted = [.. numbers.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Batches of random images; what is in them does not change the time.</summary>
    public static (Tensor Inputs, Tensor Targets)[] Batches(int size, int steps, Device device) =>
        [.. Enumerable.Range(0, steps).Select(_ => (
            rand([size, 1, 28, 28], dtype: ScalarType.Float32, device: device),
            randint(10, [size], dtype: ScalarType.Int64, device: device)))];
}
