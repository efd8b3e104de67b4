using System.Collections.Immutable;
using System.Composition;
using BayesGen.SourceGeneration.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.CodeFixes;

/// <summary>BG0001: lets generated code name a network that is private, protected or local to its file.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MakeInternalCodeFix)), Shared]
public sealed class MakeInternalCodeFix : OneChangeCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Descriptors.CannotWrap.Id];

    private protected override Replacement? Change(Diagnostic diagnostic, SyntaxNode node, SemanticModel semantics)
    {
        // The classes around it are on the way to its name.
        var hidden = node.AncestorsAndSelf().OfType<TypeDeclarationSyntax>()
            .Where(type => semantics.GetDeclaredSymbol(type) is { } symbol && (symbol.IsFileLocal
                || symbol.DeclaredAccessibility is Accessibility.Private or Accessibility.Protected or Accessibility.ProtectedAndInternal))
            .ToList();
        if (hidden.Count == 0)
            return null;
        var outermost = hidden[hidden.Count - 1];
        return new("Make it internal", outermost, outermost.ReplaceNodes(hidden, (_, type) => Internal(type)));
    }

    private static TypeDeclarationSyntax Internal(TypeDeclarationSyntax type)
    {
        var word = SyntaxFactory.Token(SyntaxKind.InternalKeyword).WithTrailingTrivia(SyntaxFactory.Space);
        var bare = type.WithoutLeadingTrivia();
        var others = bare.Modifiers.Where(modifier => !modifier.IsKind(SyntaxKind.PrivateKeyword)
            && !modifier.IsKind(SyntaxKind.ProtectedKeyword) && !modifier.IsKind(SyntaxKind.FileKeyword));
        // Attributes stand before the modifiers and keep what is in front of them.
        return bare.AttributeLists.Count == 0
            ? bare.WithModifiers(SyntaxFactory.TokenList([word, .. others])).WithLeadingTrivia(type.GetLeadingTrivia())
            : type.WithModifiers(SyntaxFactory.TokenList([word.WithLeadingTrivia(
                type.Modifiers.FirstOrDefault().LeadingTrivia), .. others.Select(modifier => modifier.WithLeadingTrivia())]));
    }
}
