using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>Reads which layer computes the output of a network.</summary>
internal static class LastLayerReader
{
    /// <summary>
    /// The layer with weights that forward runs last: the outermost one in what it returns, followed through local variables. Where forward
    /// does not say, the last one in the order of the fields. Normalization layers do not count.
    /// </summary>
    public static NetworkField? Find(INamedTypeSymbol network, KnownTypes known, CancellationToken cancellation)
    {
        var layers = NetworkField.Of(network, known).Where(field => IsLayer(field, known)).ToList();
        return ForwardOutput.Returned(network, known, cancellation)
            .Select(output => Search(output, layers, ForwardOutput.BodyOf(network, known, cancellation)))
            .FirstOrDefault(layer => layer is not null)
            ?? layers.LastOrDefault(layer => SymbolEqualityComparer.Default.Equals(layer.Type, network));
    }

    /// <summary>Whether a field holds a layer that an annotation of its class would make Bayesian.</summary>
    public static bool IsLayer(NetworkField field, KnownTypes known) =>
        LayerCatalog.KindOf(field.Field.Type, known) is LayerKind.WeightAndBias or LayerKind.Weight or LayerKind.Named or LayerKind.Any;

    private static NetworkField? Search(IOperation? value, List<NetworkField> layers, IOperation? body)
    {
        var output = DeclaredValue.Unconverted(value);
        if (output is IInvocationOperation { TargetMethod.Name: "call" or "forward" } call
            && DeclaredValue.Unconverted(call.Instance) is IMemberReferenceOperation { Member: var member }
            && layers.FirstOrDefault(layer => SymbolEqualityComparer.Default.Equals(layer.Member, member)) is { } found)
            return found;
        var variable = output switch
        {
            ILocalReferenceOperation local => (ISymbol)local.Local,
            IParameterReferenceOperation parameter => parameter.Parameter,
            _ => null,
        };
        // Only what stands wholly before it: so each step goes up in the text, and ends in loops too.
        IEnumerable<IOperation?> sources = variable is null
            ? output?.ChildOperations.Reverse() ?? []
            : ValuesOf(variable, body).Where(source => source.Syntax.Span.End <= output!.Syntax.SpanStart).Reverse();
        return sources.Select(source => Search(source, layers, body)).FirstOrDefault(layer => layer is not null);
    }

    /// <summary>What is assigned to a variable, in the order of the text.</summary>
    private static IEnumerable<IOperation> ValuesOf(ISymbol variable, IOperation? body)
    {
        return (body?.Descendants() ?? [])
            .Select(operation => operation switch
            {
                IVariableDeclaratorOperation { Initializer: { } initializer } declared when Is(declared.Symbol) => initializer.Value,
                IAssignmentOperation assignment when assignment.Target.DescendantsAndSelf().Any(IsReference) => assignment.Value,
                _ => null,
            })
            .OfType<IOperation>()
            .OrderBy(value => value.Syntax.SpanStart);

        bool IsReference(IOperation target) =>
            target is ILocalReferenceOperation local && Is(local.Local)
            || target is IParameterReferenceOperation parameter && Is(parameter.Parameter);

        bool Is(ISymbol symbol) => SymbolEqualityComparer.Default.Equals(symbol, variable);
    }
}
