namespace BayesGen.Plots.Verdicts;

/// <summary>Which way the end of a curve goes, by a least-squares line through it.</summary>
/// <param name="Fall">How far the line falls over the end of the curve; negative where it rises.</param>
/// <param name="Range">The highest minus the lowest value of the whole curve.</param>
/// <param name="Signal">The slope over its standard error, positive where the line falls.</param>
internal readonly record struct Trend(double Fall, double Range, double Signal)
{
    /// <summary>The fewest points that a trend is read from.</summary>
    public const int Fewest = 5;

    /// <summary>The most points at the end that the line goes through.</summary>
    private const int Most = 30;

    /// <summary>Slopes below so many standard errors are noise: with three degrees of freedom 1 in 70 by chance.</summary>
    private const double Certain = 4;

    /// <summary>A change of less than this part of the whole course is none that is worth an epoch.</summary>
    private const double Worthwhile = 0.01;

    /// <summary>Whether the end falls by more than noise and by more than next to nothing.</summary>
    public bool IsFalling => Signal > Certain && Fall > Worthwhile * Range;

    /// <summary>Whether the end rises by more than noise and by more than next to nothing.</summary>
    public bool IsRising => Signal < -Certain && -Fall > Worthwhile * Range;

    /// <summary>The trend of the last third of a curve, of five points at least.</summary>
    /// <param name="values">The curve; finite, <see cref="Fewest"/> points or more.</param>
    public static Trend Of(IReadOnlyList<double> values)
    {
        var count = Math.Clamp(values.Count / 3, Fewest, Most);
        double[] end = [.. values.Skip(values.Count - count)];
        var (middle, mean) = ((count - 1) / 2.0, end.Average());
        var spread = Enumerable.Range(0, count).Sum(i => (i - middle) * (i - middle));
        var slope = end.Select((value, i) => (i - middle) * (value - mean)).Sum() / spread;
        var residual = end.Select((value, i) => value - mean - slope * (i - middle)).Sum(error => error * error);
        var standardError = Math.Sqrt(residual / (count - 2) / spread);
        // A level curve has neither a slope nor a residual.
        var signal = slope == 0 ? 0 : -slope / standardError;
        return new Trend(-slope * (count - 1), values.Max() - values.Min(), signal);
    }

    /// <summary>Means of three neighbors, so that one lucky epoch is not the best; at the ends of two.</summary>
    public static double[] Smooth(IReadOnlyList<double> values) =>
        [.. values.Select((_, i) => values.Skip(Math.Max(0, i - 1)).Take(i == 0 ? 2 : 3).Average())];

    /// <summary>The standard deviation of the noise in a curve, by the differences of its neighbors.</summary>
    public static double Noise(IReadOnlyList<double> values)
    {
        double[] steps = [.. values.Zip(values.Skip(1), (one, next) => next - one)];
        // The median of |a - b| of two normal numbers is 0.954 of their standard deviation; a fall at the beginning does not move it.
        return steps.Select(Math.Abs).Order().ElementAt(steps.Length / 2) / 0.954;
    }
}
