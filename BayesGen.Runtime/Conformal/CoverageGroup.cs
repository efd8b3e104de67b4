using System.Globalization;
using System.Text.Json.Serialization;

namespace BayesGen.Conformal;

/// <summary>Coverage and size on some of the examples, or of their places.</summary>
/// <param name="Name">Which these are.</param>
/// <param name="Count">Their number, at least 1; the places of an example count each.</param>
/// <param name="Coverage">The part of them whose target is held.</param>
/// <param name="MeanSize">The mean number of classes of a set, or the mean width of an interval.</param>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
public sealed record CoverageGroup(string Name, int Count, double Coverage, double MeanSize)
{
    /// <summary>The figures in one line.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Name,-24}{Count,10:N0} examples, coverage {Coverage,7:P1}, size {MeanSize:G4}");

    /// <summary>The part that is held: over the places of each example, and then over the examples, as it is promised.</summary>
    internal static double OfExamples(IEnumerable<(bool IsHeld, double Size)> answers, IEnumerable<int> examples) => answers
        .Zip(examples, (answer, example) => (answer.IsHeld, example))
        .GroupBy(answer => answer.example)
        .Average(example => example.Average(answer => answer.IsHeld ? 1.0 : 0));

    /// <summary>One group for each name, in the order of the keys.</summary>
    internal static IReadOnlyList<CoverageGroup> By<TKey>(
        IEnumerable<(bool IsHeld, double Size)> answers, IEnumerable<TKey> keys, Func<TKey, string> name)
        where TKey : notnull =>
        [
            .. answers.Zip(keys).GroupBy(answer => answer.Second, answer => answer.First).OrderBy(group => group.Key).Select(group =>
                new CoverageGroup(
                    name(group.Key),
                    group.Count(),
                    group.Average(answer => answer.IsHeld ? 1.0 : 0),
                    group.Average(answer => answer.Size))),
        ];
}
