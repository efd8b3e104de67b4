using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>Arrays, lists and dictionaries of layers, which are not modules themselves.</summary>
internal static class CollectionOfLayers
{
    /// <summary>The type of the layers in a collection, or null.</summary>
    public static ITypeSymbol? ElementOf(ITypeSymbol type, KnownTypes known)
    {
        var element = type is IArrayTypeSymbol array ? array.ElementType : EnumeratedBy(type);
        if (element is INamedTypeSymbol { Name: "KeyValuePair" } pair)
            element = pair.TypeArguments[1];
        return element is not null && LayerCatalog.KindOf(element, known)
            is not (LayerKind.NotALayer or LayerKind.Open or LayerKind.Weightless or LayerKind.Parameter) ? element : null;
    }

    public static bool IsDictionary(ITypeSymbol type) => EnumeratedBy(type)?.Name == "KeyValuePair";

    private static ITypeSymbol? EnumeratedBy(ITypeSymbol type) => type.AllInterfaces.Concat(type is INamedTypeSymbol named ? [named] : [])
        .FirstOrDefault(candidate => candidate.OriginalDefinition.SpecialType == SpecialType.System_Collections_Generic_IEnumerable_T)
        ?.TypeArguments[0];
}
