using BayesGen.SourceGeneration.Bodies;
using BayesGen.SourceGeneration.Names;
using BayesGen.SourceGeneration.Layers;
using BayesGen.SourceGeneration.Reading;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.CodeRefactorings;

namespace BayesGen.CodeFixes;

/// <summary>The class whose head, in front of its first brace, the caret stands in.</summary>
/// <param name="Document">The document.</param>
/// <param name="Root">Its root.</param>
/// <param name="Semantics">Its meaning.</param>
/// <param name="Declaration">The class.</param>
/// <param name="Type">Its symbol.</param>
/// <param name="Known">The types to ask about.</param>
internal sealed record NetworkAtCaret(
    Document Document,
    CompilationUnitSyntax Root,
    SemanticModel Semantics,
    ClassDeclarationSyntax Declaration,
    INamedTypeSymbol Type,
    KnownTypes Known)
{
    /// <summary>The class, or null where the caret is elsewhere or the project has no BayesGen.</summary>
    public static async Task<NetworkAtCaret?> FindAsync(CodeRefactoringContext context)
    {
        var (document, cancellation) = (context.Document, context.CancellationToken);
        return await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false) is CompilationUnitSyntax root
            && root.FindNode(context.Span).FirstAncestorOrSelf<ClassDeclarationSyntax>() is { } declaration
            && context.Span.Start >= declaration.SpanStart && context.Span.End <= declaration.OpenBraceToken.SpanStart
            && await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false) is { } semantics
            && semantics.GetDeclaredSymbol(declaration, cancellation) is INamedTypeSymbol type
            && KnownTypes.From(semantics.Compilation) is { } known
                ? new NetworkAtCaret(document, root, semantics, declaration, type, known)
                : null;
    }

    /// <summary>
    /// Whether it is an ordinary network that can be made Bayesian: with layers, without annotations, and fit for a wrapper.
    /// </summary>
    public bool IsPlain(CancellationToken cancellation) =>
        !Annotations.IsNetwork(Type, Known)
        && !Known.IsWrapper(Type)
        && HostReader.Read(Type, Known, cancellation) is { Host: not null, Finding: null }
        && !Type.IsAbstract
        && NetworkField.Of(Type, Known).Any(field => LastLayerReader.IsLayer(field, Known));

    /// <summary>
    /// The declaration of a member in this class and document, or null. One of several fields is not a place for an attribute.
    /// </summary>
    public MemberDeclarationSyntax? DeclarationOf(ISymbol member, CancellationToken cancellation) => member.DeclaringSyntaxReferences
        .Where(reference => reference.SyntaxTree == Root.SyntaxTree)
        .Select(reference => reference.GetSyntax(cancellation).FirstAncestorOrSelf<MemberDeclarationSyntax>())
        .FirstOrDefault(found => found is PropertyDeclarationSyntax or FieldDeclarationSyntax { Declaration.Variables.Count: 1 });

    /// <summary>The document with an annotation of a family on the class or a member, and the usings that it needs.</summary>
    public Document Annotated(MemberDeclarationSyntax member, string family)
    {
        var usings = new List<string>();
        if (!Semantics.LookupNamespacesAndTypes(member.SpanStart, name: Known.BayesianAttribute!.Name)
            .Any(found => SymbolEqualityComparer.Default.Equals(found, Known.BayesianAttribute)))
            usings.Add($"using {RuntimeNames.BayesianAttribute.Namespace};");
        var meanings = Semantics.LookupSymbols(member.SpanStart, name: family);
        if (meanings.IsEmpty)
            usings.Add($"using static {RuntimeNames.Family.MetadataName};");
        // Where the bare name means something else, the family gets its full one.
        var isFamily = meanings.All(meaning => SymbolEqualityComparer.Default.Equals(meaning.ContainingType, Known.Family));
        var attribute = isFamily ? $"Bayesian({family})" : $"Bayesian(Family.{family})";
        var annotated = member is ClassDeclarationSyntax
            ? Annotation.InFrontOf(member, attribute, LineEnd.Of(Root), LineEnd.IndentationOf(member))
            : Annotation.AddTo(member, attribute);
        return Document.WithSyntaxRoot(UsingDirectives.AddTo(Root.ReplaceNode(member, annotated), usings));
    }
}
