using static System.FormattableString;

namespace BayesGen.Plots.Verdicts;

/// <summary>Whether as many points lie in a band as it says.</summary>
internal static class CoverageVerdict
{
    /// <summary>Fewer points than this say little.</summary>
    private const int Fewest = 20;

    /// <summary>A difference of coverage that nobody would act on.</summary>
    private const double Small = 0.03;

    public static Verdict Of(int inside, int all, double level)
    {
        if (all < Fewest)
            return new Verdict(
                VerdictKind.Unclear, "Too few points to judge.",
                Invariant($"{all} lie where the band is drawn; {Fewest} or more show whether it is right."));
        var coverage = (double)inside / all;
        var numbers = Invariant($"{inside:N0} of {all:N0} points ({coverage * 100:F1} %) lie in the band, which should hold {level * 100:0.#} %.");
        // Two standard errors of the part that a band of this level holds.
        var tolerance = Math.Max(Small, 2 * Math.Sqrt(level * (1 - level) / all));
        if (coverage < level - tolerance)
            return new Verdict(
                VerdictKind.Problem, "Over-confident: the band is too narrow.",
                numbers + " Learn the noise (FitLoss.LearnedGaussian), train longer, or calibrate the intervals (conformal prediction).");
        return coverage > level + tolerance
            ? new Verdict(
                VerdictKind.Watch, "Under-confident: the band is too wide.",
                numbers + " Train longer, lower beta or the scale of the prior, or calibrate the intervals (conformal prediction).")
            : new Verdict(VerdictKind.Good, "The band holds what it promises.", numbers);
    }
}
