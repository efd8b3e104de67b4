using BayesGen.SourceGeneration.Reading;
using Microsoft.CodeAnalysis.Text;

namespace BayesGen.CodeFixes;

/// <summary>Changes to BayesGen.State.txt that keep its order, its comments and its line ends.</summary>
internal static class StateSchemaEdit
{
    /// <summary>Applies additions and removals.</summary>
    /// <param name="text">The file.</param>
    /// <param name="add">Entries to put where they belong in ordinal order; those that are there already stay once.</param>
    /// <param name="remove">Entries to take out.</param>
    /// <param name="lines">Numbers of lines to take out, whatever they say.</param>
    public static SourceText Apply(SourceText text, IEnumerable<string> add, IEnumerable<string> remove, IEnumerable<int> lines)
    {
        var removed = new HashSet<string>(remove);
        var numbers = new HashSet<int>(lines);
        var rows = text.Lines
            .Select(
                line => (Text: line.ToString(), IsKept: !numbers.Contains(line.LineNumber) && !removed.Contains(line.ToString().Trim())))
            .ToList();
        // What follows the last line end is not a line.
        if (rows[rows.Count - 1].Text.Length == 0)
            rows.RemoveAt(rows.Count - 1);
        foreach (var entry in add)
            if (!rows.Any(row => row.IsKept && row.Text.Trim() == entry))
                rows.Insert(PlaceOf(entry), (entry, true));

        var lineEnd = text.ToString().Contains("\r\n") ? "\r\n" : "\n";
        return SourceText.From(string.Concat(rows.Where(row => row.IsKept).Select(row => row.Text + lineEnd)), text.Encoding);

        // Before the first entry that comes after it, else after the last one; comments stay where they are.
        int PlaceOf(string entry)
        {
            var next = rows.FindIndex(row => IsEntry(row.Text) && string.CompareOrdinal(row.Text.Trim(), entry) > 0);
            var last = rows.FindLastIndex(row => IsEntry(row.Text));
            return next >= 0 ? next : last >= 0 ? last + 1 : rows.Count;
        }
    }

    private static bool IsEntry(string line) => StateEntry.Parse(line.Trim()) is not null;
}
