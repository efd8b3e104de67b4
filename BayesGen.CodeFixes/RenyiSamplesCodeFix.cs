using System.Collections.Immutable;
using System.Composition;
using BayesGen.SourceGeneration.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.CodeFixes;

/// <summary>BG0203: gives a Renyi loss draws to weigh.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RenyiSamplesCodeFix)), Shared]
public sealed class RenyiSamplesCodeFix : OneChangeCodeFix
{
    /// <summary>Enough for the weights to differ, at eight times the cost of one draw.</summary>
    private const string Samples = "8";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Descriptors.RenyiOfOneDraw.Id];

    private protected override Replacement? Change(Diagnostic diagnostic, SyntaxNode node, SemanticModel semantics)
    {
        const string title = $"Set Samples = {Samples}";
        var value = SyntaxFactory.ParseExpression(Samples);
        var setting = SyntaxFactory.ParseExpression($"Samples = {Samples}");
        switch (node)
        {
            case { Parent: AssignmentExpressionSyntax { Left: IdentifierNameSyntax { Identifier.ValueText: "Samples" } } }:
                return new(title, node, value.WithTriviaFrom(node));
            case BaseObjectCreationExpressionSyntax { Initializer: { } initializer }:
                return new(title, initializer, With(initializer, setting));
            case BaseObjectCreationExpressionSyntax made:
                return new(
                    title, made, made.WithoutTrailingTrivia().WithInitializer(Only(setting)).WithTrailingTrivia(made.GetTrailingTrivia()));
            case WithExpressionSyntax changed:
                return new(title, changed.Initializer, With(changed.Initializer, setting));
            case IdentifierNameSyntax or MemberAccessExpressionSyntax or InvocationExpressionSyntax:
                var options = (ExpressionSyntax)node;
                return new(
                    title, node, SyntaxFactory.ParseExpression($"{options.WithoutTrivia()} with {{ {setting} }}").WithTriviaFrom(node));
            default:
                return null;
        }
    }

    private static InitializerExpressionSyntax Only(ExpressionSyntax setting) =>
        ((BaseObjectCreationExpressionSyntax)SyntaxFactory.ParseExpression($"new() {{ {setting} }}")).Initializer!
            .WithLeadingTrivia(SyntaxFactory.Space);

    /// <summary>One more setting behind the others, on a line of its own where they have theirs.</summary>
    private static InitializerExpressionSyntax With(InitializerExpressionSyntax initializer, ExpressionSyntax setting)
    {
        var settings = initializer.Expressions;
        if (settings.Count == 0)
            return Only(setting).WithTriviaFrom(initializer);
        var last = settings[settings.Count - 1];
        var comma = SyntaxFactory.Token(SyntaxKind.CommaToken);
        var separators = settings.GetSeparators().ToList();
        var hasTrailingComma = separators.Count == settings.Count;
        setting = setting.WithLeadingTrivia(last.GetLeadingTrivia());
        if (hasTrailingComma)
        {
            separators.Add(separators[separators.Count - 1]);
            return initializer.WithExpressions(SyntaxFactory.SeparatedList(settings.Append(setting), separators));
        }

        var ownLine = last.GetTrailingTrivia().Any(SyntaxKind.EndOfLineTrivia);
        separators.Add(comma.WithTrailingTrivia(ownLine ? last.GetTrailingTrivia() : SyntaxFactory.TriviaList(SyntaxFactory.Space)));
        return initializer.WithExpressions(SyntaxFactory.SeparatedList(
            settings.Take(settings.Count - 1).Append(last.WithoutTrailingTrivia())
                .Append(setting.WithTrailingTrivia(last.GetTrailingTrivia())),
            separators));
    }
}
