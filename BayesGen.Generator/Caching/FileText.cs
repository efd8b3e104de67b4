using System.Runtime.CompilerServices;
using System.Text;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.SourceGeneration.Caching;

/// <summary>What of a file can matter to the reading of a network, as text to compare.</summary>
/// <remarks>
/// It is read after every keystroke in the file, so one pass over its nodes serves all texts. The pass keeps a stack of its own: an
/// expression may be nested deeper than threads have stack for.
/// </remarks>
internal sealed class FileText
{
    private static readonly ConditionalWeakTable<SyntaxTree, string> Declared = new();

    private readonly StringBuilder _declarations = new();
    private readonly StringBuilder? _networks;
    private readonly StringBuilder? _methods;
    private readonly StringBuilder? _assigned;
    private DirectiveTriviaSyntax? _directive;

    private FileText(SyntaxTree tree, List<int>? starts)
    {
        if (starts is not null)
            (_networks, _methods, _assigned) = (new StringBuilder(), new StringBuilder(), new StringBuilder());
        var root = tree.GetRoot();
        _directive = root.ContainsDirectives ? NextNullable(root.GetFirstDirective()) : null;
        // From child to child in order: their number one by one would be counted from the first each time.
        var stack = new Stack<(ChildSyntaxList.Enumerator Children, Place Place)>();
        Begin(root, Place.Declaration);
        while (stack.Count > 0)
        {
            var (children, place) = stack.Pop();
            if (!children.MoveNext())
                continue;
            stack.Push((children, place));
            if (children.Current.AsNode() is { } node)
                Begin(node, place);
            else
                Add(children.Current.AsToken(), place, starts);
        }

        void Begin(SyntaxNode node, Place outer)
        {
            var place = PlaceOf(node, outer);
            if (_networks is null && place != Place.Declaration)
                return;
            if (_assigned is not null && DeclaredValue.AssignedBy(node) is { } target)
                _assigned.Append('\n').Append(target);
            stack.Push((node.ChildNodesAndTokens().GetEnumerator(), place));
        }
    }

    private enum Place
    {
        Declaration,
        Initializer,

        /// <summary>In a method of a class that derives from another: it may be a part of forward.</summary>
        Method,
        Body,
    }

    /// <summary>What any network may depend on: the tokens outside of bodies and of initializers that are not constants.</summary>
    public static string Declarations(SyntaxTree tree) =>
        Declared.GetValue(tree, static file => new FileText(file, starts: null)._declarations.ToString());

    /// <summary>
    /// What the networks in the file itself depend on: initializers and which names are assigned to as well; and, apart from that, the
    /// bodies of methods, which only their graphs depend on.
    /// </summary>
    /// <param name="tree">The file.</param>
    /// <param name="starts">Takes where each token begins that is part of the first text, in order.</param>
    public static (string Networks, string Methods) Networks(SyntaxTree tree, List<int> starts)
    {
        var text = new FileText(tree, starts);
        Declared.GetValue(tree, _ => text._declarations.ToString());
        return (text._networks!.Append(text._assigned).ToString(), text._methods!.ToString());
    }

    private void Add(SyntaxToken token, Place place, List<int>? starts)
    {
        if (place == Place.Body)
            return;
        if (place == Place.Method)
        {
            _methods?.Append(token.Text).Append(' ');
            return;
        }

        // Where it stands decides which types may be null; the other directives change nothing but the tokens.
        for (; _directive is not null && _directive.SpanStart < token.SpanStart; _directive = NextNullable(_directive.GetNextDirective()))
        {
            _declarations.Append(_directive).Append('\n');
            _networks?.Append(_directive).Append('\n');
        }

        starts?.Add(token.SpanStart);
        _networks?.Append(token.Text).Append(' ');
        if (place == Place.Declaration)
            _declarations.Append(token.Text).Append(' ');
    }

    private static DirectiveTriviaSyntax? NextNullable(DirectiveTriviaSyntax? directive)
    {
        while (directive is not (null or NullableDirectiveTriviaSyntax))
            directive = directive.GetNextDirective();
        return directive;
    }

    private static Place PlaceOf(SyntaxNode node, Place outer) => node switch
    {
        _ when outer is Place.Body or Place.Method => outer,
        BlockSyntax or ArrowExpressionClauseSyntax when node.Parent
            is MethodDeclarationSyntax { Parent: ClassDeclarationSyntax { BaseList: not null } } =>
            Place.Method,
        BlockSyntax or ArrowExpressionClauseSyntax or ConstructorInitializerSyntax or GlobalStatementSyntax => Place.Body,
        EqualsValueClauseSyntax { Parent: PropertyDeclarationSyntax } => Place.Initializer,
        EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax { Parent.Parent: BaseFieldDeclarationSyntax field } } =>
            field.Modifiers.Any(SyntaxKind.ConstKeyword) ? outer : Place.Initializer,
        _ => outer,
    };
}
