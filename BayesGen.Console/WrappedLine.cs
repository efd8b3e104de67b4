using System.Text;
using Spectre.Console.Rendering;

namespace BayesGen;

/// <summary>
/// A line of text as rows of a terminal, broken between its fields. Each row clears what the terminal shows there first: Spectre writes
/// lines over the live part and draws that again below them, so what a row does not reach would stay of the old display.
/// </summary>
/// <param name="text">The line; control characters in it are shown as a dot, since names out of files must not command a terminal.</param>
/// <param name="clears">Whether a live part may stand where the rows go.</param>
internal sealed class WrappedLine(string text, bool clears) : IRenderable
{
    private const string ClearRow = "\u001b[2K";
    private const string Indent = "    ";
    private const string Gap = "  ";

    public Measurement Measure(RenderOptions options, int maxWidth) => new(Math.Min(1, maxWidth), maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        // One column stays free: a terminal waits with the break of a line that fills it.
        foreach (var row in Rows(text, Math.Max(1, maxWidth - 1)))
        {
            if (clears)
                yield return Segment.Control(ClearRow);
            yield return new Segment(row);
            yield return Segment.LineBreak;
        }
    }

    /// <summary>The rows of a text: fields, which two spaces part, stay whole where they fit; what continues is indented.</summary>
    internal static IEnumerable<string> Rows(string text, int width) =>
        text.ReplaceLineEndings("\n").Split('\n').SelectMany(line => RowsOfLine(Shown(line), width));

    private static IEnumerable<string> RowsOfLine(string line, int width)
    {
        var row = "";
        foreach (var field in line.Split(Gap))
        {
            var joined = row.Length == 0 ? field : row + Gap + field;
            if (Cells(joined) <= width)
            {
                row = joined;
                continue;
            }

            if (row.Length > 0)
            {
                yield return row;
                row = Cells(Indent + field[..Math.Min(1, field.Length)]) <= width ? Indent + field : field;
            }
            else
            {
                row = field;
            }

            while (Cells(row) > width)
            {
                var end = EndWithin(row, width);
                yield return row[..end].TrimEnd();
                var rest = row[end..].TrimStart();
                row = width > 2 * Indent.Length ? Indent + rest : rest;
            }
        }

        yield return row;
    }

    /// <summary>Where a row that is too long ends: at a space, or within a word that has no room of its own.</summary>
    private static int EndWithin(string row, int width)
    {
        var most = 1;
        while (most < row.Length && Cells(row[..(most + 1)]) <= width)
            most++;
        if (char.IsHighSurrogate(row[most - 1]) && most < row.Length)
            most += most > 1 ? -1 : 1;
        var space = row.LastIndexOf(' ', most - 1);
        return space > Indent.Length ? space : most;
    }

    private static int Cells(string text) => new Segment(text).CellCount();

    private static string Shown(string line)
    {
        if (!line.Any(char.IsControl))
            return line;
        var shown = new StringBuilder(line.Length);
        foreach (var character in line)
            shown.Append(character == '\t' ? ' ' : char.IsControl(character) ? '·' : character);
        return shown.ToString();
    }
}
