using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.CodeFixes;

/// <summary>Adds using directives where the file keeps them: System first, then the others, then the static ones, then aliases.</summary>
internal static class UsingDirectives
{
    /// <summary>Adds directives.</summary>
    /// <param name="root">The file.</param>
    /// <param name="directives">The directives as text.</param>
    public static CompilationUnitSyntax AddTo(CompilationUnitSyntax root, IEnumerable<string> directives)
    {
        foreach (var text in directives)
        {
            var directive = SyntaxFactory.ParseCompilationUnit(text).Usings[0].WithTrailingTrivia(LineEnd.Of(root));
            root = root.Usings.Count == 0 && root.Members.FirstOrDefault() is BaseNamespaceDeclarationSyntax { Usings.Count: > 0 } room
                ? root.ReplaceNode(room, room.WithUsings(Insert(room.Usings, directive, LineEnd.IndentationOf(room.Usings[0]))))
                : root.Usings.Count > 0
                    ? root.WithUsings(Insert(root.Usings, directive, SyntaxFactory.Whitespace("")))
                    : OnTop(root, directive);
        }

        return root;
    }

    private static SyntaxList<UsingDirectiveSyntax> Insert(
        SyntaxList<UsingDirectiveSyntax> usings, UsingDirectiveSyntax directive, SyntaxTrivia indentation)
    {
        var place = usings.IndexOf(other => string.CompareOrdinal(RankOf(directive), RankOf(other)) < 0);
        if (place != 0)
            return usings.Insert(place < 0 ? usings.Count : place, directive.WithLeadingTrivia(indentation));
        // Comments and directives at the top of the file stay there.
        var first = usings[0];
        return usings.Replace(first, first.WithLeadingTrivia(indentation)).Insert(0, directive.WithLeadingTrivia(first.GetLeadingTrivia()));
    }

    /// <summary>A file without usings gets a blank line below them; what is on top of it stays there.</summary>
    private static CompilationUnitSyntax OnTop(CompilationUnitSyntax root, UsingDirectiveSyntax directive)
    {
        if (root.Members.FirstOrDefault() is not { } first)
            return root.AddUsings(directive);
        var above = first is BaseNamespaceDeclarationSyntax ? first.GetLeadingTrivia() : SyntaxFactory.TriviaList();
        var below = first is BaseNamespaceDeclarationSyntax ? SyntaxFactory.TriviaList() : first.GetLeadingTrivia();
        return root.ReplaceNode(first, first.WithLeadingTrivia(below.Insert(0, LineEnd.Of(root))))
            .AddUsings(directive.WithLeadingTrivia(above));
    }

    private static string RankOf(UsingDirectiveSyntax directive)
    {
        var name = directive.NamespaceOrType.ToString();
        return (directive.GlobalKeyword.RawKind != 0 ? "0"
            : directive.Alias is not null ? "4"
            : directive.StaticKeyword.RawKind != 0 ? "3"
            : name == "System" || name.StartsWith("System.", StringComparison.Ordinal) ? "1"
            : "2") + name;
    }
}
