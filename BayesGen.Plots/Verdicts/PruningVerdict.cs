using static System.FormattableString;

namespace BayesGen.Plots.Verdicts;

/// <summary>How many weights can go, and whether the threshold that was chosen is a good one.</summary>
internal static class PruningVerdict
{
    /// <summary>An accuracy that is lost and that nobody misses.</summary>
    private const double Small = 0.005;

    /// <param name="points">The parts kept with accuracy and threshold, in rising order of the part kept.</param>
    /// <param name="reference">The accuracy without pruning; null takes that of the most weights kept.</param>
    /// <param name="examples">The examples that accuracy is measured on.</param>
    /// <param name="chosen">The index of the point that was chosen, or -1.</param>
    public static Verdict Of(
        IReadOnlyList<(double Kept, double Accuracy, string Threshold)> points, double? reference, long examples, int chosen)
    {
        var level = reference is { } known && double.IsFinite(known) ? known : points[^1].Accuracy;
        // Within a standard error of the accuracy nothing has been lost that could be measured.
        var tolerance = Math.Max(Small, Math.Sqrt(level * (1 - level) / Math.Max(1, examples)));
        var free = Enumerable.Range(0, points.Count).FirstOrDefault(i => points[i].Accuracy >= level - tolerance, -1);
        if (free < 0)
            return new Verdict(
                VerdictKind.Watch, "Every threshold costs accuracy.",
                Invariant($"Without pruning it is {Percent(level)}, at the mildest threshold {Percent(points[^1].Accuracy)}. ")
                    + "Try lower thresholds, or train longer so that more weights become noise.");
        var possible = Invariant($"threshold {points[free].Threshold} keeps {Percent(points[free].Kept)} of the weights at an accuracy of {Percent(points[free].Accuracy)}, ")
            + Invariant($"where the whole network has {Percent(level)}");
        if (chosen >= 0 && points[chosen].Accuracy < level - tolerance)
            return new Verdict(
                VerdictKind.Watch, "The chosen threshold costs accuracy.",
                Invariant($"At {points[chosen].Threshold} it is {Percent(points[chosen].Accuracy)}; {possible}."));
        if (chosen > free && points[chosen].Kept - points[free].Kept > 0.01)
            return new Verdict(
                VerdictKind.Watch, "More can be pruned.",
                Invariant($"The chosen threshold keeps {Percent(points[chosen].Kept)}; {possible}."));
        if (free == 0 && points.Count > 1)
            return new Verdict(
                VerdictKind.Good, "Even the highest threshold costs next to nothing.",
                $"{Capital(possible)}. Try higher ones.");
        return points[free].Kept > 0.9
            ? new Verdict(
                VerdictKind.Watch, "Little can be pruned.",
                $"{Capital(possible)}. Train longer, or take a family that prunes: LogUniform, SparseDropout or a group family.")
            : new Verdict(VerdictKind.Good, Invariant($"{Percent(1 - points[free].Kept)} of the weights can go."), $"{Capital(possible)}.");
    }

    private static string Percent(double part) => Panel.PerCent(part);

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
