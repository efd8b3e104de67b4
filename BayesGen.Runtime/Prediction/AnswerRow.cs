namespace BayesGen.Prediction;

/// <summary>What a row of a prediction answers.</summary>
/// <param name="Example">The example, from 0. Rows of one example belong together: only examples are independent of each other.</param>
/// <param name="Place">The place of the example, from 0.</param>
internal readonly record struct AnswerRow(int Example, int Place)
{
    /// <summary>The rows of a prediction that has all of them.</summary>
    public static IReadOnlyList<AnswerRow> All(int count, int places) =>
        [.. Enumerable.Range(0, count).Select(row => new AnswerRow(row / places, row % places))];

    /// <summary>The numbers of the rows that answer at one place.</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static IReadOnlyList<int> At(int place, IReadOnlyList<AnswerRow> rows)
    {
        List<int> found = [.. Enumerable.Range(0, rows.Count).Where(row => rows[row].Place == place)];
        if (found.Count > 0)
            return found;
        var (first, last) = (rows.Min(row => row.Place), rows.Max(row => row.Place));
        throw new ArgumentException(
            $"No example has an answer at place {place}"
            + (last == 0 ? ": the prediction has one for each example."
                : first == last ? $": all are at place {last}."
                : $"; the places are {first} to {last}."), nameof(place));
    }
}
