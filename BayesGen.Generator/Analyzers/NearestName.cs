namespace BayesGen.SourceGeneration.Analyzers;

/// <summary>The name that is meant by one that does not exist.</summary>
internal static class NearestName
{
    /// <summary>
    /// The one name that begins with the given one, else the one with the fewest letters to change, or null where more than a third would
    /// have to.
    /// </summary>
    public static string? Of(string name, IReadOnlyList<string> names)
    {
        var under = names.Where(candidate => candidate.StartsWith(name + ".", StringComparison.Ordinal)).ToList();
        if (under.Count == 1)
            return under[0];
        var nearest = names.OrderBy(candidate => Distance(name, candidate)).FirstOrDefault();
        return nearest is not null && 3 * Distance(name, nearest) <= Math.Max(name.Length, nearest.Length) ? nearest : null;
    }

    /// <summary>The number of letters to insert, remove or replace: Levenshtein 1966, row by row. Case does not count.</summary>
    private static int Distance(string from, string to)
    {
        var above = Enumerable.Range(0, to.Length + 1).ToArray();
        foreach (var letter in from)
        {
            var row = new int[above.Length];
            row[0] = above[0] + 1;
            for (var i = 1; i < row.Length; i++)
            {
                var replaced = above[i - 1] + (char.ToUpperInvariant(letter) == char.ToUpperInvariant(to[i - 1]) ? 0 : 1);
                row[i] = Math.Min(replaced, Math.Min(above[i], row[i - 1]) + 1);
            }

            above = row;
        }

        return above[to.Length];
    }
}
