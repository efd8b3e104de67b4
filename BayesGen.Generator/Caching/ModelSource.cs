using BayesGen.SourceGeneration.Graphs;
using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Reading;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Caching;

/// <summary>From an attribute that the pipeline found to the model that it owns.</summary>
internal static class ModelSource
{
    /// <summary>The model of the class around an attribute, or null where another attribute owns it or nothing can be written.</summary>
    public static NetworkFiles? ReadOwned(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        var type = context.TargetSymbol as INamedTypeSymbol ?? context.TargetSymbol.ContainingType;
        if (type is null || context.Attributes[0].AttributeClass is not { } attribute)
            return null;
        var compilation = context.SemanticModel.Compilation;
        return ModelCache.Recall(
            context, type, attribute.Name,
            () => KnownTypes.From(compilation) is { } known && IsOwner(context, type, known)
                ? NetworkReader.Read(type, known, cancellation).Model
                : null,
            (model, edited) => SurfaceReader.Read(type, KnownTypes.From(compilation)!, model, edited));
    }

    public static IncrementalValuesProvider<T> WithoutNulls<T>(this IncrementalValuesProvider<T?> models)
        where T : class =>
        models.Where(static model => model is not null)!;

    /// <summary>[BayesianNetwork] before [Bayesian] on the class before the first annotated member.</summary>
    /// <remarks>
    /// Neither the attribute nor the symbol alone names one target: several fields of one declaration share the attribute, and several
    /// parts of a class, each with an attribute, the symbol.
    /// </remarks>
    private static bool IsOwner(GeneratorAttributeSyntaxContext context, INamedTypeSymbol type, KnownTypes known)
    {
        var (symbol, attribute) = OwnerOf(type, known);
        return SymbolEqualityComparer.Default.Equals(symbol, context.TargetSymbol)
            && attribute?.ApplicationSyntaxReference is { } owner
            && context.Attributes[0].ApplicationSyntaxReference is { } found
            && owner.SyntaxTree == found.SyntaxTree && owner.Span == found.Span;
    }

    private static (ISymbol? Symbol, AttributeData? Attribute) OwnerOf(INamedTypeSymbol type, KnownTypes known)
    {
        if ((type.Find(known.NetworkAttribute) ?? type.Find(known.BayesianAttribute)) is { } onClass)
            return (type, onClass);
        var member = Annotations.AnnotatedMembers(type, known).FirstOrDefault();
        return (member, member?.Find(known.BayesianAttribute));
    }
}
