using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.SourceGeneration.Reading;

/// <summary>What of a file can matter to the reading of a network, as text to compare.</summary>
internal static class FileText
{
    /// <summary>What any network may depend on: the tokens outside of bodies and of initializers that are no constants.</summary>
    public static string Declarations(SyntaxTree tree) => Tokens(tree, IsBodyOrInitializer, starts: null);

    /// <summary>What the networks in the file itself depend on: initializers, and which names are assigned to, as well.</summary>
    /// <param name="tree">The file.</param>
    /// <param name="starts">Takes where each token begins that is part of the text, in order.</param>
    public static string Networks(SyntaxTree tree, List<int> starts)
    {
        var text = new StringBuilder(Tokens(tree, IsBody, starts));
        foreach (var target in tree.GetRoot().DescendantNodes().Select(DeclaredValue.AssignedBy).OfType<ExpressionSyntax>())
            text.Append('\n').Append(target);
        return text.ToString();
    }

    private static string Tokens(SyntaxTree tree, Func<SyntaxNode, bool> isLeftOut, List<int>? starts)
    {
        var root = tree.GetRoot();
        var text = new StringBuilder();
        var directive = NextNullable(root.GetFirstDirective());
        foreach (var token in root.DescendantTokens(node => !isLeftOut(node)))
        {
            // Where it stands decides which types may be null; the other directives change nothing but the tokens.
            for (; directive is not null && directive.SpanStart < token.SpanStart; directive = NextNullable(directive.GetNextDirective()))
                text.Append(directive).Append('\n');
            starts?.Add(token.SpanStart);
            text.Append(token.Text).Append(' ');
        }

        return text.ToString();
    }

    private static DirectiveTriviaSyntax? NextNullable(DirectiveTriviaSyntax? directive)
    {
        while (directive is not (null or NullableDirectiveTriviaSyntax))
            directive = directive.GetNextDirective();
        return directive;
    }

    private static bool IsBody(SyntaxNode node) => node
        is BlockSyntax or ArrowExpressionClauseSyntax or ConstructorInitializerSyntax or GlobalStatementSyntax;

    private static bool IsBodyOrInitializer(SyntaxNode node) => IsBody(node) || node switch
    {
        EqualsValueClauseSyntax { Parent: PropertyDeclarationSyntax } => true,
        EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax { Parent.Parent: BaseFieldDeclarationSyntax field } } =>
            !field.Modifiers.Any(SyntaxKind.ConstKeyword),
        _ => false,
    };
}
