using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.CodeFixes;

/// <summary>Statements that are moved, with the lines they stand on.</summary>
internal static class StatementLines
{
    /// <summary>Takes a statement away. One that follows on the same line takes its indentation.</summary>
    /// <param name="statements">The statements of a block.</param>
    /// <param name="place">The place of the one that goes; another one follows.</param>
    public static SyntaxList<StatementSyntax> Without(SyntaxList<StatementSyntax> statements, int place)
    {
        var (gone, next) = (statements[place], statements[place + 1]);
        if (!next.HasLeadingTrivia)
            statements = statements.Replace(next, next.WithLeadingTrivia(gone.GetLeadingTrivia()));
        return statements.RemoveAt(place);
    }
}
