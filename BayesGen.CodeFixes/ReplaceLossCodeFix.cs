using System.Collections.Immutable;
using System.Composition;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Reading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Simplification;

namespace BayesGen.CodeFixes;

/// <summary>BG0100: names a loss that fits, in the trainer's call or in [BayesianNetwork].</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ReplaceLossCodeFix)), Shared]
public sealed class ReplaceLossCodeFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Descriptors.LossCannotScore.Id];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        // A loss that fits nothing is reported once for each family; one place needs one fix.
        var diagnostic = context.Diagnostics[0];
        if (!diagnostic.Properties.TryGetValue(LossCatalog.ReplacementsProperty, out var names) || string.IsNullOrEmpty(names)
            || root?.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not { } node)
            return;
        foreach (var loss in names!.Split(','))
            if (Replacement(node, loss) is { } change)
                context.RegisterCodeFix(
                    CodeAction.Create(
                        $"Use {loss.Substring(loss.LastIndexOfAny(['.', ':']) + 1)}",
                        _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(change.Old, change.New))),
                        equivalenceKey: $"{nameof(ReplaceLossCodeFix)}.{loss}"),
                    diagnostic);
    }

    private static (SyntaxNode Old, SyntaxNode New)? Replacement(SyntaxNode node, string loss)
    {
        var type = SyntaxFactory.ParseTypeName(loss).WithAdditionalAnnotations(Simplifier.Annotation);
        if (node is AttributeSyntax { ArgumentList: { } arguments })
            return arguments.Arguments.FirstOrDefault(argument => argument.NameEquals?.Name.Identifier.ValueText == "Loss")?.Expression
                is TypeOfExpressionSyntax chosen ? (chosen.Type, type.WithTriviaFrom(chosen.Type)) : null;
        // A loss in a variable is made elsewhere, perhaps for several networks.
        if (node is not BaseObjectCreationExpressionSyntax made)
            return null;
        var creation = SyntaxFactory.ObjectCreationExpression(type.WithLeadingTrivia(SyntaxFactory.Space))
            .WithArgumentList(SyntaxFactory.ArgumentList())
            .WithTriviaFrom(made);
        // An explicit type argument names the loss a second time.
        return made.Parent?.Parent?.Parent is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax called } call
            && called.Name is GenericNameSyntax generic
            ? (call, call.ReplaceNodes(new SyntaxNode[] { generic, made }, (old, _) =>
                old == made ? creation : SyntaxFactory.IdentifierName(generic.Identifier).WithTriviaFrom(generic)))
            : (made, creation);
    }
}
