using System.Collections.Immutable;
using System.Composition;
using BayesGen.SourceGeneration.Analyzers;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Names;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.CodeFixes;

/// <summary>BG0010: puts [BayesianNetwork] on the class that holds annotated networks. It may stand in another document.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MissingWrapperCodeFix)), Shared]
public sealed class MissingWrapperCodeFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Descriptors.MissingWrapper.Id];

    /// <summary>None: one change makes the wrapper appear everywhere.</summary>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var solution = context.Document.Project.Solution;
        foreach (var diagnostic in context.Diagnostics)
        {
            var place = diagnostic.AdditionalLocations[0];
            if (!diagnostic.Properties.ContainsKey(MissingWrapperAnalyzer.ComposesProperty)
                || solution.GetDocument(place.SourceTree) is not { } document
                || await document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false) is not { } root
                || root.FindNode(place.SourceSpan).FirstAncestorOrSelf<ClassDeclarationSyntax>() is not { } declaration)
                continue;
            var annotated = Annotation.InFrontOf(
                declaration, RuntimeNames.NetworkAttribute.AsAttribute, LineEnd.Of(root), LineEnd.IndentationOf(declaration));
            context.RegisterCodeFix(
                CodeAction.Create(
                    "Compose the networks: [BayesianNetwork]",
                    _ => Task.FromResult(solution.WithDocumentSyntaxRoot(document.Id, root.ReplaceNode(declaration, annotated))),
                    equivalenceKey: nameof(MissingWrapperCodeFix)),
                diagnostic);
        }
    }
}
