using System.Runtime.CompilerServices;
using System.Text;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace BayesGen.SourceGeneration.Caching;

/// <summary>What of a file can matter to the reading of a network, as text to compare.</summary>
/// <remarks>
/// It is read after every keystroke in the file, so one pass serves all texts, and what is no declaration is taken as it is written and not
/// token by token. The pass keeps a stack of its own: an expression may be nested deeper than threads have stack for.
/// </remarks>
internal sealed class FileText
{
    private static readonly ConditionalWeakTable<SyntaxTree, string> Declared = new();

    private readonly SourceText _source;
    private readonly List<int>? _starts;
    private readonly StringBuilder _declarations;
    private readonly StringBuilder? _values;
    private readonly StringBuilder? _methods;
    private DirectiveTriviaSyntax? _directive;

    private FileText(SyntaxTree tree, List<int>? starts)
    {
        (_source, _starts) = (tree.GetText(), starts);
        _declarations = new StringBuilder(_source.Length);
        if (starts is not null)
            (_values, _methods) = (new StringBuilder(_source.Length), new StringBuilder());
        var root = tree.GetRoot();
        _directive = root.ContainsDirectives ? NextNullable(root.GetFirstDirective()) : null;
        // From child to child in order: their number one by one would be counted from the first each time.
        var stack = new Stack<ChildSyntaxList.Enumerator>();
        stack.Push(root.ChildNodesAndTokens().GetEnumerator());
        while (stack.Count > 0)
        {
            var children = stack.Pop();
            if (!children.MoveNext())
                continue;
            var child = children.Current;
            stack.Push(children);
            if (child.AsNode() is not { } node)
                Add(child.AsToken());
            else if (PlaceOf(node) is not Place.Declaration and var place)
                AddWritten(node, place);
            else
                stack.Push(node.ChildNodesAndTokens().GetEnumerator());
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
    /// What the networks in the file itself depend on: initializers and what is assigned to as well; and, apart from that, the bodies of
    /// methods, which only their graphs depend on.
    /// </summary>
    /// <param name="tree">The file.</param>
    /// <param name="starts">Takes where each token of a declaration begins, in order.</param>
    public static (string Networks, string Methods) Networks(SyntaxTree tree, List<int> starts)
    {
        var text = new FileText(tree, starts);
        Declared.GetValue(tree, _ => text._declarations.ToString());
        return (text._values!.Append(text._declarations).ToString(), text._methods!.ToString());
    }

    private void Add(SyntaxToken token)
    {
        // Where it stands decides which types may be null; the other directives change nothing but the tokens.
        for (; _directive is not null && _directive.SpanStart < token.SpanStart; _directive = NextNullable(_directive.GetNextDirective()))
            _declarations.Append(_directive).Append('\n');

        _starts?.Add(token.SpanStart);
        _declarations.Append(token.Text).Append(' ');
    }

    /// <summary>Adds what stands behind a declaration.</summary>
    private void AddWritten(SyntaxNode node, Place place)
    {
        if (_values is null)
            return;
        // Behind which token it stands is part of it; what it assigns to is so anyway.
        if (place == Place.Initializer)
        {
            _values.Append(_starts!.Count).Append(_source.ToString(node.Span)).Append('\n');
            return;
        }

        if (place == Place.Method)
            _methods!.Append(_source.ToString(node.Span)).Append('\n');
        foreach (var inner in node.DescendantNodes())
            if (DeclaredValue.AssignedBy(inner) is { } target)
                _values.Append(_source.ToString(target.Span)).Append('\n');
    }

    private static DirectiveTriviaSyntax? NextNullable(DirectiveTriviaSyntax? directive)
    {
        while (directive is not (null or NullableDirectiveTriviaSyntax))
            directive = directive.GetNextDirective();
        return directive;
    }

    private static Place PlaceOf(SyntaxNode node) => node switch
    {
        BlockSyntax or ArrowExpressionClauseSyntax when node.Parent
            is MethodDeclarationSyntax { Parent: ClassDeclarationSyntax { BaseList: not null } } =>
            Place.Method,
        BlockSyntax or ArrowExpressionClauseSyntax or ConstructorInitializerSyntax or GlobalStatementSyntax => Place.Body,
        EqualsValueClauseSyntax { Parent: PropertyDeclarationSyntax } => Place.Initializer,
        EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax { Parent.Parent: BaseFieldDeclarationSyntax field } } =>
            field.Modifiers.Any(SyntaxKind.ConstKeyword) ? Place.Declaration : Place.Initializer,
        _ => Place.Declaration,
    };
}
