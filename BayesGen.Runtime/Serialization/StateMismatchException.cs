namespace BayesGen.Serialization;

/// <summary>A state belongs to another network: keys are missing, unknown or of another shape. Nothing was loaded.</summary>
public sealed class StateMismatchException : Exception
{
    internal StateMismatchException(
        IReadOnlyList<string> missing,
        IReadOnlyList<string> unexpected,
        IReadOnlyList<(string Key, long[] Expected, long[] Found)> misshapen,
        IReadOnlyList<LikelyRename> renamed,
        IReadOnlyList<string> families)
        : base(Describe(missing, unexpected, misshapen, renamed, families))
    {
        Missing = missing;
        Unexpected = unexpected;
        Misshapen = [.. misshapen.Select(entry => entry.Key)];
    }

    /// <summary>The same with a sentence on what is behind it.</summary>
    internal StateMismatchException(StateMismatchException mismatch, string advice)
        : base(mismatch.Message + Environment.NewLine + advice, mismatch)
    {
        (Missing, Unexpected, Misshapen) = (mismatch.Missing, mismatch.Unexpected, mismatch.Misshapen);
    }

    /// <summary>Keys that the network needs and the state lacks.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Keys of the state that the network does not have.</summary>
    public IReadOnlyList<string> Unexpected { get; }

    /// <summary>Keys whose tensors have another shape.</summary>
    public IReadOnlyList<string> Misshapen { get; }

    /// <summary>The first few of each kind: a file of another program may have any number of keys, and anything in their names.</summary>
    private static string Describe(
        IReadOnlyList<string> missing,
        IReadOnlyList<string> unexpected,
        IReadOnlyList<(string Key, long[] Expected, long[] Found)> misshapen,
        IReadOnlyList<LikelyRename> renamed,
        IReadOnlyList<string> families)
    {
        var lines = new List<string> { "The state belongs to another network; nothing was loaded." };
        if (missing.Count > 0)
            lines.Add($"Missing: {PlainText.List(missing)}.");
        if (unexpected.Count > 0)
            lines.Add($"Not in this network: {PlainText.List(unexpected)}.");
        lines.AddRange(PlainText.First(
            misshapen,
            entry => $"'{PlainText.Name(entry.Key)}' has shape [{PlainText.Name(string.Join(", ", entry.Found))}], expected "
                + $"[{string.Join(", ", entry.Expected)}].",
            count => $"{count} more have other shapes."));
        if (misshapen.FirstOrDefault(entry => HasUnitsElsewhere(entry.Expected, entry.Found)) is { Key: { } key })
            lines.Add(
                $"The units of '{PlainText.Name(key)}' lie along another axis: annotate its layer with the Groups that the state was saved "
                + "with.");
        lines.AddRange(PlainText.First(families, PlainText.Of, count => $"{count} more pairs of families differ."));
        lines.AddRange(PlainText.First(renamed, rename => PlainText.Of(rename.Advice), count => $"{count} more look renamed."));
        lines.Add("Build the network with the class and sizes that the state was saved from.");
        return string.Join(Environment.NewLine, lines);
    }

    /// <summary>Whether both are shapes of one number for each unit, of different dimensions of one weight.</summary>
    private static bool HasUnitsElsewhere(long[] expected, long[] found)
    {
        return expected.Length == found.Length && AxisOf(expected) is { } one && AxisOf(found) is { } other && one != other;

        static int? AxisOf(long[] shape) =>
            shape.Count(size => size != 1) == 1 ? Array.FindIndex(shape, size => size != 1) : null;
    }
}
