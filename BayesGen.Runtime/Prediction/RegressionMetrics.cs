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

    internal static void RequireRows(IReadOnlyList<double[]> numbers, IReadOnlyList<double[]> targets)
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
        AnswerCheck.RequireNumbers(numbers, "predictions", nameof(numbers));
        AnswerCheck.RequireNumbers(targets, "targets", nameof(targets));
    }
}
