using System.Collections.Immutable;
using System.Composition;
using BayesGen.SourceGeneration.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.CodeFixes;

/// <summary>BG0210: moves <c>using var draw = model.Draw();</c> into the loop whose steps use it.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(DrawInsideLoopCodeFix)), Shared]
public sealed class DrawInsideLoopCodeFix : OneChangeCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Descriptors.DrawForManySteps.Id];

    private protected override Replacement? Change(Diagnostic diagnostic, SyntaxNode node, SemanticModel semantics)
    {
        // Without "using" nothing would end the draw before the next turn of the loop makes another one.
        if (node is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax draw } }
            || DeclarationOf(draw, semantics) is not { UsingKeyword.RawKind: not 0, Parent: BlockSyntax around } declaration
            || node.Ancestors().FirstOrDefault(outer => outer.Span == diagnostic.AdditionalLocations[0].SourceSpan) is not { } loop
            || BodyOf(loop) is not { Statements.Count: > 0 } body
            || around.DescendantNodes().OfType<IdentifierNameSyntax>().Any(name =>
                name.Identifier.ValueText == draw.Identifier.ValueText && !body.Span.Contains(name.Span))
            || HasWords(declaration))
            return null;
        var first = body.Statements[0];
        // Behind its line break, and with the indentation of the statement that it comes before.
        var isOnOneLine = body.OpenBraceToken.GetLocation().GetLineSpan().EndLinePosition.Line
            == first.GetLocation().GetLineSpan().StartLinePosition.Line;
        var moved = declaration
            .WithLeadingTrivia(LineEnd.IndentationOf(first))
            .WithTrailingTrivia(isOnOneLine ? SyntaxFactory.Space : LineEnd.Of(node.SyntaxTree.GetRoot()));
        var marked = around.TrackNodes(declaration, body);
        marked = marked.ReplaceNode(marked.GetCurrentNode(body)!, body.WithStatements(body.Statements.Insert(0, moved)));
        var place = marked.Statements.IndexOf(marked.GetCurrentNode(declaration)!);
        return new(
            $"Draw '{draw.Identifier.ValueText}' inside of the loop",
            around,
            marked.WithStatements(StatementLines.Without(marked.Statements, place)));
    }

    private static LocalDeclarationStatementSyntax? DeclarationOf(IdentifierNameSyntax name, SemanticModel semantics) =>
        semantics.GetSymbolInfo(name).Symbol is ILocalSymbol { DeclaringSyntaxReferences.Length: 1 } local
        && local.DeclaringSyntaxReferences[0].GetSyntax().Parent is VariableDeclarationSyntax { Variables.Count: 1 } variable
            ? variable.Parent as LocalDeclarationStatementSyntax
            : null;

    private static BlockSyntax? BodyOf(SyntaxNode loop) => loop switch
    {
        CommonForEachStatementSyntax each => each.Statement,
        ForStatementSyntax counted => counted.Statement,
        WhileStatementSyntax conditional => conditional.Statement,
        DoStatementSyntax last => last.Statement,
        _ => null,
    } as BlockSyntax;

    /// <summary>A comment or directive beside the declaration may be about the place where it stands.</summary>
    private static bool HasWords(SyntaxNode statement) => statement.GetLeadingTrivia().Concat(statement.GetTrailingTrivia())
        .Any(trivia => !trivia.IsKind(SyntaxKind.WhitespaceTrivia) && !trivia.IsKind(SyntaxKind.EndOfLineTrivia));
}
