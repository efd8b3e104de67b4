using System.Collections.Immutable;
using System.Composition;
using BayesGen.SourceGeneration.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.CodeFixes;

/// <summary>BG0207: shares the divergence by the training examples. A step by hand has to be told their number by the developer.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(DivergenceScaleCodeFix)), Shared]
public sealed class DivergenceScaleCodeFix : OneChangeCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Descriptors.DivergenceOutweighs.Id];

    private protected override Replacement? Change(Diagnostic diagnostic, SyntaxNode node, SemanticModel semantics) =>
        (node is MemberAccessExpressionSyntax access ? access.Name : node)
            is IdentifierNameSyntax { Identifier.ValueText: "None" } none && semantics.GetSymbolInfo(none).Symbol is IFieldSymbol
            ? new("Use DivergenceScale.PerExample", none, SyntaxFactory.IdentifierName("PerExample").WithTriviaFrom(none))
            : null;
}
