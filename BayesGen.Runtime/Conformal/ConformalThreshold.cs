namespace BayesGen.Conformal;

/// <summary>The quantile of calibration scores with which one more score of the same kind is at most it, as often as was asked.</summary>
/// <remarks>
/// Of n + 1 exchangeable scores the last one is among the k smallest with probability k / (n + 1), or more where scores are equal. So the
/// threshold is the k-th smallest of n with k = ceil((n + 1) coverage), and infinite where k is n + 1. Over calibration sets the coverage
/// of a threshold is Beta(k, n + 1 - k) where no scores are equal. Vovk, Gammerman, Shafer, "Algorithmic Learning in a Random World",
/// 2005; Vovk, "Conditional Validity of Inductive Conformal Predictors", 2012.
/// <para>
/// Where an example has several scores, for its places, examples are exchangeable and their places are not: a sequence that lies too high
/// does so at each step. Each of the m_i scores of example i then counts 1 / m_i, so that an example counts 1 in all, and the threshold is
/// the smallest score up to which these weights add up to (n + 1) coverage, with n the number of examples. A score of one more example, at
/// a place chosen by chance, is at most it as often as was asked, whatever the places of an example have in common. With one score for
/// each example it is the threshold above. Lee, Barber, Willett, "Distribution-Free Inference with Hierarchical Data", 2023.
/// </para>
/// </remarks>
internal static class ConformalThreshold
{
    /// <summary>What the product of 0.95 and 20 may be above 19, and 19 sums of parts below it, so that 19 of 19 are enough.</summary>
    private const double Rounding = 1e-10;

    /// <summary>The threshold; infinite where there are too few examples.</summary>
    /// <param name="scores">Each with the example that it belongs to.</param>
    /// <param name="coverage">The coverage that is asked for.</param>
    public static double Of(IReadOnlyList<(int Example, double Score)> scores, double coverage)
    {
        var counts = scores.CountBy(one => one.Example).ToDictionary();
        var (asked, held) = (Asked(counts.Count, coverage), 0.0);
        foreach (var (example, score) in scores.OrderBy(one => one.Score))
        {
            held += 1.0 / counts[example];
            if (held >= asked)
                return score;
        }

        return double.PositiveInfinity;
    }

    /// <summary>How many examples a finite threshold needs at least.</summary>
    public static int Needed(double coverage) => (int)Math.Ceiling(coverage / (1 - coverage) * (1 - Rounding));

    /// <summary>
    /// The variance of the coverage that is seen on test examples, over calibration sets and test sets, where the method does
    /// just what it should: of a beta-binomial part. Where an example has several places it is the most that the variance can be, that of
    /// places which are held together.
    /// </summary>
    /// <param name="calibration">The number n of calibration examples.</param>
    /// <param name="test">The number of test examples.</param>
    /// <param name="coverage">The coverage that was asked for.</param>
    /// <returns>0 where the threshold is infinite.</returns>
    public static double CoverageVariance(int calibration, int test, double coverage)
    {
        double above = calibration + 1 - Rank(calibration, coverage), all = calibration + 1;
        return above * (all - above) * (all + test) / (test * all * all * (all + 1));
    }

    public static void RequireCoverage(double coverage, string parameter)
    {
        if (!(coverage > 0 && coverage < 1))
            throw new ArgumentOutOfRangeException(
                parameter, coverage, "The coverage is the part of targets to hold, above 0 and below 1: 0.9 for 90 %.");
    }

    private static int Rank(int count, double coverage) => Math.Max(1, (int)Math.Ceiling(Asked(count, coverage)));

    private static double Asked(int count, double coverage) => (count + 1) * coverage * (1 - Rounding);
}
