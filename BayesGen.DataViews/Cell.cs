using Microsoft.ML;

namespace BayesGen.DataViews;

/// <summary>Reads one cell of a row that moves on.</summary>
internal static class Cell
{
    /// <summary>What gives the value of the present row.</summary>
    public static Func<TResult> Of<T, TResult>(DataViewRow row, DataViewSchema.Column column, Func<T, TResult> convert)
    {
        var getter = row.GetGetter<T>(column);
        var value = default(T)!;
        return () =>
        {
            getter(ref value);
            return convert(value);
        };
    }
}
