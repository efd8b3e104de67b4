using System.Globalization;
using Microsoft.CodeAnalysis.CSharp;

namespace BayesGen.SourceGeneration.Symbols;

/// <summary>Names in the wrapper: Pascal case of a field's name, and none twice.</summary>
internal sealed class MemberNames
{
    // A member may not have the name of its class, and those of object are taken.
    private readonly HashSet<string> _taken =
    [
        "PosteriorMap", "PriorMap", "StateKeys",
        "Equals", "GetHashCode", "GetType", "ToString", "MemberwiseClone", "Finalize", "ReferenceEquals",
    ];

    public string Add(string field)
    {
        var name = Pascal(field);
        var unique = name;
        for (var i = 2; !_taken.Add(unique); i++)
            unique = name + "_" + i.ToString(CultureInfo.InvariantCulture);
        return unique;
    }

    /// <summary>Whether a member has the name already.</summary>
    public bool IsTaken(string name) => _taken.Contains(name);

    /// <summary><c>_fc_out</c> becomes FcOut.</summary>
    internal static string Pascal(string field)
    {
        var words = field.Split(['_'], StringSplitOptions.RemoveEmptyEntries);
        var name = string.Concat(words.Select(word => char.ToUpperInvariant(word[0]) + word.Substring(1)));
        return SyntaxFacts.IsValidIdentifier(name) ? name : "_" + name;
    }

    /// <summary>A name as C# source has it.</summary>
    public static string Escaped(string name) =>
        SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None && SyntaxFacts.GetContextualKeywordKind(name) == SyntaxKind.None
            ? name
            : "@" + name;
}
