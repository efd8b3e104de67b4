using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.SourceGeneration.Graphs;

/// <summary>Which calls change a tensor in place.</summary>
internal static class GraphChanges
{
    /// <summary>Functions whose one argument that is true or false says whether they work in place.</summary>
    private static readonly HashSet<string> Flagged =
    [
        "relu", "relu6", "selu", "gelu", "silu", "mish", "sigmoid", "tanh", "hardsigmoid", "hardswish", "softsign", "leaky_relu", "celu",
        "hardtanh",
    ];

    /// <summary>Whether a call changes its tensor: by its name, or where its last argument says so.</summary>
    /// <param name="call">The call.</param>
    /// <param name="name">The name of the function.</param>
    /// <param name="skip">1 where the tensor is the first argument, 0 where it stands before the point.</param>
    /// <remarks>TorchSharp's elu computes beside its input whatever it is told, and dropout changes nothing in evaluation.</remarks>
    public static bool IsInPlace(InvocationExpressionSyntax call, string name, int skip) => name.EndsWith("_", StringComparison.Ordinal)
        || skip == 1 && Flagged.Contains(name) && call.ArgumentList.Arguments.Last() is var last
            && (last.NameColon?.Name.Identifier.ValueText == "inplace"
                ? !last.Expression.IsKind(SyntaxKind.FalseLiteralExpression)
                : last.Expression.IsKind(SyntaxKind.TrueLiteralExpression));
}
