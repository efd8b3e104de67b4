namespace BayesGen.Tables;

/// <summary>The columns of one half of a table, as messages speak of them.</summary>
/// <param name="What">What they hold.</param>
/// <param name="NameOf">The name of a column.</param>
/// <param name="AreTargets">
/// Whether they are targets, of which some may be missing: NaN. A likelihood that does not ignore it refuses it before the training begins.
/// </param>
internal sealed record TableColumns(string What, Func<int, string> NameOf, bool AreTargets)
{
    /// <summary>The targets.</summary>
    public static TableColumns Targets { get; } = new("targets", ByNumber, AreTargets: true);

    /// <summary>The inputs.</summary>
    /// <param name="names">The names of their columns, or null.</param>
    public static TableColumns Inputs(IReadOnlyList<string>? names) =>
        new("inputs", names is null ? ByNumber : column => $"column '{names[column]}'", AreTargets: false);

    private static string ByNumber(int column) => FormattableString.Invariant($"column {column}");
}
