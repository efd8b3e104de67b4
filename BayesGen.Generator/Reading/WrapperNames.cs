using System.Globalization;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>The names of wrappers and of the files that they are written to.</summary>
internal static class WrapperNames
{
    private const char Joint = '_';

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
        return name + (DiffersInCaseAlone(type) ? "-" + HashOf(name).ToString("x8", CultureInfo.InvariantCulture) : "") + ".g.cs";
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
