using System.Collections.Immutable;
using System.Composition;
using BayesGen.SourceGeneration.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.CodeFixes;

/// <summary>
/// BG0003, BG0007, BG0013, BG0014 and BG0102: takes an option out of [Bayesian]. A layer that cannot take the option of its
/// class gets an annotation of its own without it.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RemoveOptionCodeFix)), Shared]
public sealed class RemoveOptionCodeFix : OneChangeCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
        [
            Descriptors.NotAFamily.Id, Descriptors.NoLocalEstimator.Id, Descriptors.NoSuchAxis.Id, Descriptors.GroupsWithoutEffect.Id,
            Descriptors.PriorCannotBeScored.Id,
        ];

    private protected override Replacement? Change(Diagnostic diagnostic, SyntaxNode node, SemanticModel semantics)
    {
        if (!diagnostic.Properties.TryGetValue(AnnotationOption.Property, out var option) || option is null)
            return null;
        if (node.FirstAncestorOrSelf<AttributeSyntax>() is { } marked)
            return Without(marked, option) is { } shorter ? new($"Remove {option}", marked, shorter) : null;
        if (node.FirstAncestorOrSelf<MemberDeclarationSyntax>() is not { } member)
            return null;
        if (Annotation.On(member, semantics) is { } own)
            return Without(own, option) is { } bare ? new($"Remove {option}", own, bare) : null;
        if (member.Parent is not TypeDeclarationSyntax type || Annotation.On(type, semantics) is not { } ofTheClass
            || Without(ofTheClass, option) is not { } other)
            return null;
        return new(
            $"Give the layer an annotation without {option}", member,
            Annotation.InFrontOf(
                member, other.WithoutTrivia().ToString(), LineEnd.Of(member.SyntaxTree.GetRoot()), LineEnd.IndentationOf(member)));
    }

    private static AttributeSyntax? Without(AttributeSyntax attribute, string option) =>
        attribute.ArgumentList is { } arguments
        && arguments.Arguments.FirstOrDefault(argument => argument.NameEquals?.Name.Identifier.ValueText == option) is { } unwanted
            ? attribute.WithArgumentList(arguments.WithArguments(arguments.Arguments.Remove(unwanted)))
            : null;
}
