using System.Collections.Immutable;
using System.Composition;
using BayesGen.SourceGeneration.Analyzers;
using BayesGen.SourceGeneration.Diagnostics;
using BayesGen.SourceGeneration.Names;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.CodeFixes;

/// <summary>BG0300: puts [FormerlyKnownAs] on the member that was renamed.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(FormerNameCodeFix)), Shared]
public sealed class FormerNameCodeFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Descriptors.StateLost.Id];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            if (!diagnostic.Properties.TryGetValue(StateSchemaAnalyzer.MemberProperty, out var former) || former is null)
                continue;
            foreach (var location in diagnostic.AdditionalLocations)
            {
                // The member may belong to a base class in another file.
                if (context.Document.Project.Solution.GetDocument(location.SourceTree) is not { } document
                    || await document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false) is not { } root
                    || DeclarationAt(root, location) is not { } member)
                    continue;
                var attribute = $"{RuntimeNames.FormerNameAttribute.AsAttribute}({SymbolDisplay.FormatLiteral(former, quote: true)})";
                var title = $"Add [FormerlyKnownAs(\"{former}\")]";
                var name = root.ToFullString().Substring(location.SourceSpan.Start, location.SourceSpan.Length);
                var isOnly = diagnostic.AdditionalLocations.Count == 1;
                context.RegisterCodeFix(
                    CodeAction.Create(
                        isOnly ? title : $"{title} to '{name}'",
                        _ => Task.FromResult(document.WithSyntaxRoot(root.ReplaceNode(member, Annotation.AddTo(member, attribute)))),
                        equivalenceKey: isOnly ? nameof(FormerNameCodeFix) : $"{nameof(FormerNameCodeFix)}.{name}"),
                    diagnostic);
            }
        }
    }

    /// <summary>A declaration of several fields gives all of them the attribute, so it is left to the developer.</summary>
    private static MemberDeclarationSyntax? DeclarationAt(SyntaxNode root, Location location) =>
        root.FindNode(location.SourceSpan).FirstAncestorOrSelf<MemberDeclarationSyntax>() switch
        {
            FieldDeclarationSyntax { Declaration.Variables.Count: 1 } field => field,
            PropertyDeclarationSyntax property => property,
            _ => null,
        };
}
