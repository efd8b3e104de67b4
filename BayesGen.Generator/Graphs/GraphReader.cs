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
/// <param name="network">The network.</param>
/// <param name="known">The types of TorchSharp.</param>
/// <param name="cancellation">Stops the work.</param>
internal sealed class GraphReader(INamedTypeSymbol network, KnownTypes known, CancellationToken cancellation)
{
    private readonly List<GraphMethodModel> _methods = [];
    private readonly HashSet<string> _begun = [];

    public GraphMembers Members { get; } = new(network, known);

    /// <summary>The class whose method is read at present.</summary>
    public INamedTypeSymbol? Reading { get; private set; }

    /// <summary>The first thing that cannot be followed; null where everything can.</summary>
    public GraphRefusal? Refusal { get; private set; }

    /// <summary>What forward computes.</summary>
    public GraphModel Read()
    {
        var forward = Members.Methods("forward").FirstOrDefault(method => method.IsOverride);
        if (forward is null || SyntaxOf(forward) is not { } syntax)
            Refuse(null, "its source is not part of the project");
        else if (forward.Parameters.Any(parameter => !known.IsTensor(parameter.Type)))
            Refuse(syntax.ParameterList, "inputs that are no tensors are not followed");
        else
            ReadForward(forward, syntax);
        return Refusal is null
            ? new(_methods.ToEquatableArray(), Members.Accessors.ToEquatableArray(), null, null)
            : new(EquatableArray<GraphMethodModel>.Empty, EquatableArray<AccessorModel>.Empty, $"{network.Name}: {Refusal.Text}",
                Refusal.Reason);
    }

    /// <summary>Notes what cannot be followed; the first one counts.</summary>
    public GraphTerm Refuse(SyntaxNode? node, string reason)
    {
        Refusal ??= new(node, reason);
        return default;
    }

    /// <summary>The name of the method that describes one of the network's own, with what it gives; reads it where it is new.</summary>
    public GraphTerm Call(IMethodSymbol method, SyntaxNode from, IReadOnlyList<GraphTerm> arguments)
    {
        var result = KindOf(method.ReturnType);
        if (SyntaxOf(method) is not { } syntax || result == TermKind.None || method.IsGenericMethod)
            return Refuse(from, $"the method '{method.Name}' has no source here, or gives what a graph does not know");
        if (arguments.Count != method.Parameters.Length)
            return Refuse(from, $"'{method.Name}' is called with arguments left out");
        var name = $"Describe{MemberNames.Pascal(method.Name)}In{MemberNames.Pascal(method.ContainingType.Name)}";
        var types = method.Parameters.Select((parameter, i) => TypeOf(parameter.Type, arguments[i])).ToList();
        if (types.Any(type => type is null))
            return Refuse(from, $"'{method.Name}' takes what a graph does not know");
        if (_begun.Add(name + string.Join(",", types)))
        {
            var body = new GraphBody(this);
            for (var i = 0; i < arguments.Count; i++)
                body.Declare(method.Parameters[i].Name, arguments[i] with
                {
                    Code = GraphVariables.NameFor(method.Parameters[i].Name),
                    IsReal = method.Parameters[i].Type.SpecialType is SpecialType.System_Double or SpecialType.System_Single,
                });
            var (place, outer) = (_methods.Count, Reading);
            Reading = method.ContainingType;
            body.Read(syntax.Body, syntax.ExpressionBody, result == TermKind.Tensor);
            Reading = outer;
            var parameters = string.Concat(method.Parameters.Select((parameter, i) =>
                $", {types[i]} {GraphVariables.NameFor(parameter.Name)}"));
            _methods.Insert(Math.Min(place, _methods.Count), new(
                $"private static {(result == TermKind.Tensor ? GraphNames.Value : GraphNames.Values)} {name}("
                + $"{GraphNames.Builder} graph, {network.FullName()} network{parameters})",
                $"{method.ContainingType.Name}.{method.Name}", body.Lines.ToEquatableArray()));
        }

        var given = arguments.Select((argument, i) =>
            argument.Kind == TermKind.Number ? $", ({types[i]})({argument.Code})" : $", {argument.Code}");
        return new(result, $"{name}(graph, network{string.Concat(given)})");
    }

    /// <summary>An expression on one line, without comments.</summary>
    public static string TextOf(SyntaxNode node)
    {
        var text = string.Join(" ", node.DescendantTokens().Select(token => token.Text).ToArray());
        foreach (var (spaced, tight) in new[] { (" . ", "."), (" ( ", "("), (" )", ")"), (" ,", ","), (" ;", ";"), (" [ ", "["), (" ]",
            "]"), ("( ", "(") })
            text = text.Replace(spaced, tight);
        return text.Length <= 120 ? text : text.Substring(0, 117) + "...";
    }

    private void ReadForward(IMethodSymbol forward, MethodDeclarationSyntax syntax)
    {
        var body = new GraphBody(this);
        Reading = forward.ContainingType;
        foreach (var parameter in forward.Parameters)
        {
            body.Declare(parameter.Name, new(TermKind.Tensor, GraphVariables.NameFor(parameter.Name)));
            body.Write($"var {GraphVariables.NameFor(parameter.Name)} = inputs[{parameter.Ordinal}];");
        }

        body.Read(syntax.Body, syntax.ExpressionBody, isValue: false);
        _methods.Insert(0, new(
            $"private static {GraphNames.Values} DescribeForward({GraphNames.Builder} graph, {network.FullName()} network, "
            + $"{GraphNames.Values} inputs)",
            $"{forward.ContainingType.Name}.forward", body.Lines.ToEquatableArray()));
    }

    private MethodDeclarationSyntax? SyntaxOf(IMethodSymbol method) =>
        method.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) as MethodDeclarationSyntax;

    private TermKind KindOf(ITypeSymbol type) =>
        known.IsTensor(type) ? TermKind.Tensor
        : type is IArrayTypeSymbol array && known.IsTensor(array.ElementType)
            || type is INamedTypeSymbol { IsTupleType: true } tuple && tuple.TupleElements.All(element => known.IsTensor(element.Type))
            ? TermKind.Tensors
            : TermKind.None;

    private string? TypeOf(ITypeSymbol type, GraphTerm argument) => argument.Kind switch
    {
        TermKind.Tensor => GraphNames.Value,
        TermKind.Tensors => GraphNames.Values,
        TermKind.Module => GraphNames.Module,
        TermKind.Modules => GraphNames.Modules,
        TermKind.Size => GraphNames.Size,
        TermKind.Number or TermKind.Flag when type.SpecialType is SpecialType.System_Int32 or SpecialType.System_Int64
            or SpecialType.System_Double or SpecialType.System_Single or SpecialType.System_Boolean => type.ToDisplayString(),
        _ => null,
    };
}
