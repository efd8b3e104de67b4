using System.Collections.Immutable;
using System.Composition;
using BayesGen.SourceGeneration.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.CodeFixes;

/// <summary>
/// BG0005 and BG0006: removes [Deterministic] or, where the two contradict each other, [Bayesian]. BG0303: removes [FormerlyKnownAs].
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RemoveAnnotationCodeFix)), Shared]
public sealed class RemoveAnnotationCodeFix : CodeFixProvider
{
    private const string Bayesian = "BayesianAttribute";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
        [Descriptors.Contradiction.Id, Descriptors.WithoutEffect.Id, Descriptors.FormerNameUnusable.Id];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var semantics = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            var annotation = root?.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<AttributeSyntax>();
            if (annotation?.Parent?.Parent is not MemberDeclarationSyntax member)
                continue;
            Register(diagnostic.Id == Descriptors.FormerNameUnusable.Id ? "FormerlyKnownAs" : "Deterministic", annotation);
            if (diagnostic.Id != Descriptors.Contradiction.Id)
                continue;
            var bayesian = member.AttributeLists.SelectMany(list => list.Attributes).FirstOrDefault(attribute =>
                semantics?.GetSymbolInfo(attribute, context.CancellationToken).Symbol?.ContainingType.Name == Bayesian);
            if (bayesian is not null)
                Register("Bayesian", bayesian);

            void Register(string name, AttributeSyntax attribute) => context.RegisterCodeFix(
                CodeAction.Create(
                    $"Remove [{name}]",
                    _ => Task.FromResult(context.Document.WithSyntaxRoot(Without(root!, member, attribute))),
                    equivalenceKey: $"{nameof(RemoveAnnotationCodeFix)}.{name}"),
                diagnostic);
        }
    }

    /// <summary>The attribute goes, and its brackets too where nothing else is in them; what stood before the member stays.</summary>
    private static SyntaxNode Without(SyntaxNode root, MemberDeclarationSyntax member, AttributeSyntax attribute)
    {
        var list = (AttributeListSyntax)attribute.Parent!;
        if (list.Attributes.Count > 1)
            return root.ReplaceNode(list, list.WithAttributes(list.Attributes.Remove(attribute)));
        var shorter = member.WithAttributeLists(member.AttributeLists.Remove(list));
        return root.ReplaceNode(member, shorter.WithLeadingTrivia(member.GetLeadingTrivia()));
    }
}
