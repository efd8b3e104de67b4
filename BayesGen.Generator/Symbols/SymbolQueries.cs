using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Symbols;

/// <summary>The few questions about symbols that Roslyn has no ready answer for.</summary>
internal static class SymbolQueries
{
    private static readonly SymbolDisplayFormat Full = SymbolDisplayFormat.FullyQualifiedFormat
        .AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    /// <summary>The attribute of the given class on a symbol, or null.</summary>
    public static AttributeData? Find(this ISymbol symbol, INamedTypeSymbol? attribute) => symbol.GetAttributes()
        .FirstOrDefault(data => SymbolEqualityComparer.Default.Equals(data.AttributeClass, attribute));

    public static IEnumerable<INamedTypeSymbol> SelfAndBases(this ITypeSymbol type)
    {
        for (var current = type as INamedTypeSymbol; current is not null; current = current.BaseType)
            yield return current;
    }

    public static IEnumerable<INamedTypeSymbol> SelfAndContainers(this INamedTypeSymbol type)
    {
        for (var current = type; current is not null; current = current.ContainingType)
            yield return current;
    }

    /// <summary>A namespace and those around it, without the global one.</summary>
    public static IEnumerable<INamespaceSymbol> SelfAndContainers(this INamespaceSymbol room)
    {
        for (var current = room; current is { IsGlobalNamespace: false }; current = current.ContainingNamespace)
            yield return current;
    }

    public static bool DerivesFrom(this ITypeSymbol type, INamedTypeSymbol? ancestor) =>
        type.SelfAndBases().Any(candidate => SymbolEqualityComparer.Default.Equals(candidate, ancestor));

    public static bool Implements(this ITypeSymbol type, INamedTypeSymbol? contract) =>
        type.AllInterfaces.Any(candidate => SymbolEqualityComparer.Default.Equals(candidate, contract));

    /// <summary>Whether everybody can see a type, so that it may stand in a public signature.</summary>
    public static bool IsVisibleToAll(this ITypeSymbol type) => type is INamedTypeSymbol named
        && named.SelfAndContainers().All(container =>
            container.DeclaredAccessibility == Accessibility.Public && container.TypeArguments.All(IsVisibleToAll));

    /// <summary>
    /// Whether a type and all that it is made of exists; where one does not, the compiler says so, and its name may be no name.
    /// </summary>
    public static bool Exists(this ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol array => array.ElementType.Exists(),
        INamedTypeSymbol named => named.TypeKind != TypeKind.Error
            && named.SelfAndContainers().All(container => container.Name.Length > 0 && container.TypeArguments.All(Exists))
            && named.ContainingNamespace.SelfAndContainers().All(room => room.Name.Length > 0),
        ITypeParameterSymbol parameter => parameter.Name.Length > 0,
        _ => type.TypeKind != TypeKind.Error,
    };

    /// <summary>The name of a type that means the same everywhere, keywords escaped.</summary>
    public static string FullName(this ITypeSymbol type) => type.ToDisplayString(Full);

    /// <summary>The name of a type as the developer writes it.</summary>
    public static string ShortName(this ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);

    /// <summary>Where to point at: the attribute if it is known, else the symbol.</summary>
    public static Location LocationOr(this AttributeData? attribute, ISymbol symbol, CancellationToken cancellation) =>
        attribute?.ApplicationSyntaxReference?.GetSyntax(cancellation).GetLocation() ?? symbol.Locations.FirstOrDefault() ?? Location.None;
}
