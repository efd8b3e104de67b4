using System.Globalization;
using System.Text;
using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>The names of wrappers and of the files that they are written to.</summary>
internal static class WrapperNames
{
    private const char Joint = '_';

    /// <summary>Bytes of a file name that leave room for what is put behind it: file systems take 255.</summary>
    private const int LongestName = 200;

    /// <summary>The name of the wrapper of a network class: <c>BayesianNet</c>, or <c>BayesianOuter_Net</c> for a nested one.</summary>
    public static string Of(INamedTypeSymbol type) => "Bayesian" + PathOf(type);

    /// <summary>
    /// The annotated class beside this one whose wrapper would have the same name, or null: <c>Outer.Net</c> and <c>Outer_Net</c>.
    /// </summary>
    public static INamedTypeSymbol? TwinOf(INamedTypeSymbol type, KnownTypes known) =>
        PathOf(type) is var path && path.IndexOf(Joint) >= 0
            ? At(type.ContainingNamespace, path).FirstOrDefault(other => other.Arity == type.Arity
                && !SymbolEqualityComparer.Default.Equals(other, type) && Annotations.IsNetwork(other, known))
            : null;

    /// <summary>The name of the generated file. Roslyn wants it to be unique, and takes Net and NET for one.</summary>
    public static string HintOf(INamedTypeSymbol type)
    {
        var room = string.Concat(type.ContainingNamespace.SelfAndContainers().Reverse().Select(container => container.Name + "."));
        var name = room + Of(type) + (type.Arity > 0 ? "-" + type.Arity.ToString(CultureInfo.InvariantCulture) : "");
        var isLong = Encoding.UTF8.GetByteCount(name) > LongestName;
        var hash = isLong || DiffersInCaseAlone(type) ? "-" + HashOf(name).ToString("x8", CultureInfo.InvariantCulture) : "";
        return (isLong ? EndOf(name) : name) + hash + HostModel.Ending;
    }

    /// <summary>As much of the end of a name as a file system takes.</summary>
    private static string EndOf(string name)
    {
        var start = name.Length;
        for (var bytes = 0; start > 0; start--)
        {
            bytes += char.IsSurrogate(name[start - 1]) ? 2 : Encoding.UTF8.GetByteCount(name.ToCharArray(start - 1, 1));
            if (bytes > LongestName)
                break;
        }

        return name.Substring(start < name.Length && char.IsLowSurrogate(name[start]) ? start + 1 : start);
    }

    private static string PathOf(INamedTypeSymbol type) =>
        string.Join(Joint.ToString(), type.SelfAndContainers().Reverse().Select(container => container.Name));

    /// <summary>The types that have a path, wherever its joints are.</summary>
    private static IEnumerable<INamedTypeSymbol> At(INamespaceOrTypeSymbol room, string path)
    {
        foreach (var type in room.GetTypeMembers(path))
            yield return type;
        for (var joint = path.IndexOf(Joint); joint >= 0; joint = path.IndexOf(Joint, joint + 1))
            foreach (var outer in room.GetTypeMembers(path.Substring(0, joint)))
                foreach (var type in At(outer, path.Substring(joint + 1)))
                    yield return type;
    }

    private static bool DiffersInCaseAlone(INamedTypeSymbol type) =>
        type.SelfAndContainers().Any(container => HasTwin(container, container.ContainingType?.GetTypeMembers()
            ?? container.ContainingNamespace.GetTypeMembers()))
        || type.ContainingNamespace.SelfAndContainers().Any(room => HasTwin(room, room.ContainingNamespace.GetNamespaceMembers()));

    private static bool HasTwin(ISymbol symbol, IEnumerable<ISymbol> siblings) => siblings.Any(sibling =>
        sibling.Name.Length == symbol.Name.Length && sibling.Name != symbol.Name
        && string.Equals(sibling.Name, symbol.Name, StringComparison.OrdinalIgnoreCase));

    // FNV-1a: string.GetHashCode differs from run to run.
    private static uint HashOf(string text)
    {
        var hash = 2166136261;
        foreach (var character in text)
            hash = unchecked((hash ^ character) * 16777619);
        return hash;
    }
}
