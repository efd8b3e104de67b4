namespace BayesGen.Benchmarks.Uci;

/// <summary>One piece of work: a method on a split of a set.</summary>
/// <param name="Set">The set.</param>
/// <param name="Method">The method.</param>
/// <param name="Split">The split, from 0.</param>
public sealed record Piece(string Set, string Method, int Split)
{
    /// <summary>The file of its outcome.</summary>
    public string FileIn(string folder) =>
        Path.Combine(folder, FormattableString.Invariant($"{Set}-{Method}-{Split}.json"));

    /// <summary>As a line between processes.</summary>
    public override string ToString() => FormattableString.Invariant($"{Set} {Method} {Split}");

    public static Piece Parse(string line) => line.Split(' ') is [var set, var method, var split]
        ? new Piece(set, method, int.Parse(split, System.Globalization.CultureInfo.InvariantCulture))
        : throw new InvalidDataException($"'{line}' is no piece of work: expected a set, a method and a split.");
}

/// <summary>All that is to be computed.</summary>
/// <param name="Pieces">By set, then by method, then by split.</param>
public sealed record Work(IReadOnlyList<Piece> Pieces)
{
    public static Work Of(RunOptions options) => new([
        .. from set in TableSet.Names(options.DataDirectory, options.Sets)
            from method in options.Methods
            from split in Enumerable.Range(
                0, Math.Min(options.Splits ?? int.MaxValue, TableSet.SplitsOf(options.DataDirectory, set)))
            select new Piece(set, method, split)]);

    /// <summary>What is not finished in a folder: first splits of everything first, so that an early end has some of each.</summary>
    public IReadOnlyList<Piece> Missing(string folder)
    {
        Directory.CreateDirectory(folder);
        return [.. Pieces.Where(piece => SplitOutcome.Read(piece.FileIn(folder)) is null).OrderBy(piece => piece.Split)];
    }
}
