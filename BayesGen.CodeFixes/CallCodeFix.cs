using System.Collections.Immutable;
using System.Composition;
using BayesGen.SourceGeneration.Analyzers;
using BayesGen.SourceGeneration.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.CodeFixes;

/// <summary>
/// BG0205: writes <c>layer.call(x)</c> for <c>layer.forward(x)</c> and <c>functional.linear(x, layer.weight, layer.bias)</c>.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(CallCodeFix)), Shared]
public sealed class CallCodeFix : OneChangeCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Descriptors.WithoutNoise.Id];

    private protected override Replacement? Change(Diagnostic diagnostic, SyntaxNode node, SemanticModel semantics)
    {
        if (!diagnostic.Properties.TryGetValue(CallAnalyzer.CallProperty, out var call) || call is null)
            return null;
        if (call.Length > 0)
            return new("Use call", node, SyntaxFactory.ParseExpression(call).WithTriviaFrom(node));
        SimpleNameSyntax? name = (node is InvocationExpressionSyntax invocation ? invocation.Expression : node) switch
        {
            MemberAccessExpressionSyntax access => access.Name,
            MemberBindingExpressionSyntax binding => binding.Name,
            _ => null,
        };
        return name is null ? null : new("Use call", name, SyntaxFactory.IdentifierName("call").WithTriviaFrom(name));
    }
}
