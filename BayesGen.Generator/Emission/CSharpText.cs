using System.Globalization;
using System.Text;

namespace BayesGen.SourceGeneration.Emission;

/// <summary>Values of the model as C# and as documentation.</summary>
internal static class CSharpText
{
    public static string Literal(string text)
    {
        var literal = new StringBuilder(text.Length + 2).Append('"');
        foreach (var character in text)
            _ = character switch
            {
                '\\' => literal.Append("\\\\"),
                '"' => literal.Append("\\\""),
                '\n' => literal.Append("\\n"),
                '\r' => literal.Append("\\r"),
                _ when BreaksText(character) => literal.Append($"\\u{(int)character:x4}"),
                _ => literal.Append(character),
            };
        return literal.Append('"').ToString();
    }

    /// <summary>A double: without a point it would be an int, and a constructor that takes one would be the better match.</summary>
    public static string Literal(double number)
    {
        var digits = number.ToString("R", CultureInfo.InvariantCulture);
        return digits.Any(character => character is '.' or 'E') ? digits : digits + ".0";
    }

    /// <summary>Text inside a documentation comment.</summary>
    public static string Doc(string text) =>
        string.Concat(text.Select(character => BreaksText(character) ? '\uFFFD' : character))
            .Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");

    /// <summary>Characters that end a line, that XML does not allow, or that are half of one: a registered name may have any.</summary>
    private static bool BreaksText(char character) =>
        char.IsControl(character) || char.IsSurrogate(character) || character is '\u2028' or '\u2029' or '\uFFFE' or '\uFFFF';

    /// <summary>A type as documentation refers to it.</summary>
    public static string Cref(string type) => type.Replace('<', '{').Replace('>', '}').Replace("?", "");

    /// <summary>A reference to a type, or its name where it has type arguments, which a reference cannot say.</summary>
    public static string SeeType(string type) =>
        type.Contains('<') ? $"<c>{Doc(type.Replace("global::", ""))}</c>" : $"<see cref=\"{Cref(type)}\"/>";

    /// <summary>The body of a member of a wrapper that cannot work: it says what the analyzer says.</summary>
    public const string Throw = "throw new global::System.InvalidOperationException(Refusal)";

    public static string Pascal(string name) =>
        string.Concat(
            name.Split(['_'], StringSplitOptions.RemoveEmptyEntries).Select(word => char.ToUpperInvariant(word[0]) + word.Substring(1)));
}
