namespace BayesGen.Prediction;

/// <summary>Refuses answers that are NaN: NaN has a largest element, so it would pass for class 0.</summary>
internal static class AnswerCheck
{
    private const int Named = 10;

    /// <summary>What rounding to seven digits may take from a sum of many probabilities.</summary>
    private const double Slack = 1e-3;

    /// <summary>Checks the answers for the examples of a batch.</summary>
    /// <param name="answers">For each example its numbers.</param>
    /// <param name="first">The number of the first of these examples in the whole prediction.</param>
    /// <param name="inputs">What the network was asked, or null where it is not known.</param>
    /// <param name="places">The number of answers of an example, one after the other.</param>
    /// <exception cref="ArgumentException">An answer is not finite, and neither are the inputs of the example.</exception>
    /// <exception cref="InvalidOperationException">An answer is not finite though the inputs of the example are.</exception>
    public static void Require(IReadOnlyList<double[]> answers, int first, Tensor? inputs, int places = 1)
    {
        if (BadRows(answers).Select(row => row / places).Distinct().ToList() is not { Count: > 0 } bad)
            return;
        var blamed = bad.Where(row => inputs is not null && !IsFinite(inputs, row)).ToList();
        if (blamed.Count > 0)
            throw new ArgumentException(
                $"The inputs of {Examples(blamed, first)} hold NaN or infinite numbers, so there is no answer for them: leave them out, "
                + "or fill in what is missing.", nameof(inputs));
        throw new InvalidOperationException(
            $"The network answers NaN or infinite numbers for {Examples(bad, first)}. Where it does so for all examples its weights are no "
            + "numbers any more, or its outputs too large: look at the notices of the training, and load weights that were good.");
    }

    /// <summary>Checks numbers that metrics are given.</summary>
    /// <exception cref="ArgumentException">One is NaN.</exception>
    public static void RequireNumbers(IReadOnlyList<double[]> numbers, string what, string parameter)
    {
        List<int> bad = [.. Enumerable.Range(0, numbers.Count).Where(i => numbers[i].Any(double.IsNaN))];
        if (bad.Count > 0)
            throw new ArgumentException(
                $"The {what} of {Examples(bad, 0)} are NaN, so they are neither right nor wrong: leave them out.", parameter);
    }

    /// <summary>Checks that a prediction is one of so many classes and holds probabilities.</summary>
    /// <exception cref="ArgumentException">It is not, or one is NaN or not between 0 and 1.</exception>
    public static void RequireClasses(IReadOnlyList<double[]> probabilities, int classes, string whose)
    {
        for (var i = 0; i < probabilities.Count; i++)
        {
            var row = probabilities[i];
            if (row.Length != classes)
                throw new ArgumentException(
                    $"{whose} are for {classes} classes, and example {i} of the prediction has {row.Length}.", nameof(probabilities));
            RequireProbabilities(row, i);
        }
    }

    /// <summary>Checks that the numbers of an example are probabilities.</summary>
    /// <exception cref="ArgumentException">One is NaN or not between 0 and 1, or their sum is not 1.</exception>
    public static void RequireProbabilities(double[] probabilities, int example)
    {
        var sum = 0.0;
        foreach (var p in probabilities)
            sum = p >= 0 && p <= 1 + Slack ? sum + p : double.NaN;
        if (!(Math.Abs(sum - 1) <= Slack))
            throw new ArgumentException(
                $"Example {example} has no probabilities: they are NaN, negative, or do not add up to 1. Of logits take the softmax first.",
                nameof(probabilities));
    }

    private static List<int> BadRows(IReadOnlyList<double[]> answers) =>
        [.. Enumerable.Range(0, answers.Count).Where(i => answers[i].Any(number => !double.IsFinite(number)))];

    private static bool IsFinite(Tensor inputs, int row)
    {
        using var scope = NewDisposeScope();
        return !inputs.is_floating_point() || inputs[row].isfinite().all().item<bool>();
    }

    private static string Examples(List<int> rows, int first)
    {
        var names = string.Join(", ", rows.Take(Named).Select(row => row + first));
        return rows.Count switch
        {
            1 => $"example {names}",
            <= Named => $"examples {names}",
            _ => $"examples {names} and {rows.Count - Named} more",
        };
    }
}
