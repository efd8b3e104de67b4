using System.Globalization;

namespace BayesGen.SourceGeneration.Emission;

/// <summary>Values of the model as C# and as documentation.</summary>
internal static class CSharpText
{
    public static string Literal(string text) =>
        "\"" + text.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n").Replace("\r", "\\r") + "\"";

    public static string Literal(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Text inside a documentation comment.</summary>
    public static string Doc(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");

    /// <summary>A type as documentation refers to it.</summary>
    public static string Cref(string type) => type.Replace('<', '{').Replace('>', '}').Replace("?", "");

    /// <summary>The body of a member of a wrapper that cannot work: it says what the analyzer says.</summary>
    public const string Throw = "throw new global::System.InvalidOperationException(Refusal)";

    public static string Pascal(string name) =>
        string.Concat(name.Split(['_'], StringSplitOptions.RemoveEmptyEntries).Select(word => char.ToUpperInvariant(word[0]) + word.Substring(1)));
}
