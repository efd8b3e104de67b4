namespace BayesGen.Prediction;

/// <summary>
/// How well a score ranks examples that are something above those that are not, whatever the threshold. Pure functions over plain numbers.
/// </summary>
public static class RankingMetrics
{
    /// <summary>
    /// The area under the ROC curve: the probability that a positive example scores higher than a negative one, equal scores counting half.
    /// 1 is perfect, 0.5 no better than chance.
    /// </summary>
    /// <param name="scores">The score of each example, higher for those that seem positive.</param>
    /// <param name="isPositive">Whether it is.</param>
    /// <exception cref="ArgumentException">All examples are of one kind, the lists differ in length, or a score is NaN.</exception>
    public static double Auroc(IReadOnlyList<double> scores, IReadOnlyList<bool> isPositive)
    {
        Require(scores, isPositive);
        return DetectionMetrics.Auroc(Of(false), Of(true));

        List<double> Of(bool kind) => [.. scores.Where((_, i) => isPositive[i] == kind)];
    }

    /// <summary>
    /// The area under the precision-recall curve as average precision: the sum over the distinct scores, from the highest down, of the
    /// precision at that threshold times the recall that it adds. It tells rare positives where the ROC curve looks good whatever one
    /// does; chance is the part of positives.
    /// </summary>
    /// <remarks>
    /// The curve is a step function here: a straight line between its points promises too much (Davis, Goadrich, "The Relationship Between
    /// Precision-Recall and ROC Curves", 2006).
    /// </remarks>
    /// <param name="scores">The score of each example, higher for those that seem positive.</param>
    /// <param name="isPositive">Whether it is.</param>
    /// <exception cref="ArgumentException">All examples are of one kind, the lists differ in length, or a score is NaN.</exception>
    public static double AveragePrecision(IReadOnlyList<double> scores, IReadOnlyList<bool> isPositive)
    {
        Require(scores, isPositive);
        var positives = isPositive.Count(positive => positive);
        var (area, seen, found) = (0.0, 0, 0);
        foreach (var tied in scores.Zip(isPositive).GroupBy(example => example.First).OrderByDescending(group => group.Key))
        {
            var added = tied.Count(example => example.Second);
            (seen, found) = (seen + tied.Count(), found + added);
            area += (double)found / seen * added / positives;
        }

        return area;
    }

    private static void Require(IReadOnlyList<double> scores, IReadOnlyList<bool> isPositive)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(isPositive);
        if (scores.Count != isPositive.Count)
            throw new ArgumentException($"There are {scores.Count} scores for {isPositive.Count} examples.", nameof(isPositive));
        if (isPositive.Distinct().Count() < 2)
            throw new ArgumentException(
                $"A ranking needs examples of both kinds, and all {isPositive.Count} are "
                + $"{(isPositive.Any(positive => positive) ? "positive" : "negative")}.", nameof(isPositive));
        for (var i = 0; i < scores.Count; i++)
            if (double.IsNaN(scores[i]))
                throw new ArgumentException($"The score of example {i} is NaN, so it cannot be ranked.", nameof(scores));
    }
}
