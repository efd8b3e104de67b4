namespace BayesGen.Prediction;

/// <summary>How good predictions of numbers are, and how honest their intervals. Pure functions over plain numbers.</summary>
public static class RegressionMetrics
{
    /// <summary>The root of the mean squared error over all examples and outputs, in units of the target.</summary>
    /// <param name="predictions">For each example a number for each output.</param>
    /// <param name="targets">The same for the targets.</param>
    public static double RootMeanSquaredError(IReadOnlyList<double[]> predictions, IReadOnlyList<double[]> targets)
    {
        RequireRows(predictions, targets);
        return Math.Sqrt(predictions.Zip(targets, (one, other) => one.Zip(other, (a, b) => (a - b) * (a - b)).Average()).Average());
    }

    /// <summary>The part of targets that lie in their interval, its ends included, over all examples and outputs, 0 to 1.</summary>
    /// <param name="lower">For each example the lower end for each output.</param>
    /// <param name="upper">The upper ends.</param>
    /// <param name="targets">The targets.</param>
    public static double Coverage(IReadOnlyList<double[]> lower, IReadOnlyList<double[]> upper, IReadOnlyList<double[]> targets)
    {
        RequireRows(lower, targets);
        RequireRows(upper, targets);
        return Enumerable.Range(0, targets.Count)
            .SelectMany(i => targets[i].Select((target, d) => lower[i][d] <= target && target <= upper[i][d] ? 1.0 : 0))
            .Average();
    }

    /// <summary>The mean width of intervals, in units of the target. Of two that cover alike the narrower is the better.</summary>
    /// <param name="lower">For each example the lower end for each output.</param>
    /// <param name="upper">The upper ends.</param>
    public static double MeanWidth(IReadOnlyList<double[]> lower, IReadOnlyList<double[]> upper)
    {
        RequireRows(lower, upper);
        return lower.Zip(upper, (one, other) => other.Zip(one, (high, low) => high - low).Average()).Average();
    }

    /// <summary>
    /// The mean pinball loss of a quantile, in units of the target: p (y - q) where the target lies above it, (1 - p) (q - y) below. The
    /// true quantile has the smallest expected one. Koenker, Bassett, "Regression Quantiles", 1978.
    /// </summary>
    /// <param name="quantiles">For each example the quantile that was predicted for each output.</param>
    /// <param name="targets">The targets.</param>
    /// <param name="p">Which quantile it is, above 0 and below 1.</param>
    public static double PinballLoss(IReadOnlyList<double[]> quantiles, IReadOnlyList<double[]> targets, double p)
    {
        RequireRows(quantiles, targets);
        if (!(p > 0 && p < 1))
            throw new ArgumentOutOfRangeException(nameof(p), p, "A quantile lies between the probabilities 0 and 1.");
        return quantiles.Zip(targets, (row, target) =>
            row.Zip(target, (q, y) => y >= q ? p * (y - q) : (1 - p) * (q - y)).Average()).Average();
    }

    /// <summary>
    /// The mean interval score, in units of the target: the width, and 2 / (1 - level) times the distance of a target that lies outside.
    /// Smaller is better; it rewards narrow intervals and punishes those that miss, so that neither is had for nothing.
    /// </summary>
    /// <remarks>Gneiting, Raftery, "Strictly Proper Scoring Rules, Prediction, and Estimation", 2007.</remarks>
    /// <param name="lower">For each example the lower end for each output.</param>
    /// <param name="upper">The upper ends.</param>
    /// <param name="targets">The targets.</param>
    /// <param name="level">The part of targets that the intervals should hold, above 0 and below 1.</param>
    public static double IntervalScore(
        IReadOnlyList<double[]> lower, IReadOnlyList<double[]> upper, IReadOnlyList<double[]> targets, double level)
    {
        RequireRows(lower, targets);
        RequireRows(upper, targets);
        if (!(level > 0 && level < 1))
            throw new ArgumentOutOfRangeException(nameof(level), level, "The level of an interval lies between 0 and 1.");
        return Enumerable.Range(0, targets.Count)
            .SelectMany(i => targets[i].Select((y, d) => upper[i][d] - lower[i][d]
                + 2 / (1 - level) * Math.Max(0, Math.Max(lower[i][d] - y, y - upper[i][d]))))
            .Average();
    }

    /// <summary>
    /// The numbers for which there is a target. Where some are missing each is a row of its own, so that all that are there count alike.
    /// </summary>
    /// <param name="rows">For each example a number for each output.</param>
    /// <param name="targets">The targets; NaN says that there is none.</param>
    internal static IReadOnlyList<double[]> Known(IReadOnlyList<double[]> rows, IReadOnlyList<double[]> targets) =>
        targets.Any(row => row.Any(double.IsNaN))
            ? [.. targets.SelectMany((row, i) =>
                row.Index().Where(cell => !double.IsNaN(cell.Item)).Select(cell => new[] { rows[i][cell.Index] }))]
            : rows;

    internal static void RequireRows(IReadOnlyList<double[]> numbers, IReadOnlyList<double[]> targets)
    {
        RequireShape(numbers, targets);
        AnswerCheck.RequireNumbers(numbers, "predictions", nameof(numbers));
        AnswerCheck.RequireNumbers(targets, "targets", nameof(targets));
    }

    /// <summary>The same of targets that may be NaN.</summary>
    internal static void RequireShape(IReadOnlyList<double[]> numbers, IReadOnlyList<double[]> targets)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        ArgumentNullException.ThrowIfNull(targets);
        if (numbers.Count != targets.Count || targets.Count == 0)
            throw new ArgumentException(
                $"There are {targets.Count} rows of targets for {numbers.Count} examples; expected one for each, and at least one.",
                nameof(targets));
        for (var i = 0; i < targets.Count; i++)
            if (numbers[i].Length != targets[i].Length || targets[i].Length == 0)
                throw new ArgumentException(
                    $"Example {i} has {targets[i].Length} targets for {numbers[i].Length} outputs; expected one for each.",
                    nameof(targets));
    }
}
