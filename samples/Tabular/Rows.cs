using BayesGen.Data;

namespace TabularSample;

/// <summary>The rows of a table in three parts: to learn from, to calibrate intervals with, and to judge by. All in its units.</summary>
public sealed class Rows : IDisposable
{
    private const int Least = 50;

    private Rows(TableEncoding encoding, CsvTable learned, CsvTable calibrating, CsvTable judging)
    {
        (Encoding, Judging) = (encoding, judging);
        (Train, Calibration, Test) = (encoding.Encode(learned), encoding.Encode(calibrating), encoding.Encode(judging));
    }

    /// <summary>How rows become numbers.</summary>
    public TableEncoding Encoding { get; }

    /// <summary>The cells of the rows to judge by.</summary>
    public CsvTable Judging { get; }

    public TensorDataSet Train { get; }

    public TensorDataSet Calibration { get; }

    public TensorDataSet Test { get; }

    /// <summary>
    /// Cuts a table: three fifths, one, and one, in a random order, since the guarantee is for new rows from where the others come from.
    /// </summary>
    /// <exception cref="InvalidDataException">There are too few rows, or something cannot be read; the message says what.</exception>
    public static Rows Of(CsvTable table, Options options)
    {
        if (table.Rows.Count < Least)
            throw new InvalidDataException(
                $"'{table.File}' has {table.Rows.Count} rows, and it takes {Least}: a fifth calibrates intervals "
                + $"of {Judged.Coverage * 100:0} %, and a fifth judges them. Give more rows.");
        int[] order = [.. Enumerable.Range(0, table.Rows.Count)];
        new Random(options.Seed).Shuffle(order);
        var part = order.Length / 5;
        var (learned, calibrating, judging) = (table.Of(order[(2 * part)..]), table.Of(order[..part]), table.Of(order[part..(2 * part)]));
        var encoding = TableEncoding.Of(table, learned, options);
        var target = table.PlaceOf(options.Target);
        return learned.Rows.Any(row => row[target] != learned.Rows[0][target])
            ? new Rows(encoding, learned, calibrating, judging)
            : throw new InvalidDataException(
                $"'{table.File}': column '{options.Target}' has one value in all rows that are learned, so there is nothing to learn.");
    }

    /// <summary>How many there are.</summary>
    public override string ToString() =>
        $"{Train.Count:N0} rows to learn from, {Calibration.Count:N0} to calibrate with, {Test.Count:N0} to judge by; "
        + $"{Encoding.Columns.Count} columns as {Encoding.Names().Count} numbers";

    public void Dispose()
    {
        Train.Dispose();
        Calibration.Dispose();
        Test.Dispose();
    }
}
