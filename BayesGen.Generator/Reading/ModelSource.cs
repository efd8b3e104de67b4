using BayesGen.SourceGeneration.Model;
using Microsoft.CodeAnalysis;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>From an attribute that the pipeline found to the model that it owns.</summary>
internal static class ModelSource
{
    /// <summary>The model of the class around an attribute, or null where another attribute owns it or nothing can be written.</summary>
    public static NetworkModel? ReadOwned(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        var type = context.TargetSymbol as INamedTypeSymbol ?? context.TargetSymbol.ContainingType;
        if (type is null || KnownTypes.From(context.SemanticModel.Compilation) is not { } known)
            return null;
        return IsOwner(context, type, known) ? NetworkReader.Read(type, known, cancellation).Model : null;
    }

    public static IncrementalValuesProvider<NetworkModel> WithoutNulls(this IncrementalValuesProvider<NetworkModel?> models) =>
        models.Where(static model => model is not null)!;

    /// <summary>[BayesianNetwork] before [Bayesian] on the class before the first annotated member.</summary>
    private static bool IsOwner(GeneratorAttributeSyntaxContext context, INamedTypeSymbol type, KnownTypes known)
    {
        var attribute = context.Attributes[0].AttributeClass;
        if (SymbolEqualityComparer.Default.Equals(attribute, known.NetworkAttribute))
            return true;
        if (type.Find(known.NetworkAttribute) is not null)
            return false;
        if (context.TargetSymbol is INamedTypeSymbol)
            return true;
        if (type.Find(known.BayesianAttribute) is not null)
            return false;
        return SymbolEqualityComparer.Default.Equals(Annotations.AnnotatedMembers(type, known).First(), context.TargetSymbol);
    }
}
