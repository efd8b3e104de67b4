using BayesGen.Data;
using static TorchSharp.torch;

namespace ForecastSample;

/// <summary>A series, and windows of it: the last <see cref="Window"/> values, and the one that came next.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Values">Its values, in order.</param>
public sealed record Series(string Name, double[] Values)
{
    /// <summary>How far back a forecast looks.</summary>
    public const int Window = 24;

    private const int Length = 6_000;

    /// <summary>Five series that the sample draws itself, by seeds: each has another shape, and noise of another kind.</summary>
    public static IReadOnlyList<Series> BuiltIn(int seed) =>
    [
        new("wave", Draw(seed, (t, _, noise) => Math.Sin(0.26 * t) + 0.3 * Math.Sin(0.7 * t) + 0.2 * noise)),
        new("autoregression", Draw(seed + 1, (_, past, noise) => 0.6 * past[^1] + 0.25 * past[^2] + 0.5 * noise)),
        new("week", Draw(seed + 2, (t, past, noise) => (t % 7 < 5 ? 1.5 : 0.2) + 0.4 * past[^1] + 0.25 * noise)),
        new("restless wave", Draw(seed + 3, (t, _, noise) => Math.Sin(0.2 * t) + (0.12 + 0.3 * Math.Pow(Math.Sin(0.1 * t), 2)) * noise)),
        new("threshold", Draw(seed + 4, (_, past, noise) => (past[^1] > 0 ? -0.6 : 0.8) * past[^1] + 0.4 + 0.35 * noise)),
    ];

    /// <summary>Windows and what came next, from one value up to another.</summary>
    /// <param name="from">The part of the series where the first target lies, from 0 to 1.</param>
    /// <param name="to">The part where the last one lies.</param>
    /// <returns>Inputs [N, 24, 1] and targets [N, 1].</returns>
    public TensorDataSet Part(double from, double to)
    {
        var first = Math.Max(Window, (int)(from * Values.Length));
        var count = (int)(to * Values.Length) - first;
        float[] inputs =
            [.. Enumerable.Range(first, count).SelectMany(t => Values[(t - Window)..t].Select(value => (float)value))];
        float[] targets = [.. Enumerable.Range(first, count).Select(t => (float)Values[t])];
        return new TensorDataSet(tensor(inputs, [count, Window, 1], device: CPU), tensor(targets, [count, 1], device: CPU));
    }

    private static double[] Draw(int seed, Func<int, List<double>, double, double> next)
    {
        var random = new Random(seed);
        var values = new List<double> { 0, 0 };
        for (var t = 0; t < Length; t++)
            values.Add(next(t, values, Normal(random)));
        return [.. values];
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
