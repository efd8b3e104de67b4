using System.Globalization;
using System.Numerics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace BayesGen.DataViews;

/// <summary>A column of numbers, or of vectors of numbers that have one length.</summary>
internal sealed class NumberColumn
{
    private readonly DataViewRow _row;
    private readonly string _name;
    private readonly bool _isSingle;
    private readonly Action<List<double>> _read;

    /// <param name="row">The row that is read, which moves on.</param>
    /// <param name="column">The column.</param>
    /// <param name="dtype">What its numbers become, Float32 or Float64.</param>
    /// <exception cref="ArgumentException">It holds something else; it is named, with what to do.</exception>
    public NumberColumn(DataViewRow row, DataViewSchema.Column column, ScalarType dtype)
    {
        (_row, _name, _isSingle) = (row, column.Name, dtype == ScalarType.Float32);
        var vector = column.Type as VectorDataViewType;
        if (vector is { IsKnownSize: false })
            throw new ArgumentException(
                $"Column '{_name}' holds vectors of different lengths: make them one length, or leave the column out by DataViewOptions.Inputs.");
        Names = vector is null ? [_name] : SlotsOf(column, vector.Size);
        _read = ReaderOf(column, vector?.ItemType ?? column.Type, isVector: vector is not null);
    }

    /// <summary>The names of its numbers.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Adds the numbers of the row.</summary>
    /// <exception cref="ArgumentException">One is NaN or infinite, or becomes so in the dtype.</exception>
    public void AddTo(List<double> numbers)
    {
        var first = numbers.Count;
        _read(numbers);
        for (var i = first; i < numbers.Count; i++)
        {
            if (double.IsFinite(numbers[i]) && !(_isSingle && float.IsInfinity((float)numbers[i])))
                continue;
            throw new ArgumentException(
                $"Row {_row.Position} (from 0), column '{Names[i - first]}': the value is {numbers[i].ToString(CultureInfo.InvariantCulture)}"
                + (double.IsFinite(numbers[i])
                    ? ", too large for Float32. Set DataViewOptions.Dtype to Float64."
                    : ". Replace missing values, or leave out their rows, before the table is read."));
        }
    }

    private Action<List<double>> ReaderOf(DataViewSchema.Column column, DataViewType type, bool isVector)
    {
        var raw = type is NumberDataViewType or BooleanDataViewType ? type.RawType : null;
        return raw == typeof(float) ? Reader<float>()
            : raw == typeof(double) ? Reader<double>()
            : raw == typeof(bool) ? Truth()
            : raw == typeof(int) ? Reader<int>()
            : raw == typeof(long) ? Reader<long>()
            : raw == typeof(uint) ? Reader<uint>()
            : raw == typeof(ulong) ? Reader<ulong>()
            : raw == typeof(short) ? Reader<short>()
            : raw == typeof(ushort) ? Reader<ushort>()
            : raw == typeof(sbyte) ? Reader<sbyte>()
            : raw == typeof(byte) ? Reader<byte>()
            : throw new ArgumentException(
                $"Column '{_name}' is of type {column.Type}, and a network takes numbers: encode it before the table is read, categories "
                + "such as by one-hot vectors, or leave it out by DataViewOptions.Inputs.");

        Action<List<double>> Reader<T>()
            where T : INumberBase<T> => Values<T>(column, isVector, double.CreateChecked);

        Action<List<double>> Truth() => Values<bool>(column, isVector, value => value ? 1 : 0);
    }

    private Action<List<double>> Values<T>(DataViewSchema.Column column, bool isVector, Func<T, double> convert)
    {
        if (!isVector)
        {
            var cell = Cell.Of(_row, column, convert);
            return numbers => numbers.Add(cell());
        }

        var vectors = _row.GetGetter<VBuffer<T>>(column);
        var (buffer, dense) = (default(VBuffer<T>), new T[Names.Count]);
        return numbers =>
        {
            vectors(ref buffer);
            buffer.CopyTo(dense);
            foreach (var item in dense)
                numbers.Add(convert(item));
        };
    }

    private static List<string> SlotsOf(DataViewSchema.Column column, int size)
    {
        var names = Annotations.Texts(column, "SlotNames");
        return [.. Enumerable.Range(0, size).Select(i =>
            i < names.Count && names[i].Length > 0 ? $"{column.Name}.{names[i]}" : $"{column.Name}[{i}]")];
    }
}
