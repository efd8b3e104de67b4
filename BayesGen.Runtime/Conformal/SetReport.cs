using System.Globalization;
using BayesGen.Prediction;

namespace BayesGen.Conformal;

/// <summary>What sets hold on test examples, and how large they are.</summary>
/// <param name="Asked">The coverage that was asked for.</param>
/// <param name="Count">The number of test examples.</param>
/// <param name="Coverage">
/// The part of them whose set holds the target; where an example has several places it counts by the part of its places.
/// </param>
/// <param name="CoverageDeviation">
/// By how much that coverage differs from one calibration set and test set of these sizes to the next, though all is as it should be: a
/// standard deviation. Coverage that lies several of these below what was asked says that the test examples are of another kind.
/// </param>
/// <param name="MeanSize">The mean number of classes of a set.</param>
/// <param name="ByClass">For the examples of each class that occurs. Only thresholds for each class promise something here.</param>
/// <param name="BySize">For sets of each size: where large sets hold less than small ones, uncertainty is not where errors are.</param>
public sealed record SetReport(
    double Asked, int Count, double Coverage, double CoverageDeviation, double MeanSize,
    IReadOnlyList<CoverageGroup> ByClass, IReadOnlyList<CoverageGroup> BySize)
{
    /// <summary>Sizes up to this one have a group each.</summary>
    private const int LargestSingle = 4;

    /// <summary>The figures, then a line for each class and each size.</summary>
    public override string ToString() => string.Join(
        Environment.NewLine,
        [
            string.Create(
                CultureInfo.InvariantCulture,
                $"coverage {Coverage:P1} of {Count:N0} examples (asked {PredictionText.Level(Asked)}, "
                + $"by chance +- {CoverageDeviation:P1}), "
                + $"mean size {MeanSize:G4}"),
            .. ByClass.Concat(BySize).Select(group => group.ToString()),
        ]);

    internal static SetReport Of(PredictionSets sets, IReadOnlyList<int> targets, IReadOnlyList<int> examples, double deviation)
    {
        List<(bool IsHeld, double Size)> answers =
            [.. targets.Select((target, i) => (sets.Contains(i, target), (double)sets.Sets[i].Length))];
        return new SetReport(
            sets.Coverage,
            examples.Distinct().Count(),
            CoverageGroup.OfExamples(answers, examples),
            deviation,
            sets.MeanSize,
            CoverageGroup.By(answers, targets, c => $"class {c}"),
            CoverageGroup.By(answers, sets.Sets.Select(set => SizeGroup(set.Length)), group => group.Name));
    }

    /// <summary>Sizes in groups that grow tenfold, so that a thousand classes do not make a thousand groups.</summary>
    private static (int First, string Name) SizeGroup(int size)
    {
        if (size <= LargestSingle)
            return (size, $"sets of {size}");
        var last = 10;
        while (last < size)
            last *= 10;
        var first = last == 10 ? LargestSingle + 1 : last / 10 + 1;
        return (first, $"sets of {first} to {last}");
    }
}
