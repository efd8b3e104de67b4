using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace BayesGen.Tests.Style;

/// <summary>The words of a file: its names, and its texts (comments, literals, pages) line by line.</summary>
internal static partial class SourceWords
{
    /// <summary>A name or a piece of text.</summary>
    /// <param name="Line">Counted from 1.</param>
    /// <param name="Text">What stands there.</param>
    /// <param name="IsName">Whether it is a name of code.</param>
    /// <param name="DeclaredIn">The type that declares the name here; null where it is only used.</param>
    public sealed record Piece(int Line, string Text, bool IsName, string? DeclaredIn = null);

    public static IEnumerable<Piece> Of(string file, string content) =>
        file.EndsWith(".cs", StringComparison.Ordinal) ? OfCode(content)
        : file.EndsWith(".md", StringComparison.Ordinal) ? OfPage(content)
        : Texts(1, content);

    private static IEnumerable<Piece> OfCode(string content)
    {
        var text = SourceText.From(content);
        foreach (var token in CSharpSyntaxTree.ParseText(text).GetRoot().DescendantTokens(descendIntoTrivia: true))
        {
            foreach (var comment in token.LeadingTrivia.Concat(token.TrailingTrivia).Where(trivia => !trivia.HasStructure))
                if (comment.IsKind(SyntaxKind.SingleLineCommentTrivia) || comment.IsKind(SyntaxKind.MultiLineCommentTrivia))
                    foreach (var piece in Texts(LineOf(text, comment.SpanStart), comment.ToString()))
                        yield return piece;
            var line = LineOf(text, token.SpanStart);
            if (token.IsKind(SyntaxKind.IdentifierToken))
                yield return new Piece(line, token.ValueText, IsName: true, DeclaringType(token));
            else if (IsText(token))
                foreach (var piece in Texts(line, token.Text))
                    yield return piece;
        }
    }

    /// <summary>The names of a file and of its folders: a file is named after what it declares.</summary>
    public static IEnumerable<Piece> OfPath(string file)
    {
        string[] parts = file.Split('/');
        parts[^1] = Path.GetFileNameWithoutExtension(parts[^1]);
        foreach (var part in parts)
        {
            yield return new Piece(0, part.Replace('-', ' '), IsName: false);
            foreach (Match name in Name().Matches(part))
                yield return new Piece(0, name.Value, IsName: true, name.Value);
        }
    }

    private static int LineOf(SourceText text, int position) => text.Lines.IndexOf(Math.Min(position, text.Length)) + 1;

    private static bool IsText(SyntaxToken token) => token.Kind() is SyntaxKind.XmlTextLiteralToken
        or SyntaxKind.StringLiteralToken or SyntaxKind.InterpolatedStringTextToken
        or SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken;

    private static string? DeclaringType(SyntaxToken token) => token.Parent switch
    {
        BaseTypeDeclarationSyntax type when type.Identifier == token => token.ValueText,
        MethodDeclarationSyntax method when method.Identifier == token => TypeOf(method),
        PropertyDeclarationSyntax property when property.Identifier == token => TypeOf(property),
        VariableDeclaratorSyntax { Parent.Parent: FieldDeclarationSyntax } field when field.Identifier == token => TypeOf(field),
        ParameterSyntax { Parent.Parent: RecordDeclarationSyntax record } parameter when parameter.Identifier == token =>
            record.Identifier.ValueText,
        _ => null,
    };

    private static string TypeOf(SyntaxNode member) =>
        member.Ancestors().OfType<BaseTypeDeclarationSyntax>().FirstOrDefault()?.Identifier.ValueText ?? "";

    /// <summary>Code spans and blocks hold names; what is left is text. In blocks both are looked for.</summary>
    private static IEnumerable<Piece> OfPage(string content)
    {
        var isCode = false;
        foreach (var line in Texts(1, content))
        {
            if (line.Text.TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                isCode = !isCode;
                continue;
            }

            yield return isCode ? line : line with { Text = Code().Replace(line.Text, " ") };
            foreach (Match code in isCode ? Whole().Matches(line.Text) : Code().Matches(line.Text))
                foreach (Match name in Name().Matches(code.Value))
                    yield return new Piece(line.Line, name.Value, IsName: true);
        }
    }

    private static IEnumerable<Piece> Texts(int line, string content) =>
        content.Split('\n').Select((text, i) => new Piece(line + i, text, IsName: false));

    [GeneratedRegex("`[^`]*`|\\]\\([^)]*\\)")]
    private static partial Regex Code();

    [GeneratedRegex("^.*$")]
    private static partial Regex Whole();

    [GeneratedRegex(@"[A-Za-z_]\w*")]
    private static partial Regex Name();
}
