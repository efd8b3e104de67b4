using Microsoft.ML;
using Microsoft.ML.Data;

namespace BayesGen.DataViews;

/// <summary>A table of ML.NET as tensors, with the names of its columns.</summary>
/// <remarks>
/// Input columns hold numbers, truth values (0 and 1) or vectors of one length, which stand side by side. The target decides what is
/// learned: numbers and vectors of them are a regression, a truth value is yes or no (<c>Likelihood.Bernoulli()</c>), a key is a class.
/// </remarks>
public sealed class DataViewTable : IDisposable
{
    private DataViewTable(TensorDataSet data, IReadOnlyList<string> columns, IReadOnlyList<string> classes) =>
        (Data, Columns, Classes) = (data, columns, classes);

    /// <summary>
    /// Inputs [N, columns]; targets [N, 1], [N, K] of a vector of K, or int64 [N] of classes. Belongs to the table.
    /// </summary>
    public TensorDataSet Data { get; }

    /// <summary>
    /// The names of the input columns, for <see cref="Tables.StandardizeOptions.Columns"/>; places of a vector have its name, and that of
    /// their slot or their number.
    /// </summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The names of the classes where the target is a key that has them; else empty.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Reads a data view once, from its first row to its last.</summary>
    /// <param name="view">The table.</param>
    /// <param name="target">The name of the column to learn.</param>
    /// <param name="options">What else to take; null takes all other columns.</param>
    /// <exception cref="ArgumentException">
    /// A column is missing, or holds something else than numbers; there is no row; a cell is NaN, infinite, too large for the
    /// dtype or without a class; or a cell of a DataFrame is empty. It is named.
    /// </exception>
    public static DataViewTable Read(IDataView view, string target, DataViewOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(target);
        options ??= new DataViewOptions();
        if (options.Dtype is not (ScalarType.Float32 or ScalarType.Float64))
            throw new ArgumentException($"DataViewOptions.Dtype is Float32 or Float64, not {options.Dtype}.", nameof(options));
        var ofTarget = Find(view.Schema, target);
        var ofInputs = InputsOf(view.Schema, ofTarget, options.Inputs);
        EmptyCells.Refuse(view, [.. ofInputs, ofTarget]);
        using var cursor = view.GetRowCursor([.. ofInputs, ofTarget]);
        var inputs = ofInputs.ConvertAll(column => new NumberColumn(cursor, column, options.Dtype));
        var classes = ofTarget.Type is KeyDataViewType ? new KeyColumn(cursor, ofTarget) : null;
        var numbers = classes is null ? new NumberColumn(cursor, ofTarget, options.Dtype) : null;
        var (rows, targets, labels) = (new List<double>(), new List<double>(), new List<long>());
        while (cursor.MoveNext())
        {
            foreach (var column in inputs)
                column.AddTo(rows);
            numbers?.AddTo(targets);
            if (classes is not null)
                labels.Add(classes.Read());
        }

        if (rows.Count == 0)
            throw new ArgumentException("The data view has no rows.", nameof(view));
        var width = inputs.Sum(column => column.Names.Count);
        var count = rows.Count / width;
        using var scope = NewDisposeScope();
        var data = new TensorDataSet(
            tensor(rows.ToArray(), [count, width], dtype: options.Dtype),
            classes is null ? tensor(targets.ToArray(), [count, targets.Count / count], dtype: options.Dtype) : tensor(labels.ToArray()));
        return new DataViewTable(data, [.. inputs.SelectMany(column => column.Names)], classes?.Names ?? []);
    }

    /// <summary>Frees both tensors.</summary>
    public void Dispose() => Data.Dispose();

    private static List<DataViewSchema.Column> InputsOf(
        DataViewSchema schema, DataViewSchema.Column target, IReadOnlyList<string>? names)
    {
        if (names is null)
        {
            var others = schema.Where(column => !column.IsHidden && column.Name != target.Name).ToList();
            return others.Count > 0
                ? others
                : throw new ArgumentException($"The data view has no column beside the target '{target.Name}'.");
        }

        if (names.Count == 0)
            throw new ArgumentException("DataViewOptions.Inputs names no column.");
        if (names.Contains(target.Name))
            throw new ArgumentException($"'{target.Name}' is the target, and cannot be an input as well: take it out of DataViewOptions.Inputs.");
        if (names.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new ArgumentException($"DataViewOptions.Inputs names '{twice.Key}' {twice.Count()} times.");
        return [.. names.Select(name => Find(schema, name))];
    }

    private static DataViewSchema.Column Find(DataViewSchema schema, string name) => schema.GetColumnOrNull(name)
        ?? throw new ArgumentException(
            $"The data view has no column '{name}'. It has: "
            + $"{string.Join(", ", schema.Where(column => !column.IsHidden).Select(column => column.Name))}.");
}
