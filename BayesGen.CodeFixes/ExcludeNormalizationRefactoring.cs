using System.Composition;
using BayesGen.SourceGeneration.Layers;
using BayesGen.SourceGeneration.Reading;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeRefactorings;

namespace BayesGen.CodeFixes;

/// <summary>On the head of a Bayesian neural network: takes [Bayesian] off its normalization layers, all at once.</summary>
/// <remarks>
/// An annotation on the class leaves them out by itself, and without one only annotated members are Bayesian: so an annotation of their
/// own is all that can make them Bayesian.
/// </remarks>
[ExportCodeRefactoringProvider(LanguageNames.CSharp, Name = nameof(ExcludeNormalizationRefactoring)), Shared]
public sealed class ExcludeNormalizationRefactoring : CodeRefactoringProvider
{
    /// <inheritdoc/>
    public override async Task ComputeRefactoringsAsync(CodeRefactoringContext context)
    {
        if (await NetworkAtCaret.FindAsync(context).ConfigureAwait(false) is not { } network)
            return;
        var known = network.Known;
        var annotated = Annotations.AnnotatedMembers(network.Type, known).ToList();
        var norms = annotated.Where(member => IsNormalization(member, known)).ToList();
        // The annotation that makes the class a network has to stay.
        if (norms.Count == annotated.Count
            && network.Type.Find(known.BayesianAttribute) is null && network.Type.Find(known.NetworkAttribute) is null)
            return;
        var attributes = norms
            .Select(member => member.Find(known.BayesianAttribute)!.ApplicationSyntaxReference!.GetSyntax(context.CancellationToken))
            .OfType<AttributeSyntax>()
            .Where(attribute => attribute.SyntaxTree == network.Root.SyntaxTree)
            .Distinct()
            .ToDictionary(attribute => attribute.FirstAncestorOrSelf<MemberDeclarationSyntax>()!);
        if (attributes.Count > 0)
            context.RegisterRefactoring(CodeAction.Create(
                "Exclude normalization layers",
                _ => Task.FromResult(network.Document.WithSyntaxRoot(network.Root.ReplaceNodes(
                    attributes.Keys, (member, _) => Annotation.Remove(member, attributes[member])))),
                equivalenceKey: nameof(ExcludeNormalizationRefactoring)));
    }

    private static bool IsNormalization(ISymbol member, KnownTypes known) =>
        (member is IFieldSymbol field ? field.Type : (member as IPropertySymbol)?.Type) is { } type
        && LayerCatalog.KindOf(type, known) == LayerKind.Normalization;
}
