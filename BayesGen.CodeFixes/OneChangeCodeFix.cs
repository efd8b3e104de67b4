using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace BayesGen.CodeFixes;

/// <summary>A fix that replaces one node of the document, for one finding or for all of them.</summary>
public abstract class OneChangeCodeFix : CodeFixProvider
{
    /// <inheritdoc/>
    public sealed override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public sealed override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var semantics = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        if (root is null || semantics is null)
            return;
        foreach (var diagnostic in context.Diagnostics)
            if (Change(diagnostic, root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true), semantics) is { } change)
                context.RegisterCodeFix(
                    CodeAction.Create(
                        change.Title,
                        _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(change.Old, change.New))),
                        equivalenceKey: GetType().Name),
                    diagnostic);
    }

    /// <summary>What to replace by what, or null where more than one place would have to change.</summary>
    /// <param name="diagnostic">The finding.</param>
    /// <param name="node">The node that it marks.</param>
    /// <param name="semantics">What the names in the document mean.</param>
    private protected abstract Replacement? Change(Diagnostic diagnostic, SyntaxNode node, SemanticModel semantics);

    /// <summary>What a fix does.</summary>
    /// <param name="Title">The action that the developer sees.</param>
    /// <param name="Old">The node that goes.</param>
    /// <param name="New">The node that comes.</param>
    private protected sealed record Replacement(string Title, SyntaxNode Old, SyntaxNode New);
}
