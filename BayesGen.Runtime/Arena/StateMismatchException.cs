namespace BayesGen;

/// <summary>A state belongs to another network: keys are missing, unknown or of another shape. Nothing was loaded.</summary>
public sealed class StateMismatchException : Exception
{
    internal StateMismatchException(
        IReadOnlyList<string> missing,
        IReadOnlyList<string> unexpected,
        IReadOnlyList<(string Key, long[] Expected, long[] Found)> misshapen,
        IReadOnlyList<LikelyRename> renamed)
        : base(Describe(missing, unexpected, misshapen, renamed))
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

    private static string Describe(
        IReadOnlyList<string> missing,
        IReadOnlyList<string> unexpected,
        IReadOnlyList<(string Key, long[] Expected, long[] Found)> misshapen,
        IReadOnlyList<LikelyRename> renamed)
    {
        var lines = new List<string> { "The state belongs to another network; nothing was loaded." };
        if (missing.Count > 0)
            lines.Add($"Missing: {string.Join(", ", missing)}.");
        if (unexpected.Count > 0)
            lines.Add($"Not in this network: {string.Join(", ", unexpected)}.");
        lines.AddRange(misshapen.Select(entry =>
            $"'{entry.Key}' has shape [{string.Join(", ", entry.Found)}], expected [{string.Join(", ", entry.Expected)}]."));
        lines.AddRange(renamed.Select(rename => rename.Advice));
        lines.Add("Build the network with the class and sizes that the state was saved from.");
        return string.Join(Environment.NewLine, lines);
    }
}
