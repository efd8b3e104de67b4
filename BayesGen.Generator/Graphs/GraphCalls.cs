using BayesGen.SourceGeneration.Emission;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.SourceGeneration.Graphs;

/// <summary>Reads calls in a forward: of layers, of methods of the network, of Torch's functions and of those of numbers.</summary>
/// <param name="reader">Whose network it is.</param>
/// <param name="expressions">Reads the arguments.</param>
/// <param name="names">The variables so far.</param>
internal sealed class GraphCalls(GraphReader reader, GraphExpressions expressions, Dictionary<string, GraphTerm> names)
{
    /// <summary>What a call gives; none, and a refusal with the reader, where it cannot be followed.</summary>
    public GraphTerm Read(InvocationExpressionSyntax call)
    {
        var name = call.Expression switch
        {
            IdentifierNameSyntax identifier => identifier.Identifier.ValueText,
            MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
            _ => null,
        };
        if (name is null)
            return reader.Refuse(call, "this call is none that a graph follows");
        var target = (call.Expression as MemberAccessExpressionSyntax)?.Expression;
        if (target is null or ThisExpressionSyntax or BaseExpressionSyntax
            && reader.Members.Methods(name).Where(method => !IsBaseOnly(target, method)).ToList() is { Count: > 0 } methods)
            return Helper(methods, call);
        if (target is IdentifierNameSyntax { Identifier.ValueText: "Math" or "MathF" }
            or MemberAccessExpressionSyntax
            {
                Expression: IdentifierNameSyntax { Identifier.ValueText: "System" }, Name.Identifier.ValueText: "Math" or "MathF",
            })
            return Mathematics(name, call);
        if (target is null or ThisExpressionSyntax && reader.Members.IsFunction(name))
            return reader.Refuse(call, $"'{name}' is of the class here and not Torch's; make it a method that takes and returns tensors");
        if (target is null || IsFunctions(target))
            return new GraphFunctions(reader, expressions, call, name, call.ArgumentList.Arguments.FirstOrDefault()?.Expression, 1).Read();
        if (name == "Join" && target is IdentifierNameSyntax { Identifier.ValueText: "GaussianNoise" })
            return Noise(call);
        var receiver = expressions.Read(target);
        return receiver.Kind switch
        {
            TermKind.None => default,
            TermKind.Module when name is "call" or "forward" => Layer(receiver, call),
            TermKind.Tensor when name == "size" && call.ArgumentList.Arguments is { Count: 1 } dimensions =>
                Size(receiver, dimensions.Single().Expression),
            TermKind.Shape or TermKind.Size or TermKind.Number => reader.Refuse(call, "this call is none that a graph follows"),
            _ => new GraphFunctions(reader, expressions, call, name, target, 0).Read(),
        };
    }

    private GraphTerm Mathematics(string name, InvocationExpressionSyntax call)
    {
        var numbers = call.ArgumentList.Arguments.Select(argument => expressions.Read(argument.Expression)).ToList();
        var given = string.Join(", ", numbers.Select(number => number.Code));
        return numbers.All(number => number.Kind == TermKind.Number)
            ? new(TermKind.Number, $"global::System.Math.{name}({given})")
            {
                IsReal = name is not ("Max" or "Min" or "Abs" or "Clamp") || numbers.Any(number => number.IsReal),
            }
            : reader.Refuse(call, "its arguments are not known before the network runs");
    }

    /// <summary>x.size(d), which is x.shape[d].</summary>
    private GraphTerm Size(GraphTerm value, ExpressionSyntax dimension)
    {
        var number = expressions.Read(dimension);
        return number.Kind == TermKind.Number
            ? GraphExpressions.SizeOf(value, $"(int)({number.Code})")
            : reader.Refuse(dimension, "the dimension is not known before the network runs");
    }

    /// <summary>Means with the noise beside them that the network learns.</summary>
    private GraphTerm Noise(InvocationExpressionSyntax call)
    {
        var values = call.ArgumentList.Arguments.Select(argument => expressions.Read(argument.Expression)).ToList();
        if (values.Any(value => value.IsNone))
            return default;
        return values.Count == 2 && values.All(value => value.Kind == TermKind.Tensor)
            && call.ArgumentList.Arguments.All(argument => argument.NameColon is null)
            ? new(TermKind.Tensor,
                $"graph.JoinNoise({CSharpText.Literal(GraphReader.TextOf(call))}, {values[0].Code}, {values[1].Code})")
            : reader.Refuse(call, "this call is none that a graph follows");
    }

    /// <summary>Whether base. means an earlier method than this one, seen from the class whose method is read.</summary>
    private bool IsBaseOnly(ExpressionSyntax? target, GraphMethod method) =>
        target is BaseExpressionSyntax && method.Depth <= reader.Depth;

    /// <summary>The classes of functions: torch, functional, nn.functional, F.</summary>
    private bool IsFunctions(ExpressionSyntax target) => target switch
    {
        IdentifierNameSyntax { Identifier.ValueText: var name } =>
            name is "functional" or "torch" or "F" && !names.ContainsKey(name) && !reader.Members.IsField(name),
        MemberAccessExpressionSyntax { Name.Identifier.ValueText: "functional" or "torch" or "special" } => true,
        _ => false,
    };

    private GraphTerm Helper(List<GraphMethod> methods, InvocationExpressionSyntax call)
    {
        var arguments = call.ArgumentList.Arguments.Select(argument => expressions.Read(argument.Expression)).ToList();
        if (arguments.Any(argument => argument.IsNone))
            return default;
        if (call.ArgumentList.Arguments.Any(argument => argument.NameColon is not null))
            return reader.Refuse(call, "a method of the network is called with named arguments");
        var isBase = call.Expression is MemberAccessExpressionSyntax { Expression: BaseExpressionSyntax };
        var called = methods.Where(method => method.Parameters.Count == arguments.Count
            && (isBase || !method.IsOverridden) && (method.IsOverride || method.Depth >= reader.Depth)).ToList();
        if (isBase)
            called.RemoveAll(method => method.Depth > called[0].Depth);
        if (called.Count > 1)
            called.RemoveAll(method => method.Parameters.Where(
                (parameter, i) => parameter.IsTensor != (arguments[i].Kind == TermKind.Tensor)).Any());
        return called.Count switch
        {
            1 => reader.Call(called[0], call, arguments),
            0 => reader.Refuse(call, "a method of the network is called with arguments left out, or with others than it takes"),
            _ => reader.Refuse(
                call, $"several methods '{methods[0].Name}' take {arguments.Count} arguments, and a graph goes by names; rename one"),
        };
    }

    private GraphTerm Layer(GraphTerm module, InvocationExpressionSyntax call)
    {
        var inputs = new List<string>();
        foreach (var argument in call.ArgumentList.Arguments)
        {
            if (argument.NameColon?.Name.Identifier.ValueText == "need_weights")
                continue;
            var term = expressions.Read(argument.Expression);
            if (term.Kind == TermKind.Tensor)
                inputs.Add(term.Code);
            else if (term.Kind is not (TermKind.Nothing or TermKind.Flag))
                return reader.Refuse(argument, "a layer is called with something that is no tensor");
        }

        var code = $"graph.{(module.GivesMany ? "CallMany" : "Call")}({module.Code}!, "
            + $"{CSharpText.Literal(GraphReader.TextOf(call))}, {string.Join(", ", inputs)})";
        return new(module.GivesMany ? TermKind.Tensors : TermKind.Tensor, code);
    }
}
