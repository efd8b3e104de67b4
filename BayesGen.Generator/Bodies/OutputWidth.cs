using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace BayesGen.SourceGeneration.Bodies;

/// <summary>Reads whether a network gives one number for each example.</summary>
internal static class OutputWidth
{
    /// <summary>
    /// The layer of one output that every way out of forward returns, or null. What changes the shape behind it is not followed: scores of
    /// several candidates may be squeezed into one row.
    /// </summary>
    public static ISymbol? SingleOutputOf(INamedTypeSymbol network, KnownTypes known, CancellationToken cancellation)
    {
        ISymbol? single = null;
        foreach (var returned in ForwardOutput.Returned(network, known, cancellation))
        {
            if (DeclaredValue.Of(returned, known, cancellation) is not IInvocationOperation { TargetMethod.Name: "call" or "forward" } call
                || DeclaredValue.Unconverted(call.Instance) is not IMemberReferenceOperation { Member: var layer }
                || DeclaredValue.Of(call.Instance, known, cancellation) is not IInvocationOperation { TargetMethod.Name: "Linear" } made
                || !known.IsTorchSharp(made.TargetMethod.ContainingType)
                || made.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == 1)?.Value.ConstantValue.Value is not (1 or 1L))
                return null;
            single = layer;
        }

        return single;
    }
}
