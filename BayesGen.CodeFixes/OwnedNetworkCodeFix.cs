using System.Collections.Immutable;
using System.Composition;
using BayesGen.SourceGeneration.Analyzers;
using BayesGen.SourceGeneration.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.CodeFixes;

/// <summary>BG0204: calls the wrapper instead of the network that it owns.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(OwnedNetworkCodeFix)), Shared]
public sealed class OwnedNetworkCodeFix : OneChangeCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Descriptors.OwnedNetwork.Id];

    private protected override Replacement? Change(Diagnostic diagnostic, SyntaxNode node, SemanticModel semantics)
    {
        if (!diagnostic.Properties.TryGetValue(OwnedNetworkAnalyzer.WrapperProperty, out var wrapper) || wrapper is null
            || node is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access })
            return null;
        return new($"Use {wrapper}", access.Expression, SyntaxFactory.ParseExpression(wrapper).WithTriviaFrom(access.Expression));
    }
}
