using BayesGen.SourceGeneration.Layers;
using BayesGen.SourceGeneration.Reading;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Bodies;

/// <summary>Layers whose noise is added by a hook: Estimator.Local on a layer that can take it.</summary>
internal static class LocalLayers
{
    /// <summary>
    /// The field or property that holds the layer of an expression, where an annotation gives it Estimator.Local; null where it has
    /// another estimator, or where the source does not prove what the layer is.
    /// </summary>
    /// <param name="layer">The expression: the member itself, one of the layers in it, or a local that stands for one.</param>
    /// <param name="network">The class whose code uses it; its annotation counts for the members of its base classes too.</param>
    /// <param name="known">The types to ask about.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static ISymbol? MemberBehind(IOperation? layer, INamedTypeSymbol? network, KnownTypes known, CancellationToken cancellation)
    {
        layer = DeclaredValue.Unconverted(layer);
        if (layer is null || MemberOf(layer) is not { } member || network is null)
            return null;
        var type = IsProven(layer.Type, known) ? layer.Type : DeclaredValue.Of(layer, known, cancellation)?.Type;
        return IsProven(type, known) && IsLocal(member, network, known) ? member : null;
    }

    private static bool IsProven(ITypeSymbol? type, KnownTypes known) =>
        type is not null && LayerCatalog.SupportsLocal(type, known) is true;

    /// <summary>A Sequential runs its layers by call(), so only what is taken out of a list, an array or a dictionary counts.</summary>
    private static ISymbol? MemberOf(IOperation? layer) => DeclaredValue.Unconverted(layer) switch
    {
        IFieldReferenceOperation { Field: var field } => field,
        IPropertyReferenceOperation { Property.IsIndexer: true } item => MemberOf(item.Instance),
        IPropertyReferenceOperation { Property: var property } => property,
        ILocalReferenceOperation local => Source(local) is { } source ? MemberOf(source) : null,
        _ => null,
    };

    /// <summary>What a local was declared with, or the collection that a loop takes it from.</summary>
    private static IOperation? Source(ILocalReferenceOperation read)
    {
        for (var parent = read.Parent; parent is not null; parent = parent.Parent)
            if (parent is IForEachLoopOperation loop && loop.Locals.Any(local => SymbolEqualityComparer.Default.Equals(local, read.Local)))
                return loop.Collection;
        return DeclaredValue.OfLocal(read);
    }

    private static bool IsLocal(ISymbol member, INamedTypeSymbol network, KnownTypes known)
    {
        if (member.Find(known.BayesianAttribute) is { } own)
            return SaysLocal(own);
        return member.Find(known.DeterministicAttribute) is null
            && network.SelfAndBases().Any(type =>
                SymbolEqualityComparer.Default.Equals(type.OriginalDefinition, member.ContainingType.OriginalDefinition))
            && Annotations.OfClass(network, known) is var (ofTheClass, _) && SaysLocal(ofTheClass);
    }

    private static bool SaysLocal(AttributeData attribute) => attribute.NamedArguments.Any(option =>
        option.Key == "Estimator" && option.Value.Value is AnnotationReader.LocalEstimator);
}
