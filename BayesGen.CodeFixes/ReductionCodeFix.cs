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

/// <summary>BG0206: declares the reduction that a FitLoss has, or reduces the fit of a step by hand to its mean.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ReductionCodeFix)), Shared]
public sealed class ReductionCodeFix : OneChangeCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Descriptors.WrongReduction.Id];

    private protected override Replacement? Change(Diagnostic diagnostic, SyntaxNode node, SemanticModel semantics) =>
        diagnostic.Properties.TryGetValue(ReductionAnalyzer.DeclareProperty, out var declared) ? Declare(node, declared!, semantics)
        : diagnostic.Properties.TryGetValue(ReductionAnalyzer.ReduceProperty, out var reduced) ? Reduce(node, reduced!, semantics)
        : null;

    private static Replacement? Declare(SyntaxNode node, string reduction, SemanticModel semantics)
    {
        var made = node.AncestorsAndSelf().OfType<BaseObjectCreationExpressionSyntax>()
            .FirstOrDefault(creation => semantics.GetTypeInfo(creation).Type?.Name == RuntimeNames.FitLoss.Name);
        if (made?.ArgumentList is not { } list)
            return null;
        var title = $"Declare FitReduction.{reduction}";
        var value = SyntaxFactory.ParseExpression($"{RuntimeNames.FitReduction}.{reduction}")
            .WithAdditionalAnnotations(Simplifier.Annotation);
        var given = list.Arguments.FirstOrDefault(
            argument => semantics.GetTypeInfo(argument.Expression).Type?.Name == RuntimeNames.FitReduction.Name);
        if (given is not null)
            return new(title, given.Expression, value.WithTriviaFrom(given.Expression));
        var added = SyntaxFactory.Argument(value);
        // A name where the others have theirs.
        if (list.Arguments.Any(argument => argument.NameColon is not null))
            added = added.WithNameColon(SyntaxFactory.NameColon("Reduction")
                .WithColonToken(SyntaxFactory.Token(SyntaxKind.ColonToken).WithTrailingTrivia(SyntaxFactory.Space)));
        return new(title, list, list.WithArguments(SyntaxFactory.SeparatedList(
            list.Arguments.Append(added),
            list.Arguments.GetSeparators()
                .Append(SyntaxFactory.Token(SyntaxKind.CommaToken).WithTrailingTrivia(SyntaxFactory.Space)))));
    }

    private static Replacement? Reduce(SyntaxNode node, string reduction, SemanticModel semantics) =>
        node.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().FirstOrDefault(name =>
            name.Identifier.ValueText == "Sum" && semantics.GetSymbolInfo(name).Symbol is IFieldSymbol { ContainingType.Name: "Reduction" })
            is { } sum
            ? new($"Use Reduction.{reduction}", sum, SyntaxFactory.IdentifierName(reduction).WithTriviaFrom(sum))
            : null;
}
