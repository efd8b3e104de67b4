namespace BayesGen.Conformal;

/// <summary>The quantile of calibration scores with which one more score of the same kind is at most it, as often as was asked.</summary>
/// <remarks>
/// Of n + 1 exchangeable scores the last one is among the k smallest with probability k / (n + 1), or more where scores are equal. So the
/// threshold is the k-th smallest of n with k = ceil((n + 1) coverage), and infinite where k is n + 1. Over calibration sets the coverage
/// of a threshold is Beta(k, n + 1 - k) where no scores are equal. Vovk, Gammerman, Shafer, "Algorithmic Learning in a Random World",
/// 2005; Vovk, "Conditional Validity of Inductive Conformal Predictors", 2012.
/// </remarks>
internal static class ConformalThreshold
{
    /// <summary>What the product of 0.95 and 20 may be above 19, so that 19 of 19 are enough.</summary>
    private const double Rounding = 1e-12;

    /// <summary>The threshold; infinite where there are too few scores.</summary>
    public static double Of(IReadOnlyList<double> scores, double coverage)
    {
        var rank = Rank(scores.Count, coverage);
        return rank > scores.Count ? double.PositiveInfinity : scores.Order().ElementAt(rank - 1);
    }

    /// <summary>How many scores a finite threshold needs at least.</summary>
    public static int Needed(double coverage) => (int)Math.Ceiling(coverage / (1 - coverage) * (1 - Rounding));

    /// <summary>
    /// The variance of the coverage that is seen on test examples, over calibration sets and test sets, where the method does
    /// just what it should: of a beta-binomial part.
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

    private static int Rank(int count, double coverage) => Math.Max(1, (int)Math.Ceiling((count + 1) * coverage * (1 - Rounding)));
}
