using System.Collections.Immutable;
using System.Composition;
using BayesGen.SourceGeneration.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.CodeFixes;

/// <summary>
/// BG0002, BG0005 and BG0006: removes the annotation that is of no use; of two that contradict each other, either. One that stands on the
/// field behind a property moves to the property.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RemoveAnnotationCodeFix)), Shared]
public sealed class RemoveAnnotationCodeFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
        [Descriptors.NoWeights.Id, Descriptors.Contradiction.Id, Descriptors.WithoutEffect.Id];

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
            if (node.FirstAncestorOrSelf<AttributeSyntax>() is { } deterministic)
                Register("Remove [Deterministic]", member, Without(member, deterministic));
            if (bayesian is null || diagnostic.Id == Descriptors.WithoutEffect.Id)
                continue;
            var list = (AttributeListSyntax)bayesian.Parent!;
            if (list.Target is null)
                Register("Remove [Bayesian]", member, Without(member, bayesian));
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

    /// <summary>The attribute goes, and its brackets too where nothing else is in them; what stood before the member stays.</summary>
    private static MemberDeclarationSyntax Without(MemberDeclarationSyntax member, AttributeSyntax attribute)
    {
        var list = (AttributeListSyntax)attribute.Parent!;
        if (list.Attributes.Count > 1)
            return member.ReplaceNode(list, list.WithAttributes(list.Attributes.Remove(attribute)));
        return member.WithAttributeLists(member.AttributeLists.Remove(list)).WithLeadingTrivia(member.GetLeadingTrivia());
    }
}
