using System.Collections.Immutable;
using System.Composition;
using BayesGen.SourceGeneration.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.CodeFixes;

/// <summary>BG0201 and BG0215: the network returns its logits. The softmax stands in the network, which may be another document.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(SoftmaxCodeFix)), Shared]
public sealed class SoftmaxCodeFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Descriptors.SoftmaxTwice.Id, Descriptors.SigmoidTwice.Id];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var solution = context.Document.Project.Solution;
        foreach (var diagnostic in context.Diagnostics)
        {
            if (diagnostic.AdditionalLocations.Count > 1)
                continue; // Each way out of forward has one of its own.
            var place = diagnostic.AdditionalLocations[0];
            if (solution.GetDocument(place.SourceTree) is not { } document
                || await document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false) is not { } root
                || await document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false) is not { } semantics
                || root.FindNode(place.SourceSpan, getInnermostNodeForTie: true) is not InvocationExpressionSyntax softmax
                || Without(root, softmax, semantics) is not { } changed)
                continue;
            context.RegisterCodeFix(
                CodeAction.Create(
                    diagnostic.Id == Descriptors.SoftmaxTwice.Id ? "Remove the softmax" : "Remove the sigmoid",
                    _ => Task.FromResult(solution.WithDocumentSyntaxRoot(document.Id, changed)),
                    equivalenceKey: nameof(SoftmaxCodeFix)),
                diagnostic);
        }
    }

    private static SyntaxNode? Without(SyntaxNode root, InvocationExpressionSyntax softmax, SemanticModel semantics)
    {
        if (semantics.GetSymbolInfo(softmax).Symbol is not IMethodSymbol method)
            return null;
        if (method.Name is "Softmax" or "LogSoftmax" or "Sigmoid")
            return WithoutLayer(root, softmax);
        var logits = method is { Name: "softmax" or "log_softmax" or "sigmoid" or "sigmoid_", IsStatic: false }
            ? (softmax.Expression as MemberAccessExpressionSyntax)?.Expression
            : softmax.ArgumentList.Arguments.FirstOrDefault()?.Expression;
        if (logits is null)
            return null;
        // x = x.softmax(1) has nothing left to do.
        return softmax.Parent is AssignmentExpressionSyntax { Parent: ExpressionStatementSyntax statement } assignment
            && SyntaxFactory.AreEquivalent(assignment.Left, logits)
            ? root.RemoveNode(statement, SyntaxRemoveOptions.KeepNoTrivia)
            : root.ReplaceNode(softmax, logits.WithTriviaFrom(softmax));
    }

    /// <summary>The last layer of a Sequential, with the name that it may have.</summary>
    private static SyntaxNode? WithoutLayer(SyntaxNode root, InvocationExpressionSyntax layer)
    {
        SyntaxNode element = layer.Parent is ArgumentSyntax { Parent: TupleExpressionSyntax tuple } ? tuple : layer;
        return element.Parent is ArgumentSyntax { Parent: ArgumentListSyntax } argument
            ? root.RemoveNode(argument, SyntaxRemoveOptions.KeepNoTrivia)
            : null;
    }
}
