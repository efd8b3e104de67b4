using Microsoft.ML;
using Microsoft.ML.Data;

namespace BayesGen.DataViews;

/// <summary>A target of classes: a key, which counts them from 1 and is 0 where there is none.</summary>
internal sealed class KeyColumn
{
    private readonly DataViewRow _row;
    private readonly string _name;
    private readonly Func<ulong> _read;

    /// <param name="row">The row that is read, which moves on.</param>
    /// <param name="column">The column.</param>
    public KeyColumn(DataViewRow row, DataViewSchema.Column column)
    {
        (_row, _name) = (row, column.Name);
        Names = Annotations.Texts(column, "KeyValues");
        var raw = column.Type.RawType;
        _read = raw == typeof(uint) ? Cell.Of<uint, ulong>(row, column, value => value)
            : raw == typeof(byte) ? Cell.Of<byte, ulong>(row, column, value => value)
            : raw == typeof(ushort) ? Cell.Of<ushort, ulong>(row, column, value => value)
            : Cell.Of<ulong, ulong>(row, column, value => value);
    }

    /// <summary>The names of the classes, or nothing.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The class of the row, from 0.</summary>
    /// <exception cref="ArgumentException">It has none.</exception>
    public long Read() => _read() is > 0 and var key
        ? checked((long)key - 1)
        : throw new ArgumentException(
            $"Row {_row.Position} (from 0): the target '{_name}' has no class. Leave out such rows before the table is read.");
}
