using System.Text.RegularExpressions;

namespace BayesGen.Tests.Style;

/// <summary>One word to leave, and where it is not to stand.</summary>
/// <param name="Word">The word as the list has it.</param>
/// <param name="Instead">What to write.</param>
internal sealed partial record OldWord(string Word, string Instead)
{
    private Kind Where { get; init; }

    private string[] Parts { get; init; } = [];

    private Regex? Pattern { get; init; }

    /// <summary>The pattern in texts; null for a word that only names have.</summary>
    public string? TextPattern => Pattern?.ToString();

    /// <summary>
    /// A name that is fine elsewhere, such as a member of a library: only its declaration counts. <c>Type.Member</c> means one type.
    /// </summary>
    public static OldWord Declared(string name, string instead) => new(name, instead) { Where = Kind.Declared };

    /// <summary>Words within a name, in any case: Heir in MayHaveHeirs and in heirs. A name of several words counts in texts too.</summary>
    public static OldWord Part(string words, string instead) => new(words, instead)
    {
        Where = Kind.Part,
        Parts = PartsOf(words),
        Pattern = PartsOf(words).Length > 1 ? new Regex($@"\b{words}") : null,
    };

    /// <summary>A phrase in comments, messages and pages, in any case.</summary>
    public static OldWord Prose(string pattern, string instead) => new(pattern, instead)
    {
        Where = Kind.Prose,
        Pattern = new Regex($@"(?<![\w.-])(?:{pattern})(?![\w-])", RegexOptions.IgnoreCase),
    };

    /// <summary>Letters within any word, of names and of texts.</summary>
    public static OldWord Stem(string pattern, string instead) => new(pattern, instead)
    {
        Where = Kind.Stem,
        Pattern = new Regex(pattern, RegexOptions.IgnoreCase),
    };

    /// <summary>Whether a name has the word.</summary>
    /// <param name="name">The identifier.</param>
    /// <param name="declaredIn">The type that declares it here, or the name itself for a type; null where the name is only used.</param>
    public bool IsIn(string name, string? declaredIn) => Where switch
    {
        Kind.Declared => declaredIn is not null && (Word == name || Word == $"{declaredIn}.{name}"),
        Kind.Part => IsPartOf(name),
        Kind.Stem => Pattern!.IsMatch(Spaced(name)),
        _ => false,
    };

    /// <summary>Whether a piece of text has the word.</summary>
    public bool IsIn(string text) => Pattern?.IsMatch(text) ?? false;

    private static string[] PartsOf(string name) => [.. NamePart().Matches(name).Select(part => part.Value)];

    private static string Spaced(string name) => string.Join(' ', PartsOf(name));

    private bool IsPartOf(string name)
    {
        var parts = PartsOf(name);
        for (var i = 0; i + Parts.Length <= parts.Length; i++)
            if (Parts.Select((part, k) => IsForm(parts[i + k], part)).All(isForm => isForm))
                return true;
        return false;
    }

    /// <summary>The word, or its plural.</summary>
    private static bool IsForm(string part, string word) =>
        part.Equals(word, StringComparison.OrdinalIgnoreCase) || part.Equals(word + "s", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z]?[a-z]+")]
    private static partial Regex NamePart();

    private enum Kind { Declared, Part, Prose, Stem }
}
