using Microsoft.ML;
using Microsoft.ML.Data;

namespace BayesGen.DataViews;

/// <summary>What a column says of itself.</summary>
internal static class Annotations
{
    /// <summary>An annotation that is a list of texts; empty where there is none.</summary>
    public static IReadOnlyList<string> Texts(DataViewSchema.Column column, string name)
    {
        if (column.Annotations.Schema.GetColumnOrNull(name) is not { Type: VectorDataViewType { ItemType: TextDataViewType } })
            return [];
        var texts = default(VBuffer<ReadOnlyMemory<char>>);
        column.Annotations.GetValue(name, ref texts);
        return [.. texts.DenseValues().Select(text => text.ToString())];
    }
}
