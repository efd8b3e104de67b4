using BayesGen.SourceGeneration.Layers;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.SourceGeneration.Bodies;

/// <summary>Reads whether code makes a layer, rather than naming one that is held elsewhere too.</summary>
internal static class LayerMaking
{
    /// <summary>
    /// Whether a constructor of a layer, or a function of TorchSharp that returns one, is called in a piece of code. A layer that is
    /// assigned on its way into a collection is registered under the other name.
    /// </summary>
    /// <param name="contents">The code.</param>
    /// <param name="known">The types of TorchSharp.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <param name="orParameter">Whether a single parameter counts as a layer.</param>
    public static bool IsIn(SyntaxNode contents, KnownTypes known, CancellationToken cancellation, bool orParameter = false) =>
        contents.DescendantNodesAndSelf().Any(node =>
            node is InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax
            && node.Parent is not AssignmentExpressionSyntax { Parent: ArgumentSyntax or ExpressionElementSyntax }
            && known.Compilation.GetSemanticModel(node.SyntaxTree).GetSymbolInfo(node, cancellation).Symbol is IMethodSymbol made
            && (made.MethodKind == MethodKind.Constructor ? made.ContainingType
                : made.IsStatic && known.IsTorchSharp(made.ContainingType) ? made.ReturnType
                : null) is { } type
            && LayerCatalog.KindOf(type, known) is not (LayerKind.NotALayer or LayerKind.Open or LayerKind.Weightless) and var kind
            && (orParameter || kind != LayerKind.Parameter));
}
