using System.Globalization;
using System.Text;

namespace BayesGen.Tests.Reports;

/// <summary>
/// What a terminal shows after a stream of text and control codes: as much of a VT100 as the console report needs, without a bottom, so
/// that nothing scrolls away. An unknown code is an error.
/// </summary>
internal sealed class Screen(int width)
{
    private readonly List<char[]> _rows = [];
    private int _row;
    private int _column;

    /// <summary>The rows, without the spaces at their ends.</summary>
    public IReadOnlyList<string> Rows => [.. _rows.Select(row => new string(row).TrimEnd())];

    public static IReadOnlyList<string> Of(string sent, int width)
    {
        var screen = new Screen(width);
        screen.Receive(sent);
        return screen.Rows;
    }

    private void Receive(string sent)
    {
        for (var i = 0; i < sent.Length; i++)
        {
            switch (sent[i])
            {
                case '\u001b':
                    i = Control(sent, i);
                    break;
                case '\r':
                    _column = 0;
                    break;
                case '\n':
                    // As a terminal in its usual mode: the driver adds the carriage return.
                    (_row, _column) = (_row + 1, 0);
                    break;
                default:
                    // A full row breaks when the next character comes.
                    if (_column == width)
                        (_row, _column) = (_row + 1, 0);
                    Current()[_column++] = sent[i];
                    break;
            }
        }
    }

    private int Control(string sent, int at)
    {
        Assert.Equal('[', sent[at + 1]);
        var end = at + 2;
        while (!char.IsAsciiLetter(sent[end]))
            end++;
        var text = sent[(at + 2)..end];
        var number = int.TryParse(text, CultureInfo.InvariantCulture, out var given) ? given : (int?)null;
        switch (sent[end])
        {
            case 'A':
                _row = Math.Max(0, _row - (number ?? 1));
                break;
            case 'K':
                var (from, to) = number switch { null or 0 => (_column, width), 1 => (0, _column + 1), _ => (0, width) };
                Current().AsSpan(Math.Min(from, width), Math.Min(to, width) - Math.Min(from, width)).Fill(' ');
                break;
            case 'm' or 'h' or 'l':
                break;
            default:
                Assert.Fail($"The screen does not know ESC[{text}{sent[end]}.");
                break;
        }

        return end;
    }

    private char[] Current()
    {
        while (_rows.Count <= _row)
            _rows.Add(new string(' ', width).ToCharArray());
        return _rows[_row];
    }
}
