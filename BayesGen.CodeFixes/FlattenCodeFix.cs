using System.Collections.Immutable;
using System.Composition;
using BayesGen.SourceGeneration.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.CodeFixes;

/// <summary>BG0016: lays a map flat without naming its width.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(FlattenCodeFix)), Shared]
public sealed class FlattenCodeFix : OneChangeCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Descriptors.NamedWidth.Id];

    private protected override Replacement? Change(Diagnostic diagnostic, SyntaxNode node, SemanticModel semantics) =>
        node.FirstAncestorOrSelf<InvocationExpressionSyntax>() is { Expression: MemberAccessExpressionSyntax access } call
            ? new(
                "Use flatten(1)",
                call,
                SyntaxFactory.InvocationExpression(
                    access.WithName(SyntaxFactory.IdentifierName("flatten")),
                    SyntaxFactory.ParseArgumentList("(1)")).WithTriviaFrom(call))
            : null;
}
