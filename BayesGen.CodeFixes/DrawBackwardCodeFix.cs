using System.Collections.Immutable;
using System.Composition;
using BayesGen.SourceGeneration.Analyzers;
using BayesGen.SourceGeneration.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.CodeFixes;

/// <summary>BG0200: writes <c>draw.Backward(total)</c> for <c>total.backward()</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(DrawBackwardCodeFix)), Shared]
public sealed class DrawBackwardCodeFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Descriptors.BareBackward.Id];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            if (!diagnostic.Properties.TryGetValue(BareBackwardAnalyzer.DrawProperty, out var draw) || draw is null
                || root?.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true)
                    is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access } call)
                continue;
            context.RegisterCodeFix(
                CodeAction.Create(
                    $"Use {draw}.Backward",
                    _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(call, Rewritten(call, access.Expression, draw)))),
                    equivalenceKey: nameof(DrawBackwardCodeFix)),
                diagnostic);
        }
    }

    private static InvocationExpressionSyntax Rewritten(InvocationExpressionSyntax call, ExpressionSyntax total, string draw) =>
        SyntaxFactory.InvocationExpression(
            SyntaxFactory.MemberAccessExpression(
                SyntaxKind.SimpleMemberAccessExpression,
                SyntaxFactory.IdentifierName(draw),
                SyntaxFactory.IdentifierName("Backward")),
            SyntaxFactory.ArgumentList(SyntaxFactory.SingletonSeparatedList(SyntaxFactory.Argument(Bare(total).WithoutTrivia()))))
        .WithTriviaFrom(call);

    /// <summary><c>(a + b).backward()</c> needs no parentheses as an argument.</summary>
    private static ExpressionSyntax Bare(ExpressionSyntax total) =>
        total is ParenthesizedExpressionSyntax parenthesized ? parenthesized.Expression : total;
}
