using System.Collections.Immutable;
using System.Composition;
using BayesGen.SourceGeneration.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.CodeFixes;

/// <summary>
/// BG0002, BG0005, BG0006 and BG0012: removes the annotation that is of no use; of two that contradict each other, either. One
/// that stands on the field behind a property moves to the property. BG0303: removes [FormerlyKnownAs].
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RemoveAnnotationCodeFix)), Shared]
public sealed class RemoveAnnotationCodeFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
        [
            Descriptors.NoWeights.Id, Descriptors.Contradiction.Id, Descriptors.WithoutEffect.Id, Descriptors.NoUnits.Id,
            Descriptors.FormerNameUnusable.Id,
        ];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var semantics = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        if (root is null || semantics is null)
            return;
        foreach (var diagnostic in context.Diagnostics)
        {
            var node = root.FindNode(diagnostic.Location.SourceSpan);
            if (node.FirstAncestorOrSelf<MemberDeclarationSyntax>() is not { } member)
                continue;
            var bayesian = Annotation.On(member, semantics);
            if (node.FirstAncestorOrSelf<AttributeSyntax>() is { } found)
                Register(
                    diagnostic.Id == Descriptors.FormerNameUnusable.Id ? "Remove [FormerlyKnownAs]" : "Remove [Deterministic]",
                    member,
                    Annotation.Remove(member, found));
            if (bayesian is null || diagnostic.Id == Descriptors.WithoutEffect.Id || diagnostic.Id == Descriptors.FormerNameUnusable.Id)
                continue;
            var list = (AttributeListSyntax)bayesian.Parent!;
            if (list.Target is null)
                Register("Remove [Bayesian]", member, Annotation.Remove(member, bayesian));
            else
                Register("Put [Bayesian] on the property", list, list.WithTarget(null));

            void Register(string title, SyntaxNode old, SyntaxNode changed) => context.RegisterCodeFix(
                CodeAction.Create(
                    title,
                    _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(old, changed))),
                    equivalenceKey: $"{nameof(RemoveAnnotationCodeFix)}.{title}"),
                diagnostic);
        }
    }
}
