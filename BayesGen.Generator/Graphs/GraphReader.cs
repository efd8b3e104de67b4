using System.Text;
using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Names;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.SourceGeneration.Graphs;

/// <summary>Where a forward cannot be followed.</summary>
/// <param name="Node">The expression or statement.</param>
/// <param name="Reason">Why, as the rest of a sentence.</param>
internal sealed record GraphRefusal(SyntaxNode? Node, string Reason)
{
    /// <summary>The expression as one line.</summary>
    public string Text => Node is null ? "forward" : GraphReader.TextOf(Node);
}

/// <summary>
/// Reads forward, statement by statement, into a method that builds its graph in the same words. It goes by the syntax and the members of
/// the network alone: binding the overloads of Torch after every keystroke would cost more than all else that the generator does. What it
/// misreads shows when the graph is run beside the network.
/// </summary>
/// <param name="surface">What is known of the network besides the bodies of its methods.</param>
/// <param name="sourceOf">The source of a method; null where the project has none.</param>
internal sealed class GraphReader(GraphSurface surface, Func<GraphMethod, SyntaxNode?> sourceOf)
{
    private const int LongestText = 120;

    private readonly List<GraphMethodModel> _methods = [];
    private readonly HashSet<string> _begun = [];

    public GraphMembers Members { get; } = new(surface);

    /// <summary>How many classes lie between the one whose method is read at present and the network.</summary>
    public int Depth { get; private set; }

    /// <summary>The first thing that cannot be followed; null where everything can.</summary>
    public GraphRefusal? Refusal { get; private set; }

    /// <summary>What forward computes.</summary>
    public GraphModel Read()
    {
        var forward = Members.Methods("forward").FirstOrDefault(method => method.IsOverride);
        if (forward is null || SyntaxOf(forward) is not { } syntax)
            Refuse(null, "its source is not part of the project");
        else if (forward.Parameters.Any(parameter => !parameter.IsTensor))
            Refuse(syntax.ParameterList, "inputs that are no tensors are not followed");
        else
            ReadForward(forward, syntax);
        return Refusal is null
            ? new(_methods.ToEquatableArray(), Members.Accessors.ToEquatableArray(), null, null)
            : new(EquatableArray<GraphMethodModel>.Empty, EquatableArray<AccessorModel>.Empty, $"{surface.Name}: {Refusal.Text}",
                Refusal.Reason);
    }

    /// <summary>Notes what cannot be followed; the first one counts.</summary>
    public GraphTerm Refuse(SyntaxNode? node, string reason)
    {
        Refusal ??= new(node, reason);
        return default;
    }

    /// <summary>The name of the method that describes one of the network's own, with what it gives; reads it where it is new.</summary>
    public GraphTerm Call(GraphMethod method, SyntaxNode from, IReadOnlyList<GraphTerm> arguments)
    {
        var result = method.Result;
        if (SyntaxOf(method) is not { } syntax || result == TermKind.None || method.IsGeneric)
            return Refuse(from, $"the method '{method.Name}' has no source here, or gives what a graph does not know");
        if (arguments.Count != method.Parameters.Count)
            return Refuse(from, $"'{method.Name}' is called with arguments left out");
        var name = $"Describe{MemberNames.Pascal(method.Name)}In{MemberNames.Pascal(method.Class)}";
        var types = method.Parameters.Select((parameter, i) => TypeOf(parameter, arguments[i])).ToList();
        if (types.Any(type => type is null))
            return Refuse(from, $"'{method.Name}' takes what a graph does not know");
        if (_begun.Add(name + string.Join(",", types)))
        {
            var body = new GraphBody(this);
            for (var i = 0; i < arguments.Count; i++)
                body.Declare(method.Parameters[i].Name, arguments[i] with
                {
                    Code = GraphVariables.NameFor(method.Parameters[i].Name),
                    IsReal = method.Parameters[i].IsReal,
                });
            var (place, outer) = (_methods.Count, Depth);
            Depth = method.Depth;
            body.Read(syntax.Body, syntax.ExpressionBody, result == TermKind.Tensor);
            Depth = outer;
            var parameters = string.Concat(method.Parameters.Select((parameter, i) =>
                $", {types[i]} {GraphVariables.NameFor(parameter.Name)}"));
            _methods.Insert(Math.Min(place, _methods.Count), new(
                $"private static {(result == TermKind.Tensor ? GraphNames.Value : GraphNames.Values)} {name}("
                + $"{GraphNames.Builder} graph, {surface.Type} network{parameters})",
                $"{method.Class}.{method.Name}", body.Lines.ToEquatableArray()));
        }

        var given = arguments.Select((argument, i) =>
            argument.Kind == TermKind.Number ? $", ({types[i]})({argument.Code})" : $", {argument.Code}");
        return new(result, $"{name}(graph, network{string.Concat(given)})");
    }

    /// <summary>An expression as it is written, where it is one line without comments; else its tokens on one.</summary>
    public static string TextOf(SyntaxNode node) => node.SyntaxTree.TryGetText(out var source)
        && source.ToString(node.Span) is var written && written.IndexOf('\n') < 0 && !written.Contains("/*")
            ? written.Length <= LongestText ? written : written.Substring(0, LongestText - 3) + "..."
            : TokensOf(node);

    private static string TokensOf(SyntaxNode node)
    {
        var (text, isTight) = (new StringBuilder(), true);
        foreach (var token in node.DescendantTokens())
        {
            if (text.Length > LongestText)
                return text.ToString(0, LongestText - 3) + "...";
            if (!isTight && token.Kind() is not (SyntaxKind.DotToken or SyntaxKind.CommaToken or SyntaxKind.SemicolonToken
                or SyntaxKind.OpenParenToken or SyntaxKind.CloseParenToken or SyntaxKind.OpenBracketToken or SyntaxKind.CloseBracketToken))
                text.Append(' ');
            text.Append(token.Text);
            isTight = token.Kind() is SyntaxKind.DotToken or SyntaxKind.OpenParenToken or SyntaxKind.OpenBracketToken;
        }

        return text.Length <= LongestText ? text.ToString() : text.ToString(0, LongestText - 3) + "...";
    }

    private void ReadForward(GraphMethod forward, MethodDeclarationSyntax syntax)
    {
        var body = new GraphBody(this);
        Depth = forward.Depth;
        foreach (var (parameter, i) in forward.Parameters.Select((parameter, i) => (parameter, i)))
        {
            body.Declare(parameter.Name, new(TermKind.Tensor, GraphVariables.NameFor(parameter.Name)));
            body.Write($"var {GraphVariables.NameFor(parameter.Name)} = inputs[{i}];");
        }

        body.Read(syntax.Body, syntax.ExpressionBody, isValue: false);
        _methods.Insert(0, new(
            $"private static {GraphNames.Values} DescribeForward({GraphNames.Builder} graph, {surface.Type} network, "
            + $"{GraphNames.Values} inputs)",
            $"{forward.Class}.forward", body.Lines.ToEquatableArray()));
    }

    private MethodDeclarationSyntax? SyntaxOf(GraphMethod method) => sourceOf(method) as MethodDeclarationSyntax;

    private static string? TypeOf(GraphParameter parameter, GraphTerm argument) => argument.Kind switch
    {
        TermKind.Tensor => GraphNames.Value,
        TermKind.Tensors => GraphNames.Values,
        TermKind.Module => GraphNames.Module,
        TermKind.Modules => GraphNames.Modules,
        TermKind.Size => GraphNames.Size,
        TermKind.Number or TermKind.Flag => parameter.Primitive,
        _ => null,
    };
}
