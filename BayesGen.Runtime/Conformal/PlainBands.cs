using BayesGen.Prediction;

namespace BayesGen.Conformal;

/// <summary>The intervals that calibration starts from, and the unit in which it widens them.</summary>
/// <remarks>
/// With ends l and u and unit s, a target y scores max(l - y, y - u) / s, and a threshold q makes of it [l - q s, u + q s]. Of counts it is
/// the first and the last count in there, which leaves coverage as it is.
/// </remarks>
internal sealed class PlainBands
{
    private readonly IReadOnlyList<double[]> _lower;
    private readonly IReadOnlyList<double[]> _upper;
    private readonly Func<int, int, double> _unit;
    private readonly bool _areCounts;

    private PlainBands(
        RegressionPrediction prediction, IReadOnlyList<double[]> lower, IReadOnlyList<double[]> upper, Func<int, int, double> unit) =>
        (_areCounts, _lower, _upper, _unit) = (prediction.AreCounts, lower, upper, unit);

    public static PlainBands Of(RegressionPrediction prediction, ConformalIntervalOptions options)
    {
        switch (options.Method)
        {
            case IntervalMethod.Absolute:
                return new PlainBands(prediction, prediction.Mean, prediction.Mean, (_, _) => 1);
            case IntervalMethod.Normalized:
                return new PlainBands(
                    prediction, prediction.Mean, prediction.Mean, (example, d) => Math.Sqrt(prediction.Variance[example][d]));
        }

        var (_, lower, upper) = prediction.CentralInterval(options.Coverage);
        return new PlainBands(
            prediction, lower, upper,
            options.Method == IntervalMethod.Quantile ? (_, _) => 1 : (example, d) => upper[example][d] - lower[example][d]);
    }

    /// <summary>How far a target lies outside; negative inside.</summary>
    public double Score(int example, int output, double target)
    {
        var outside = Math.Max(_lower[example][output] - target, target - _upper[example][output]);
        // Without any width a target is met exactly, or no factor reaches it.
        return outside == 0 ? 0 : outside / _unit(example, output);
    }

    /// <summary>The interval whose ends are moved out by a threshold. Ends that would cross meet in the middle.</summary>
    public (double Lower, double Upper) Widened(int example, int output, double threshold)
    {
        if (double.IsPositiveInfinity(threshold))
            return (_areCounts ? 0 : double.NegativeInfinity, double.PositiveInfinity);
        var (lower, upper) = (_lower[example][output], _upper[example][output]);
        var width = threshold * _unit(example, output);
        // A target whose score is the threshold lies in the interval, whichever way its end is rounded.
        var rounding = Math.ScaleB(Math.Max(Math.Max(Math.Abs(lower), Math.Abs(upper)), Math.Abs(width)), -50);
        (lower, upper) = (lower - width - rounding, upper + width + rounding);
        if (lower > upper)
            lower = upper = (lower + upper) / 2;
        return _areCounts ? Counts(lower, upper) : (lower, upper);
    }

    /// <summary>The first and the last count of an interval; where it holds none, the counts around it.</summary>
    private static (double Lower, double Upper) Counts(double lower, double upper)
    {
        var (first, last) = (Math.Ceiling(lower), Math.Floor(upper));
        return first <= last ? (Math.Max(0, first), Math.Max(0, last)) : (Math.Max(0, last), Math.Max(0, first));
    }
}
