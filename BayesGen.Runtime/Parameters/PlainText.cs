using System.Globalization;
using System.Text;

namespace BayesGen.Parameters;

/// <summary>
/// Words that come from a file, as they may stand in a message: a terminal obeys escape characters, and nobody reads a million letters.
/// </summary>
internal static class PlainText
{
    private const int LongestText = 4000;
    private const int LongestName = 200;
    private const int MostNames = 20;

    /// <summary>A text without characters that do something; line breaks stay.</summary>
    public static string Of(string text) => Clean(text, LongestText, lineBreaks: true);

    /// <summary>A name on one line.</summary>
    public static string Name(string name) => Clean(name, LongestName, lineBreaks: false);

    /// <summary>The first few names, and how many more there are.</summary>
    public static string List(IReadOnlyCollection<string> names) =>
        string.Join(", ", First(names, Name, count => $"and {count.ToString("N0", CultureInfo.InvariantCulture)} more"));

    /// <summary>The first few of some things as text, and a text for the others.</summary>
    public static IEnumerable<string> First<T>(IReadOnlyCollection<T> things, Func<T, string> text, Func<int, string> others)
    {
        var shown = things.Take(MostNames).Select(text);
        return things.Count <= MostNames ? shown : shown.Append(others(things.Count - MostNames));
    }

    private static string Clean(string text, int longest, bool lineBreaks)
    {
        var isLong = text.Length > longest;
        var part = isLong ? text.AsSpan(0, longest) : text;
        var clean = new StringBuilder(part.Length);
        foreach (var rune in part.EnumerateRunes())
        {
            // An unpaired surrogate comes out as the replacement character.
            if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
                    or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                || (lineBreaks && rune.Value is '\n' or '\r'))
                clean.Append(rune);
            else
                clean.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
        }

        return isLong ? clean.Append("...").ToString() : clean.ToString();
    }
}
