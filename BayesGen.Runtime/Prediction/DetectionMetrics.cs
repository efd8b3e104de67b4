namespace BayesGen.Prediction;

/// <summary>
/// How well a score tells examples from outside the training distribution from those inside, where a higher score means outside. Pure
/// functions over plain numbers.
/// </summary>
/// <remarks>
/// Hendrycks, Gimpel, "A Baseline for Detecting Misclassified and Out-of-Distribution Examples in Neural Networks", 2017.
/// </remarks>
public static class DetectionMetrics
{
    /// <summary>
    /// The area under the ROC curve: the probability that an example from outside scores higher than one from inside, equal scores
    /// counting half. 1 is perfect, 0.5 no better than chance. Exact, from the ranks (Mann and Whitney 1947).
    /// </summary>
    /// <param name="inside">The scores of examples from inside, at least one.</param>
    /// <param name="outside">The scores of examples from outside, at least one.</param>
    /// <exception cref="ArgumentException">A list is empty, or a score is NaN.</exception>
    public static double Auroc(IReadOnlyList<double> inside, IReadOnlyList<double> outside)
    {
        Require(inside, nameof(inside));
        Require(outside, nameof(outside));
        var all = inside.Select(score => (Score: score, IsOutside: false))
            .Concat(outside.Select(score => (Score: score, IsOutside: true)))
            .OrderBy(example => example.Score)
            .ToList();
        double wins = 0;
        long insideBelow = 0;
        for (var first = 0; first < all.Count;)
        {
            // A run of equal scores: each of its pairs counts half.
            long tiedInside = 0, tiedOutside = 0;
            var next = first;
            for (; next < all.Count && all[next].Score == all[first].Score; next++)
                _ = all[next].IsOutside ? tiedOutside++ : tiedInside++;
            wins += tiedOutside * (insideBelow + 0.5 * tiedInside);
            insideBelow += tiedInside;
            first = next;
        }

        return wins / ((double)inside.Count * outside.Count);
    }

    /// <summary>
    /// The part of the examples from outside that is let in by the lowest threshold that lets in at least the given part of those from
    /// inside. With 0.95 it is known as FPR95, where being inside is the positive answer.
    /// </summary>
    /// <param name="inside">The scores of examples from inside, at least one.</param>
    /// <param name="outside">The scores of examples from outside, at least one.</param>
    /// <param name="truePositiveRate">The part from inside that has to pass, above 0 and up to 1.</param>
    /// <returns>0 (perfect) to 1.</returns>
    /// <exception cref="ArgumentException">A list is empty, or a score is NaN.</exception>
    public static double FalsePositiveRate(IReadOnlyList<double> inside, IReadOnlyList<double> outside, double truePositiveRate = 0.95)
    {
        Require(inside, nameof(inside));
        Require(outside, nameof(outside));
        if (!(truePositiveRate > 0 && truePositiveRate <= 1))
            throw new ArgumentOutOfRangeException(
                nameof(truePositiveRate), truePositiveRate, "The part that has to pass lies above 0 and up to 1.");
        // The product of 0.95 and 20 is 19 and not a little more, so that 19 of 20 are enough.
        var passing = (int)Math.Ceiling(truePositiveRate * inside.Count * (1 - 1e-12));
        var threshold = inside.Order().ElementAt(passing - 1);
        return outside.Count(score => score <= threshold) / (double)outside.Count;
    }

    private static void Require(IReadOnlyList<double> scores, string name)
    {
        ArgumentNullException.ThrowIfNull(scores, name);
        if (scores.Count == 0)
            throw new ArgumentException("Telling apart needs at least one example from inside and one from outside.", name);
        if (scores.Any(double.IsNaN))
            throw new ArgumentException("A score is NaN, so it cannot be ranked: look at the network's outputs.", name);
    }
}
