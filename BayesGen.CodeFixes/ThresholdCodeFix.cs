using System.Collections.Immutable;
using System.Composition;
using BayesGen.SourceGeneration.Analyzers;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Names;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Simplification;

namespace BayesGen.CodeFixes;

/// <summary>BG0202: one number for each family, the only family there is, or the nearest key of a weight.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ThresholdCodeFix)), Shared]
public sealed class ThresholdCodeFix : OneChangeCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Descriptors.ThresholdFitsNothing.Id];

    private protected override Replacement? Change(Diagnostic diagnostic, SyntaxNode node, SemanticModel semantics)
    {
        if (node is ArgumentSyntax argument)
            node = argument.Expression;
        if (diagnostic.Properties.TryGetValue(ThresholdAnalyzer.NearestProperty, out var nearest) && nearest is not null)
            return new($"Use '{nearest}'", node, Expression(SymbolDisplay.FormatLiteral(nearest, quote: true), node));
        if (!diagnostic.Properties.TryGetValue(ThresholdAnalyzer.FamiliesProperty, out var names) || names is null)
            return null;
        if (node.FirstAncestorOrSelf<BracketedArgumentListSyntax>() is not null)
            return new($"Use [{names.Substring(names.LastIndexOf('.') + 1)}]", node, Expression(names, node));
        // What is written once for each family should not do anything.
        if (node is not (LiteralExpressionSyntax or PrefixUnaryExpressionSyntax or IdentifierNameSyntax or MemberAccessExpressionSyntax))
            return null;
        var entries = string.Join(", ", names.Split(',').Select(family => $"[{family}] = {node.WithoutTrivia()}"));
        return new("Give one threshold for each family", node, Expression($"new {RuntimeNames.Thresholds} {{ {entries} }}", node));
    }

    /// <summary>An expression whose full names become as short as the document allows.</summary>
    private static ExpressionSyntax Expression(string text, SyntaxNode place)
    {
        var expression = SyntaxFactory.ParseExpression(text).WithTriviaFrom(place);
        return expression.ReplaceNodes(
            expression.DescendantNodesAndSelf().Where(node => IsName(node) && !IsName(node.Parent)),
            (name, _) => name.WithAdditionalAnnotations(Simplifier.Annotation));

        static bool IsName(SyntaxNode? node) => node is QualifiedNameSyntax or MemberAccessExpressionSyntax;
    }
}
