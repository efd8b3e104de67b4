using System.Globalization;
using BayesGen.Data;
using static TorchSharp.torch;

namespace TabularSample;

/// <summary>How a column of a table becomes numbers.</summary>
/// <param name="Name">The column.</param>
/// <param name="Filler">What stands for a number that is missing: the mean of those that are known.</param>
/// <param name="HasGaps">Whether a number beside it says that it was missing.</param>
/// <param name="Categories">The texts of a column of categories, each of which becomes a column of 0 and 1; null of numbers.</param>
public sealed record ColumnEncoding(string Name, double Filler, bool HasGaps, IReadOnlyList<string>? Categories);

/// <summary>
/// How the rows of a table become numbers, as the rows that are learned have it: categories that these do not have are 0 in all columns.
/// </summary>
/// <param name="Target">The column that is to be predicted.</param>
/// <param name="Columns">All others that count.</param>
public sealed record TableEncoding(string Target, IReadOnlyList<ColumnEncoding> Columns)
{
    private const int MostCategories = 50;

    /// <summary>What the columns of numbers are called.</summary>
    public IReadOnlyList<string> Names() =>
    [
        .. Columns.SelectMany(column => column switch
        {
            { Categories: { } categories } => categories.Select(category => $"{column.Name} {category}"),
            { HasGaps: true } => [column.Name, $"{column.Name} missing"],
            _ => [column.Name],
        }),
    ];

    /// <summary>Finds out which columns are numbers and which are categories.</summary>
    /// <param name="table">The whole table, so that a cell that cannot be read is found before the training.</param>
    /// <param name="learned">The rows that are learned: means and categories are theirs.</param>
    /// <param name="options">The target, what is left out, and which numbers are names.</param>
    /// <exception cref="InvalidDataException">A column is not there, or a cell cannot be read; it is named.</exception>
    public static TableEncoding Of(CsvTable table, CsvTable learned, Options options)
    {
        foreach (var column in options.Ignored.Concat(options.Categories))
            table.PlaceOf(column);
        var target = table.PlaceOf(options.Target);
        foreach (var (row, line) in table.Rows.Zip(table.Lines))
            if (row[target].Length == 0)
                throw new InvalidDataException(
                    $"{Place(table, line, options.Target)} the target is missing. Leave the row out, or write its number.");
            else
                Number(table, line, options.Target, row[target]);
        List<string> inputs = [.. table.Columns.Where(column => column != options.Target && !options.Ignored.Contains(column))];
        return inputs.Count > 0
            ? new TableEncoding(options.Target, [.. inputs.Select(Column)])
            : throw new InvalidDataException($"'{table.File}' has no column beside '{options.Target}' to predict it by.");

        ColumnEncoding Column(string name)
        {
            var place = table.PlaceOf(name);
            List<string> cells = [.. learned.Rows.Select(row => row[place]).Where(cell => cell.Length > 0)];
            if (options.Categories.Contains(name) || !table.Rows.Any(row => IsNumber(row[place])))
            {
                List<string> categories = [.. cells.Distinct().Order(StringComparer.Ordinal)];
                return categories.Count is > 0 and <= MostCategories
                    ? new ColumnEncoding(name, 0, HasGaps: false, categories)
                    : throw new InvalidDataException(
                        $"'{table.File}': column '{name}' has {categories.Count} different texts in {learned.Rows.Count} rows; "
                        + $"categories are 1 to {MostCategories}. Leave it out by --ignore.");
            }

            List<double> numbers =
            [
                .. table.Rows.Zip(table.Lines).Where(row => row.First[place].Length > 0)
                    .Select(row => Number(table, row.Second, name, row.First[place])),
            ];
            List<double> known = [.. cells.Select(cell => Number(learned, 0, name, cell))];
            return new ColumnEncoding(
                name, (known.Count > 0 ? known : numbers).Average(), known.Count < learned.Rows.Count, Categories: null);
        }
    }

    /// <summary>Rows as numbers, in the units of the table.</summary>
    /// <param name="table">A table of the same columns.</param>
    /// <returns>Inputs [N, columns] and targets [N, 1], in double precision.</returns>
    public TensorDataSet Encode(CsvTable table)
    {
        var target = table.PlaceOf(Target);
        double[] inputs = [.. table.Rows.Zip(table.Lines).SelectMany(row => Columns.SelectMany(column =>
            Cells(table, row.Second, column, row.First[table.PlaceOf(column.Name)])))];
        double[] targets = [.. table.Rows.Zip(table.Lines).Select(row => Number(table, row.Second, Target, row.First[target]))];
        return new TensorDataSet(
            tensor(inputs, [table.Rows.Count, Names().Count], device: CPU), tensor(targets, [table.Rows.Count, 1], device: CPU));
    }

    private static IEnumerable<double> Cells(CsvTable table, int line, ColumnEncoding column, string cell)
    {
        if (column.Categories is { } categories)
            return categories.Select(category => category == cell ? 1.0 : 0);
        var number = cell.Length == 0 ? column.Filler : Number(table, line, column.Name, cell);
        return column.HasGaps ? [number, cell.Length == 0 ? 1 : 0] : [number];
    }

    private static bool IsNumber(string cell) => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static double Number(CsvTable table, int line, string column, string cell) =>
        double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : throw new InvalidDataException(
                $"{Place(table, line, column)} '{cell}' cannot be read as a number. Write one such as 12.5, or leave the cell empty "
                + "where it is not known; a column of names goes into --categories or --ignore.");

    private static string Place(CsvTable table, int line, string column) => $"'{table.File}', line {line}, column '{column}':";
}
