using BayesGen.SourceGeneration.Layers;
using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Names;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>A field whose weights a loss has to score. It holds a symbol and stays out of the pipeline.</summary>
/// <param name="Key">The key of the field.</param>
/// <param name="Posterior">The posterior class.</param>
/// <param name="Family">Its description.</param>
/// <param name="Prior">The prior class that the annotation names; null for the family's own, or where that is not known.</param>
/// <param name="Source">The annotation; null where it is not visible from here.</param>
internal sealed record ScoredField(
    string Key, INamedTypeSymbol Posterior, FamilyModel Family, INamedTypeSymbol? Prior = null, AnnotationSource? Source = null)
{
    public ScoredField Under(string prefix) => this with { Key = $"{prefix}.{Key}" };
}

/// <summary>The posteriors of a network.</summary>
internal static class ScoredFields
{
    /// <summary>Those of a network of this project or, read from the maps of its wrapper, of a referenced one.</summary>
    public static IReadOnlyList<ScoredField> In(
        INamedTypeSymbol network, KnownTypes known, HashSet<ISymbol> visited, CancellationToken cancellation)
    {
        if (visited.Contains(network))
            return []; // Its families are on the list already.
        if (SymbolEqualityComparer.Default.Equals(network.ContainingAssembly, known.Compilation.Assembly))
            return new MemberReader(network, known, [], visited, cancellation).Read().Scored;
        return Annotations.ReferencedWrapper(network, known) is { } wrapper ? [.. InMap(wrapper, known, visited)] : [];
    }

    /// <summary>Whether a network has members that may hold annotated networks which their declarations do not tell.</summary>
    public static bool MayBeMore(INamedTypeSymbol network, KnownTypes known) =>
        NetworkField.Of(network, known).Any(field => LayerCatalog.MayHoldNetworks(field.Field.Type, known));

    /// <summary>The private fields of a referenced network are not visible, but its wrapper shows each as a property.</summary>
    public static IEnumerable<ScoredField> InMap(INamedTypeSymbol wrapper, KnownTypes known, HashSet<ISymbol> visited)
    {
        if (!visited.Add(wrapper))
            yield break;
        foreach (var property in wrapper.GetTypeMembers("PosteriorMap").SelectMany(map => map.GetMembers()))
        {
            var type = property switch
            {
                IPropertySymbol { Type: var value } => value,
                IMethodSymbol { MethodKind: MethodKind.Ordinary, ReturnType: var value } => value, // The networks of a list.
                _ => null,
            };
            if (type is INamedTypeSymbol { Name: "PosteriorMap", ContainingType: { } inner })
            {
                foreach (var field in InMap(inner, known, visited))
                    yield return field.Under(property.Name);
                continue;
            }

            var posterior = type?.DerivesFrom(known.Posterior) == true
                ? type
                : type?.SelfAndBases().FirstOrDefault(type => type.Name == RuntimeNames.PosteriorGroup.Name)?.TypeArguments[0];
            if (posterior is INamedTypeSymbol family)
                yield return new ScoredField(property.Name, family, FamilyCatalog.Describe(family, known));
        }
    }
}
