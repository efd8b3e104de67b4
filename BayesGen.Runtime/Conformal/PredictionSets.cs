using System.Globalization;
using System.Text.Json.Serialization;
using BayesGen.Prediction;

namespace BayesGen.Conformal;

/// <summary>
/// For each example the classes that it may have. Plain numbers; as JSON one object for each example, and <see cref="ToString"/> has a line
/// for each of the first.
/// </summary>
[JsonConverter(typeof(PredictionSetsJson))]
public sealed class PredictionSets
{
    private const int Shown = 10;

    internal PredictionSets(double coverage, int classes, IReadOnlyList<int[]> sets) =>
        (Coverage, Classes, Sets) = (coverage, classes, sets);

    /// <summary>The part of targets that the sets hold.</summary>
    public double Coverage { get; }

    /// <summary>The number of classes.</summary>
    public int Classes { get; }

    /// <summary>The number of examples.</summary>
    public int Count => Sets.Count;

    /// <summary>For each example its classes, the most probable one first.</summary>
    public IReadOnlyList<int[]> Sets { get; }

    /// <summary>The mean number of classes.</summary>
    public double MeanSize => Sets.Average(set => set.Length);

    /// <summary>Whether the set of an example holds a class.</summary>
    /// <param name="example">The example, from 0.</param>
    /// <param name="c">The class.</param>
    public bool Contains(int example, int c) => Sets[example].Contains(c);

    /// <summary>The sets as a new tensor of truth values [N, C] on the CPU, which the caller disposes.</summary>
    public Tensor ToTensor()
    {
        var members = new bool[Count * Classes];
        for (var i = 0; i < Count; i++)
            foreach (var c in Sets[i])
                members[i * Classes + c] = true;
        return tensor(members, [Count, Classes], dtype: ScalarType.Bool, device: CPU);
    }

    /// <summary>A line for each of the first examples.</summary>
    public override string ToString() => string.Join(
        Environment.NewLine,
        [
            string.Create(CultureInfo.InvariantCulture, $"{Count:N0} examples, sets of {PredictionText.Level(Coverage)}"),
            .. Sets.Take(Shown).Select((set, i) => $"{i}: {{{string.Join(", ", set)}}}"),
            .. Count > Shown ? [string.Create(CultureInfo.InvariantCulture, $"... and {Count - Shown:N0} more")] : Array.Empty<string>(),
        ]);
}
