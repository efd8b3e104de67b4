using System.Collections.Immutable;
using System.Composition;
using BayesGen.SourceGeneration.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.CodeFixes;

/// <summary>BG0212: makes the optimizer after the move of its network.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(OlderOptimizerCodeFix)), Shared]
public sealed class OlderOptimizerCodeFix : OneChangeCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Descriptors.OlderOptimizer.Id];

    private protected override Replacement? Change(Diagnostic diagnostic, SyntaxNode node, SemanticModel semantics)
    {
        var parameters = node.SyntaxTree.GetRoot().FindNode(diagnostic.AdditionalLocations[0].SourceSpan);
        if (parameters.FirstAncestorOrSelf<StatementSyntax>()
                is not LocalDeclarationStatementSyntax { Declaration.Variables.Count: 1, Parent: BlockSyntax block } made
            || node.AncestorsAndSelf().FirstOrDefault(outer => outer.Parent == block) is not StatementSyntax move)
            return null;
        var name = made.Declaration.Variables[0].Identifier.ValueText;
        var (from, to) = (block.Statements.IndexOf(made), block.Statements.IndexOf(move));
        // What stands between the two, the move included, must do without the optimizer.
        if (block.Statements.Skip(from + 1).Take(to - from).SelectMany(statement => statement.DescendantNodes())
            .OfType<IdentifierNameSyntax>().Any(used => used.Identifier.ValueText == name))
            return null;
        // On one line with the next statement, that one takes the indentation.
        var moved = block.Statements[from + 1].HasLeadingTrivia ? made : made.WithoutLeadingTrivia();
        return new(
            $"Make '{name}' after the move",
            block,
            block.WithStatements(StatementLines.Without(block.Statements, from).Insert(to, moved)));
    }
}
