using System.Collections;
using Microsoft.ML;

namespace BayesGen.DataViews;

/// <summary>
/// Cells of a data frame that hold nothing. Its own reader hands them on as false or 0 in a column of truth values or whole numbers, so
/// they are looked for in the frame itself, by the public properties <c>Columns</c>, <c>Name</c> and <c>NullCount</c>: this package does
/// not reference Microsoft.Data.Analysis. Other views have no such properties, and cannot say that a cell is empty.
/// </summary>
internal static class EmptyCells
{
    /// <summary>Refuses a column that has some, unless NaN tells so when it is read.</summary>
    /// <param name="view">The view, which may be a data frame.</param>
    /// <param name="columns">What is taken from it.</param>
    /// <exception cref="ArgumentException">A cell is empty; row and column are named.</exception>
    public static void Refuse(IDataView view, IEnumerable<DataViewSchema.Column> columns)
    {
        if (Of(view, "Columns") is not IEnumerable own)
            return;
        HashSet<string> taken = [.. columns
            .Where(column => column.Type.RawType != typeof(float) && column.Type.RawType != typeof(double)).Select(column => column.Name)];
        foreach (var column in own)
        {
            if (column is not IEnumerable cells || Of(column, "Name") is not string name || !taken.Contains(name)
                || Of(column, "NullCount") is not > 0L)
                continue;
            var row = cells.Cast<object?>().TakeWhile(cell => cell is not null).Count();
            throw new ArgumentException(
                $"Row {row} (from 0), column '{name}': the cell is empty. Replace missing values, or leave out their rows, before the table is "
                + "read.");
        }
    }

    private static object? Of(object owner, string property) => owner.GetType().GetProperty(property)?.GetValue(owner);
}
