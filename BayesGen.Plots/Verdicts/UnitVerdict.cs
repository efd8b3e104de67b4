using static System.FormattableString;

namespace BayesGen.Plots.Verdicts;

/// <summary>Whether a training still takes units away.</summary>
internal static class UnitVerdict
{
    /// <param name="course">
    /// The units of all layers that pruning would keep, and all of them: before the training, then after each epoch.
    /// </param>
    public static Verdict? Of(IReadOnlyList<(long Kept, long All)> course)
    {
        if (course.Count < Trend.Fewest || course[^1].All == 0)
            return null;
        var numbers = Invariant($"{course[^1].Kept:N0} of {course[^1].All:N0} units are left.");
        if (Trend.Of([.. course.Select(point => (double)point.Kept)]).IsFalling)
            return new Verdict(VerdictKind.Watch, "Units are still going: train longer.", numbers + " More epochs will take more of them.");
        return course[^1].Kept == course[^1].All
            ? new Verdict(
                VerdictKind.Watch, "No unit goes.",
                numbers + " Train longer, raise beta, or take a family that drops units, such as GroupArd.")
            : new Verdict(VerdictKind.Good, "The units that go have gone.", numbers);
    }
}
