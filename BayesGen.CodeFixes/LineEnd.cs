using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace BayesGen.CodeFixes;

/// <summary>Lines as the file has them.</summary>
internal static class LineEnd
{
    public static SyntaxTrivia Of(SyntaxNode root) =>
        root.DescendantTrivia().FirstOrDefault(trivia => trivia.IsKind(SyntaxKind.EndOfLineTrivia)) is { RawKind: not 0 } first
            ? SyntaxFactory.EndOfLine(first.ToString())
            : SyntaxFactory.LineFeed;

    /// <summary>What stands in front of a declaration on its line.</summary>
    public static SyntaxTrivia IndentationOf(SyntaxNode declaration) =>
        declaration.GetLeadingTrivia().LastOrDefault() is { RawKind: (int)SyntaxKind.WhitespaceTrivia } space
            ? space
            : SyntaxFactory.Whitespace("");
}
