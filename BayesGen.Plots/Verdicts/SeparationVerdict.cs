using static System.FormattableString;

namespace BayesGen.Plots.Verdicts;

/// <summary>Whether a network is less sure of what it has never seen, by the area under the ROC curve of the entropy.</summary>
/// <remarks>
/// The area is the probability that an example from outside has the higher entropy, ties by half: Mann and Whitney's U over the pairs.
/// D. Hendrycks, K. Gimpel, "A Baseline for Detecting Misclassified and Out-of-Distribution Examples", ICLR 2017, arXiv:1610.02136.
/// </remarks>
internal static class SeparationVerdict
{
    public static Verdict Of(IReadOnlyList<double> inside, IReadOnlyList<double> outside, string inName, string outName)
    {
        var area = Area(inside, outside);
        var numbers = Invariant($"In {area * 100:F0} % of random pairs the example of {outName} has the higher entropy (AUROC {area:F3}; 0.5 is chance).");
        return area switch
        {
            >= 0.95 => new Verdict(
                VerdictKind.Good, "It notices what it has not seen.", numbers + " A limit on the entropy sorts most of it out."),
            >= 0.8 => new Verdict(
                VerdictKind.Watch, "It notices most of what it has not seen.", numbers + " A limit on the entropy lets some of it pass."),
            >= 0.55 => new Verdict(
                VerdictKind.Watch, "It hardly notices what it has not seen.",
                numbers + $" Do not rely on the entropy to find {outName}; try the mutual information, more draws or an ensemble."),
            _ => new Verdict(
                VerdictKind.Problem, "It does not notice what it has not seen.",
                numbers + $" It is as sure of {outName} as of {inName}: the entropy cannot tell them apart."),
        };
    }

    internal static double Area(IReadOnlyList<double> inside, IReadOnlyList<double> outside)
    {
        double[] sorted = [.. inside.Order()];
        var wins = outside.Sum(value => (First(sorted, value) + (double)First(sorted, Math.BitIncrement(value))) / 2);
        return wins / inside.Count / outside.Count;
    }

    /// <summary>The number of values below one.</summary>
    private static int First(double[] sorted, double value)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = sorted[middle] < value ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
