using System.Collections.Immutable;
using System.Composition;
using BayesGen.SourceGeneration.Bodies;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Reading;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Formatting;

namespace BayesGen.CodeFixes;

/// <summary>BG0004: calls RegisterComponents(), or calls it once the layers are there.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RegistrationCodeFix)), Shared]
public sealed class RegistrationCodeFix : OneChangeCodeFix
{
    private const string Register = "RegisterComponents";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Descriptors.NotRegistered.Id];

    private protected override Replacement? Change(Diagnostic diagnostic, SyntaxNode node, SemanticModel semantics) =>
        !diagnostic.Properties.TryGetValue(RegistrationReader.RepairProperty, out var repair) ? null
        : repair == RegistrationReader.CallIt ? Call(node)
        : Move(node, semantics);

    /// <summary>A call at the end of every constructor that does not leave it to another one.</summary>
    private static Replacement? Call(SyntaxNode node)
    {
        if (node.FirstAncestorOrSelf<TypeDeclarationSyntax>() is not { } type)
            return null;
        var constructors = type.Members.OfType<ConstructorDeclarationSyntax>()
            .Where(constructor => !constructor.Modifiers.Any(SyntaxKind.StaticKeyword)
                && constructor.Initializer?.IsKind(SyntaxKind.ThisConstructorInitializer) != true)
            .ToList();
        return constructors.Count == 0
            ? null // A primary constructor has no body to put it into.
            : new($"Call {Register}()", type, type.ReplaceNodes(constructors, (constructor, _) => Calling(constructor)));
    }

    private static ConstructorDeclarationSyntax Calling(ConstructorDeclarationSyntax constructor)
    {
        var call = SyntaxFactory.ParseStatement($"{Register}();");
        if (constructor.ExpressionBody is { } arrow)
        {
            var first = SyntaxFactory.ExpressionStatement(arrow.Expression.WithoutTrivia());
            return constructor.WithExpressionBody(null).WithSemicolonToken(default).WithBody(SyntaxFactory.Block(first, call))
                .WithAdditionalAnnotations(Formatter.Annotation);
        }

        var block = constructor.Body ?? SyntaxFactory.Block();
        if (block.Statements.Count == 0)
            return constructor.WithBody(SyntaxFactory.Block(call)).WithAdditionalAnnotations(Formatter.Annotation);
        var last = block.Statements[block.Statements.Count - 1];
        var behind = last.GetTrailingTrivia();
        return constructor.WithBody(block.AddStatements(call
            .WithLeadingTrivia(last.GetLeadingTrivia().Where(trivia => trivia.IsKind(SyntaxKind.WhitespaceTrivia)))
            .WithTrailingTrivia(behind.Any(SyntaxKind.EndOfLineTrivia)
                ? behind.Where(trivia => trivia.IsKind(SyntaxKind.EndOfLineTrivia)) // A comment stays with its statement.
                : behind)));
    }

    /// <summary>The call moves behind the last layer that its block assigns.</summary>
    private static Replacement? Move(SyntaxNode node, SemanticModel semantics)
    {
        if (node.FirstAncestorOrSelf<BlockSyntax>() is not { } block)
            return null;
        var call = block.Statements.FirstOrDefault(statement => statement is ExpressionStatementSyntax
        {
            Expression: InvocationExpressionSyntax
            {
                Expression: IdentifierNameSyntax { Identifier.ValueText: Register }
                    or MemberAccessExpressionSyntax { Name.Identifier.ValueText: Register },
            },
        });
        var last = block.Statements.LastOrDefault(statement => statement is ExpressionStatementSyntax
        {
            Expression: AssignmentExpressionSyntax assignment,
        } && semantics.GetSymbolInfo(assignment.Left).Symbol is IFieldSymbol or IPropertySymbol
            && semantics.GetTypeInfo(assignment.Left).Type is { } type
            && type.SelfAndBases().Any(candidate => candidate.Name is "Module" or "Parameter"));
        if (call is null || last is null)
            return null;
        var others = block.Statements.Remove(call);
        return new(
            $"Call {Register}() behind the last layer", block, block.WithStatements(others.Insert(block.Statements.IndexOf(last), call)));
    }
}
