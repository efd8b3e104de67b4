using nietras.SeparatedValues;

namespace TabularSample;

/// <summary>A table as texts: what stands in a CSV file, cell by cell.</summary>
/// <param name="File">The file.</param>
/// <param name="Columns">The names of the columns, from the first line.</param>
/// <param name="Rows">The cells of each row.</param>
/// <param name="Lines">The line of the file in which each row begins, from 1.</param>
public sealed record CsvTable(string File, IReadOnlyList<string> Columns, IReadOnlyList<string[]> Rows, IReadOnlyList<int> Lines)
{
    /// <summary>Reads a file: commas, semicolons or tabs, whichever its first line has.</summary>
    /// <exception cref="InvalidDataException">It is no table; the message says where and why.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static CsvTable Read(string path)
    {
        if (!System.IO.File.Exists(path))
            throw new InvalidDataException($"There is no file '{path}': give the path of a CSV file to --csv.");
        var (rows, lines) = (new List<string[]>(), new List<int>());
        try
        {
            // Blank lines are let through, and counted cells are refused below in words of our own.
            using var reader = Sep.Reader(options => options with
            {
                Unescape = true,
                Trim = SepTrim.Outer,
                DisableColCountCheck = true,
            }).FromFile(path);
            var columns = reader.Header.ColNames;
            foreach (var row in reader)
            {
                if (row.ColCount == 1 && row[0].Span.IsEmpty && columns.Count > 1)
                    continue;
                if (row.ColCount != columns.Count)
                    throw new InvalidDataException(
                        $"'{path}', line {row.LineNumberFrom}: {row.ColCount} cells, and the first line names {columns.Count} columns. "
                        + "A text that holds a comma stands in quotation marks.");
                rows.Add(row[..].ToStringsArray());
                lines.Add(row.LineNumberFrom);
            }

            return new CsvTable(path, [.. columns], rows, lines);
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException($"'{path}' has no line of column names that differ: {exception.Message}", exception);
        }
    }

    /// <summary>The place of a column.</summary>
    /// <exception cref="InvalidDataException">There is none of this name; those there are get named.</exception>
    public int PlaceOf(string column)
    {
        var place = Columns.ToList().IndexOf(column);
        return place >= 0
            ? place
            : throw new InvalidDataException($"'{File}' has no column '{column}'. It has: {string.Join(", ", Columns)}.");
    }

    /// <summary>Some of the rows.</summary>
    public CsvTable Of(IEnumerable<int> rows)
    {
        List<int> places = [.. rows];
        return this with { Rows = [.. places.Select(row => Rows[row])], Lines = [.. places.Select(row => Lines[row])] };
    }
}
