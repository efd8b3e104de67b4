using Microsoft.ML;
using Microsoft.ML.Data;

namespace BayesGen.Tests.DataViews;

/// <summary>A table in memory as ML.NET hands tables on.</summary>
internal sealed class RowsView : IDataView
{
    private readonly List<Array> _columns = [];
    private readonly DataViewSchema.Builder _schema = new();

    public DataViewSchema Schema => field ??= _schema.ToSchema();

    public bool CanShuffle => false;

    /// <summary>Adds a column.</summary>
    public RowsView With<T>(string name, DataViewType type, T[] values, string? annotation = null, params string[] texts)
    {
        _columns.Add(values);
        if (annotation is null)
        {
            _schema.AddColumn(name, type);
            return this;
        }

        var about = new DataViewSchema.Annotations.Builder();
        var buffer = new VBuffer<ReadOnlyMemory<char>>(texts.Length, [.. texts.Select(text => text.AsMemory())]);
        about.Add(
            annotation, new VectorDataViewType(TextDataViewType.Instance, texts.Length),
            (ref VBuffer<ReadOnlyMemory<char>> value) => value = buffer);
        _schema.AddColumn(name, type, about.ToAnnotations());
        return this;
    }

    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(Schema, _columns, [.. columnsNeeded.Select(column => column.Index)]);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(DataViewSchema schema, List<Array> columns, HashSet<int> active) : DataViewRowCursor
    {
        private long _position = -1;

        public override long Position => _position;

        public override long Batch => 0;

        public override DataViewSchema Schema => schema;

        public override bool MoveNext()
        {
            if (_position + 1 < columns[0].Length)
            {
                _position++;
                return true;
            }

            _position = -1;
            return false;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Assert.True(IsColumnActive(column), column.Name);
            var values = (TValue[])columns[column.Index];
            return (ref TValue value) => value = values[_position];
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() =>
            (ref DataViewRowId value) => value = new DataViewRowId((ulong)_position, 0);
    }
}
