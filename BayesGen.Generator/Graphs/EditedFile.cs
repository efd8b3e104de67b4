using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.SourceGeneration.Graphs;

/// <summary>
/// A version of a file in which a network is annotated. Positions differ from version to version, but not which token a declaration begins
/// with, as long as bodies alone differ.
/// </summary>
/// <param name="Tree">The version.</param>
/// <param name="Starts">Where each token begins that is outside of bodies, in order.</param>
internal readonly record struct EditedFile(SyntaxTree Tree, int[] Starts)
{
    /// <summary>The number of the first token of a declaration; negative where that is missing.</summary>
    public int PlaceOf(SyntaxNode node) => Array.BinarySearch(Starts, node.SpanStart);

    /// <summary>The source of a method, in this version where it is in this file; null where the project has none.</summary>
    public SyntaxNode? SourceOf(GraphMethod method) => method.Place < 0
        ? method.Source?.GetSyntax()
        : Tree.GetRoot().FindToken(Starts[method.Place]).Parent?.FirstAncestorOrSelf<MethodDeclarationSyntax>();
}
