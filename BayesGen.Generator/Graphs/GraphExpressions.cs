using BayesGen.SourceGeneration.Emission;
using BayesGen.SourceGeneration.Names;
using BayesGen.SourceGeneration.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.SourceGeneration.Graphs;

/// <summary>Reads expressions of a forward.</summary>
/// <param name="reader">Whose network it is.</param>
/// <param name="names">The variables so far.</param>
internal sealed class GraphExpressions(GraphReader reader, Dictionary<string, GraphTerm> names)
{
    private GraphCalls Calls => field ??= new(reader, this, names);

    /// <summary>What an expression is; none, and a refusal with the reader, where it cannot be followed.</summary>
    public GraphTerm Read(ExpressionSyntax expression)
    {
        switch (expression)
        {
            case ParenthesizedExpressionSyntax inner:
                return Read(inner.Expression) is { IsNone: false } term ? term with { Code = Grouped(term.Code) } : default;
            case PostfixUnaryExpressionSyntax { Operand: var sure } when expression.IsKind(SyntaxKind.SuppressNullableWarningExpression):
                return Read(sure);
            case LiteralExpressionSyntax literal:
                return Literal(literal);
            case IdentifierNameSyntax identifier:
                return Name(identifier.Identifier.ValueText, identifier);
            case MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax or BaseExpressionSyntax } own:
                return Member(own.Name.Identifier.ValueText, own);
            case MemberAccessExpressionSyntax access:
                return Access(access);
            case InvocationExpressionSyntax call:
                return Calls.Read(call);
            case BinaryExpressionSyntax binary:
                return ReadBinary(binary);
            case PrefixUnaryExpressionSyntax unary:
                return Unary(unary);
            case CastExpressionSyntax { Type: PredefinedTypeSyntax type } cast:
                return Read(cast.Expression) switch
                {
                    { Kind: TermKind.Size } size => size,
                    { Kind: TermKind.Number } number => new(TermKind.Number, $"({type})({number.Code})")
                    {
                        IsReal = type.Keyword.Kind() is SyntaxKind.DoubleKeyword or SyntaxKind.FloatKeyword,
                    },
                    _ => reader.Refuse(cast, "only numbers are converted"),
                };
            case ConditionalExpressionSyntax choice:
                return Choice(choice);
            case IsPatternExpressionSyntax pattern:
                return Null(pattern);
            case ElementAccessExpressionSyntax element:
                return Element(element);
            case TupleExpressionSyntax tuple:
                return Many(expression, tuple.Arguments.Select(argument => argument.Expression));
            case CollectionExpressionSyntax collection when collection.Elements.All(element => element is ExpressionElementSyntax):
                return Many(expression, collection.Elements.Select(element => ((ExpressionElementSyntax)element).Expression));
            case ImplicitArrayCreationExpressionSyntax array:
                return Many(expression, array.Initializer.Expressions);
            case ArrayCreationExpressionSyntax { Initializer: { } items }:
                return Many(expression, items.Expressions);
            case BaseObjectCreationExpressionSyntax { Initializer: { } list } when list.IsKind(
                SyntaxKind.CollectionInitializerExpression):
                return Many(expression, list.Expressions);
            case DefaultExpressionSyntax:
                return new(TermKind.Nothing, "null");
            default:
                return reader.Refuse(expression, "this kind of expression is none that a graph follows");
        }
    }

    /// <summary>Two values joined by an operator.</summary>
    public GraphTerm Binary(SyntaxNode node, string sign, GraphTerm left, GraphTerm right)
    {
        if (left.IsNone || right.IsNone)
            return default;
        var source = CSharpText.Literal(GraphReader.TextOf(node));
        if (left.Kind == TermKind.Tensor || right.Kind == TermKind.Tensor)
        {
            var kind = sign switch { "+" => "Add", "-" => "Subtract", "*" => "Multiply", "/" => "Divide", _ => null };
            return kind is not null && AsTensor(left) is { } a && AsTensor(right) is { } b
                ? new(TermKind.Tensor,
                    $"graph.Apply(new {GraphNames.Room}Arithmetic({GraphNames.Room}ArithmeticKind.{kind}), {source}, {a}, {b})")
                : reader.Refuse(node, "tensors are joined by + - * / alone, with tensors or numbers");
        }

        if (sign is "==" or "!=" or "<" or ">" or "<=" or ">=" && left.Kind == TermKind.Number && right.Kind == TermKind.Number)
            return new(TermKind.Flag, $"{left.Code} {sign} {right.Code}");
        if (sign is "==" or "!=" && left.Kind == TermKind.Module && right.Kind == TermKind.Nothing)
            return new(TermKind.Flag, $"{left.Code} is {(sign == "!=" ? "not " : "")}null");
        if (sign is "+" or "-" or "*" or "/" && (left.Kind == TermKind.Size || right.Kind == TermKind.Size)
            && left.IsWhole && right.IsWhole)
            return new(TermKind.Size, $"{left.Code} {sign} {right.Code}");
        if (sign is "+" or "-" or "*" or "/" or "%" && left.Kind == TermKind.Number && right.Kind == TermKind.Number)
            return new(TermKind.Number, $"{left.Code} {sign} {right.Code}") { IsReal = left.IsReal || right.IsReal };
        return reader.Refuse(node, "the operator is none that a graph follows here");
    }

    /// <summary>The value as a tensor in code: a number becomes a node.</summary>
    public static string? AsTensor(GraphTerm term) => term.Kind switch
    {
        TermKind.Tensor => term.Code,
        TermKind.Number => $"graph.Number({term.Code})",
        _ => null,
    };

    private static string Grouped(string code) => code.Contains(' ') || code.StartsWith("-", StringComparison.Ordinal) ? $"({code})" : code;

    private GraphTerm Literal(LiteralExpressionSyntax literal) => literal.Kind() switch
    {
        SyntaxKind.NumericLiteralExpression => new(TermKind.Number, literal.Token.Text) { IsReal = literal.Token.Value is double or float },
        SyntaxKind.TrueLiteralExpression => new(TermKind.Flag, "true"),
        SyntaxKind.FalseLiteralExpression => new(TermKind.Flag, "false"),
        SyntaxKind.NullLiteralExpression or SyntaxKind.DefaultLiteralExpression => new(TermKind.Nothing, "null"),
        _ => reader.Refuse(literal, "text is none that a graph follows"),
    };

    private GraphTerm Name(string name, SyntaxNode node) =>
        names.TryGetValue(name, out var known) ? known : Member(name, node);

    private GraphTerm Member(string name, SyntaxNode node) => reader.Members.Find(name, node) is { IsNone: false } member
        ? member
        : reader.Refuse(node,
            $"'{name}' is no variable of the method, and no layer, tensor, number or constant in a field of the network; where it is static "
            + "or a property that computes, make it a const or a readonly field of the instance");

    private GraphTerm Access(MemberAccessExpressionSyntax access)
    {
        var name = access.Name.Identifier.ValueText;
        if (access.Expression is IdentifierNameSyntax { Identifier.ValueText: var type } && !names.ContainsKey(type)
            && reader.Members.IsOwn(type) && reader.Members.Find(name, access) is { Kind: TermKind.Number } constant)
            return constant;
        var target = Read(access.Expression);
        return (target.Kind, name) switch
        {
            (TermKind.None, _) => default,
            (TermKind.Tensor, "shape") => new(TermKind.Shape, target.Code),
            (TermKind.Modules, "Count") => new(TermKind.Number, target.Code + ".Count"),
            (TermKind.Tensors, "Length" or "Count") => new(TermKind.Number, target.Code + ".Count"),
            (TermKind.Tensors, "Item1") => new(TermKind.Tensor, target.Code + "[0]"),
            (TermKind.Tensors, "Item2") => new(TermKind.Tensor, target.Code + "[1]"),
            (TermKind.Tensors, "Item3") => new(TermKind.Tensor, target.Code + "[2]"),
            (TermKind.Tensor, "H" or "T" or "mT") =>
                new(TermKind.Tensor, $"graph.Apply(new {GraphNames.Room}Transposition(-2, -1), "
                    + $"{CSharpText.Literal(GraphReader.TextOf(access))}, {target.Code})"),
            _ => reader.Refuse(access, $"'{name}' is none that a graph knows"),
        };
    }

    /// <summary>The size of a value in a dimension.</summary>
    public static GraphTerm SizeOf(GraphTerm value, string dimension) =>
        new(TermKind.Size, $"new {GraphNames.Room}SizeOfValue({value.Code}, {dimension})");

    private GraphTerm Element(ElementAccessExpressionSyntax element)
    {
        var target = Read(element.Expression);
        if (target.IsNone)
            return default;
        if (target.Kind == TermKind.Tensor)
            return new GraphIndices(reader, this).Read(element, target);
        if (element.ArgumentList.Arguments.Count != 1)
            return reader.Refuse(element, "it has no elements that a graph knows");
        var index = element.ArgumentList.Arguments[0].Expression;
        var fromEnd = index is PrefixUnaryExpressionSyntax { OperatorToken.Text: "^" } end ? end.Operand : null;
        var number = Read(fromEnd ?? index);
        if (number.Kind != TermKind.Number)
            return reader.Refuse(index, "the index is not known before the network runs");
        return target.Kind switch
        {
            TermKind.Shape => SizeOf(target, $"(int)({(fromEnd is null ? number.Code : $"-{Grouped(number.Code)}")})"),
            TermKind.Tensors or TermKind.Modules => new(
                target.Kind == TermKind.Tensors ? TermKind.Tensor : TermKind.Module,
                $"{target.Code}[(int)({(fromEnd is null ? number.Code : $"{target.Code}.Count - {Grouped(number.Code)}")})]"),
            _ => reader.Refuse(element, "it has no elements that a graph knows"),
        };
    }

    private GraphTerm Many(SyntaxNode node, IEnumerable<ExpressionSyntax> elements)
    {
        var terms = elements.Select(Read).ToList();
        if (terms.Any(term => term.IsNone))
            return default;
        return terms.All(term => term.Kind == TermKind.Tensor)
            ? new(TermKind.Tensors, $"new {GraphNames.Value}[] {{ {string.Join(", ", terms.Select(term => term.Code))} }}")
            : reader.Refuse(node, "not all of its elements are tensors");
    }

    private GraphTerm ReadBinary(BinaryExpressionSyntax binary)
    {
        if (binary.IsKind(SyntaxKind.CoalesceExpression))
            return Coalesce(binary);
        if (binary.IsKind(SyntaxKind.LogicalAndExpression) || binary.IsKind(SyntaxKind.LogicalOrExpression))
        {
            var (isAnd, first) = (binary.IsKind(SyntaxKind.LogicalAndExpression), Read(binary.Left));
            if (first is { Kind: TermKind.Flag, Code: var decided } && decided == (isAnd ? "false" : "true"))
                return first;
            var second = Read(binary.Right);
            if (first.Kind != TermKind.Flag || second.Kind != TermKind.Flag)
                return reader.Refuse(binary, "it depends on the input, or on what a graph does not know");
            var (stop, go) = isAnd ? ("false", "true") : ("true", "false");
            return first.Code == stop || second.Code == stop ? new(TermKind.Flag, stop)
                : first.Code == go ? second
                : second.Code == go ? first
                : new(TermKind.Flag, $"({first.Code} {(isAnd ? "&&" : "||")} {second.Code})");
        }

        return Binary(binary, binary.OperatorToken.Text, Read(binary.Left), Read(binary.Right));
    }

    /// <summary><c>layer?.call(x) ?? x</c>.</summary>
    private GraphTerm Coalesce(BinaryExpressionSyntax binary)
    {
        if (binary.Left is not ConditionalAccessExpressionSyntax
            {
                Expression: var target,
                WhenNotNull: InvocationExpressionSyntax
                {
                    Expression: MemberBindingExpressionSyntax { Name.Identifier.ValueText: "call" or "forward" },
                    ArgumentList.Arguments: { Count: 1 } arguments,
                },
            })
            return reader.Refuse(binary, "only layer?.call(x) ?? y is followed");
        var (module, input, otherwise) = (Read(target), Read(arguments[0].Expression), Read(binary.Right));
        return (module.Kind, input.Kind, otherwise.Kind) == (TermKind.Module, TermKind.Tensor, TermKind.Tensor)
            ? new(TermKind.Tensor,
                $"({module.Code} is null ? {otherwise.Code} : graph.Call({module.Code}!, "
                + $"{CSharpText.Literal(GraphReader.TextOf(binary))}, {input.Code}))")
            : reader.Refuse(binary, "only layer?.call(x) ?? y is followed");
    }

    private GraphTerm Unary(PrefixUnaryExpressionSyntax unary)
    {
        var operand = Read(unary.Operand);
        return (unary.OperatorToken.Text, operand.Kind) switch
        {
            (_, TermKind.None) => default,
            ("!", TermKind.Flag) => new(TermKind.Flag, operand.Code switch
            {
                "false" => "true",
                "true" => "false",
                var code => $"!({code})",
            }),
            ("-", TermKind.Number) => operand with { Code = $"-{Grouped(operand.Code)}" },
            ("+", TermKind.Number) => operand,
            ("-", TermKind.Tensor) => new(
                TermKind.Tensor,
                $"graph.Apply(new {GraphNames.Room}Activation({GraphNames.Room}ActivationKind.Negate), "
                + $"{CSharpText.Literal(GraphReader.TextOf(unary))}, {operand.Code})"),
            _ => reader.Refuse(unary, "the operator is none that a graph follows here"),
        };
    }

    private GraphTerm Choice(ConditionalExpressionSyntax choice)
    {
        var condition = Read(choice.Condition);
        if (condition.IsNone)
            return default;
        if (condition.Kind != TermKind.Flag)
            return reader.Refuse(choice.Condition, "the condition depends on the input, or on what a graph does not know");
        if (condition.Code is "true" or "false")
            return Read(condition.Code == "true" ? choice.WhenTrue : choice.WhenFalse);
        var (yes, no) = (Read(choice.WhenTrue), Read(choice.WhenFalse));
        return yes.IsNone || no.IsNone ? default
            : yes.Kind == no.Kind && yes.Kind is TermKind.Tensor or TermKind.Number or TermKind.Flag or TermKind.Tensors
                ? new(yes.Kind, $"({condition.Code} ? {yes.Code} : {no.Code})") { IsReal = yes.IsReal || no.IsReal }
                : reader.Refuse(choice, "its two sides are not alike");
    }

    private GraphTerm Null(IsPatternExpressionSyntax pattern)
    {
        var isNot = pattern.Pattern is UnaryPatternSyntax { OperatorToken.Text: "not" };
        var inner = pattern.Pattern is UnaryPatternSyntax unary ? unary.Pattern : pattern.Pattern;
        var target = Read(pattern.Expression);
        return target.IsNone ? default
            : target.Kind == TermKind.Module
                && inner is ConstantPatternSyntax { Expression: var nothing } && nothing.IsKind(SyntaxKind.NullLiteralExpression)
                ? new(TermKind.Flag, $"{target.Code} is {(isNot ? "not " : "")}null")
                : reader.Refuse(pattern, "only layers are compared with null");
    }
}
