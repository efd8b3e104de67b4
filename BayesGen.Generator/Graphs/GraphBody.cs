using BayesGen.SourceGeneration.Emission;
using BayesGen.SourceGeneration.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.SourceGeneration.Graphs;

/// <summary>Reads the statements of one method.</summary>
internal sealed class GraphBody
{
    private readonly GraphReader _reader;
    private readonly GraphExpressions _expressions;
    private readonly Dictionary<string, GraphTerm> _names = new(StringComparer.Ordinal);
    private readonly List<LineModel> _lines = [];
    private int _depth;
    private bool _givesValue;

    public GraphBody(GraphReader reader)
    {
        _reader = reader;
        _expressions = new GraphExpressions(reader, _names);
    }

    public IReadOnlyList<LineModel> Lines => _lines;

    /// <summary>What a variable of the method is called in the generated one, which has names of its own.</summary>
    public static string NameFor(string name) => name is "graph" or "network" or "inputs" ? name + "Value"
        : Symbols.MemberNames.Escaped(name);

    public void Declare(string name, GraphTerm value) => _names[name] = value;

    public void Write(string text) => _lines.Add(new(_depth, text));

    /// <summary>Reads a body; <paramref name="isValue"/> where it gives one tensor by itself and not in a list.</summary>
    public void Read(BlockSyntax? block, ArrowExpressionClauseSyntax? arrow, bool isValue)
    {
        _givesValue = isValue;
        if (arrow is not null)
            Return(arrow.Expression);
        else if (block is not null)
            ReadAll(block.Statements);
    }

    private void ReadAll(IEnumerable<StatementSyntax> statements)
    {
        foreach (var statement in statements)
        {
            if (_reader.Refusal is not null)
                return;
            Read(statement);
        }
    }

    private void Read(StatementSyntax statement)
    {
        switch (statement)
        {
            case BlockSyntax block:
                ReadAll(block.Statements);
                break;
            case EmptyStatementSyntax:
                break;
            case LocalDeclarationStatementSyntax declaration:
                foreach (var variable in declaration.Declaration.Variables)
                    Declare(variable, declaration.Declaration.Type);
                break;
            case UsingStatementSyntax { Expression: { } resource } scope when IsScope(resource):
                Read(scope.Statement);
                break;
            case UsingStatementSyntax { Declaration: { } resources } scope
                when resources.Variables.All(variable => IsScope(variable.Initializer?.Value)):
                Read(scope.Statement);
                break;
            case ExpressionStatementSyntax { Expression: var expression }:
                Effect(expression);
                break;
            case ReturnStatementSyntax { Expression: { } value }:
                Return(value);
                break;
            case ThrowStatementSyntax:
                Write($"throw {GraphNames.Builder}.CannotFollow("
                    + $"{CSharpText.Literal(GraphReader.TextOf(statement))}, \"forward throws here\");");
                break;
            case IfStatementSyntax choice:
                If(choice);
                break;
            case ForStatementSyntax loop:
                For(loop);
                break;
            case ForEachStatementSyntax loop:
                ForEach(loop);
                break;
            default:
                _reader.Refuse(statement, "this statement is none that a graph follows");
                break;
        }
    }

    private void Declare(VariableDeclaratorSyntax variable, TypeSyntax type)
    {
        var name = variable.Identifier.ValueText;
        if (variable.Initializer?.Value is not { } value)
        {
            if (type.ToString() is not ("Tensor" or "torch.Tensor" or "Tensor?"))
            {
                _reader.Refuse(variable, "a variable without a value that is no tensor is not followed");
                return;
            }

            _names[name] = new(TermKind.Tensor, NameFor(name));
            Write($"{GraphNames.Value} {NameFor(name)};");
            return;
        }

        if (IsScope(value))
            return;
        var term = _expressions.Read(value);
        if (term.IsNone)
            return;
        Assign(name, term, TypeFor(term, type));
    }

    /// <summary>The type of a variable in the generated method; a shape or a layer is another name for what it is.</summary>
    private static string? TypeFor(GraphTerm term, TypeSyntax? declared) => term.Kind switch
    {
        TermKind.Tensor or TermKind.Modules => "var",
        TermKind.Tensors => GraphNames.Values,
        TermKind.Size => GraphNames.Size,
        TermKind.Number or TermKind.Flag => declared is PredefinedTypeSyntax ? declared.ToString() : "var",
        _ => null,
    };

    private void Assign(string name, GraphTerm term, string? type)
    {
        if (type is null)
        {
            _names[name] = term;
            return;
        }

        _names[name] = term with { Code = NameFor(name) };
        Write($"{type} {NameFor(name)} = {term.Code};");
    }

    private void Effect(ExpressionSyntax expression)
    {
        switch (expression)
        {
            case AssignmentExpressionSyntax { Left: var left, Right: var right } assignment:
                Assign(left, assignment, right);
                break;
            case InvocationExpressionSyntax
            {
                Expression: MemberAccessExpressionSyntax
                {
                    Expression: IdentifierNameSyntax target,
                    Name.Identifier.ValueText: var called
                }
            } call
                when _names.TryGetValue(target.Identifier.ValueText, out var known) && known.Kind == TermKind.Tensor:
                // What works in place, or disposes.
                if (called is "Dispose" or "MoveToOuterDisposeScope" or "DetachFromDisposeScope" or "dispose")
                    break;
                if (!called.EndsWith("_", StringComparison.Ordinal))
                {
                    _reader.Refuse(expression, "its result is not used");
                    break;
                }

                if (_expressions.Read(call) is { Kind: TermKind.Tensor } changed)
                    Write($"{known.Code} = {changed.Code};");
                break;
            case PostfixUnaryExpressionSyntax { Operand: IdentifierNameSyntax counted } step
                when _names.TryGetValue(counted.Identifier.ValueText, out var number) && number.Kind == TermKind.Number:
                Write($"{number.Code}{step.OperatorToken.Text};");
                break;
            default:
                _reader.Refuse(expression, "a call for its effect is not followed");
                break;
        }
    }

    private void Assign(ExpressionSyntax left, AssignmentExpressionSyntax assignment, ExpressionSyntax right)
    {
        var names = left switch
        {
            DeclarationExpressionSyntax { Designation: ParenthesizedVariableDesignationSyntax designation } =>
                designation.Variables.Select(variable => (variable is SingleVariableDesignationSyntax single
                    ? single.Identifier.ValueText : "_", true)).ToList(),
            TupleExpressionSyntax tuple => tuple.Arguments.Select(argument => argument.Expression switch
            {
                IdentifierNameSyntax identifier => (identifier.Identifier.ValueText, false),
                DeclarationExpressionSyntax { Designation: SingleVariableDesignationSyntax single } => (single.Identifier.ValueText,
                    true),
                _ => ("_", false),
            }).ToList(),
            _ => [],
        };
        if (names.Count > 0)
        {
            var many = _expressions.Read(right);
            if (many.Kind != TermKind.Tensors)
            {
                _reader.Refuse(right, "it is taken apart, and is not several tensors");
                return;
            }

            var list = $"parts{_lines.Count}";
            Write($"{GraphNames.Values} {list} = {many.Code};");
            for (var i = 0; i < names.Count; i++)
            {
                var (name, isNew) = names[i];
                if (name == "_")
                    continue;
                _names[name] = new(TermKind.Tensor, NameFor(name));
                Write($"{(isNew ? "var " : "")}{NameFor(name)} = {list}[{i}];");
            }

            return;
        }

        if (left is IdentifierNameSyntax { Identifier.ValueText: "_" })
            return;
        if (left is not IdentifierNameSyntax { Identifier.ValueText: var variable } || !_names.TryGetValue(variable, out var before))
        {
            _reader.Refuse(assignment, "it changes something that is no variable of the method");
            return;
        }

        var value = assignment.IsKind(SyntaxKind.SimpleAssignmentExpression)
            ? _expressions.Read(right)
            : _expressions.Binary(assignment, assignment.OperatorToken.Text.TrimEnd('='), before, _expressions.Read(right));
        if (value.IsNone)
            return;
        if (value.Kind != before.Kind || value.Kind is TermKind.Module or TermKind.Shape)
            _reader.Refuse(assignment, "the variable becomes something else than it was");
        else
            Write($"{before.Code} = {value.Code};");
    }

    private void Return(ExpressionSyntax expression)
    {
        var term = _expressions.Read(expression);
        if (term.Kind == TermKind.Tensor)
            Write(_givesValue ? $"return {term.Code};" : $"return new {GraphNames.Value}[] {{ {term.Code} }};");
        else if (term.Kind == TermKind.Tensors && !_givesValue)
            Write($"return {term.Code};");
        else
            _reader.Refuse(expression, "what is returned is neither a tensor nor several");
    }

    private void If(IfStatementSyntax choice)
    {
        var condition = _expressions.Read(choice.Condition);
        if (condition.Kind != TermKind.Flag)
        {
            _reader.Refuse(choice.Condition, "the condition depends on the input, or on what a graph does not know");
            return;
        }

        // The arm of evaluation is the graph.
        if (condition.Code is "false" or "true")
        {
            if (condition.Code == "true")
                Read(choice.Statement);
            else if (choice.Else is { } other)
                Read(other.Statement);
            return;
        }

        Write($"if ({condition.Code})");
        Braces(choice.Statement);
        if (choice.Else is not { } otherwise)
            return;
        Write("else");
        Braces(otherwise.Statement);
    }

    private void For(ForStatementSyntax loop)
    {
        if (loop.Declaration is not { Variables: { Count: 1 } variables, Type: PredefinedTypeSyntax or IdentifierNameSyntax } declaration
            || loop.Incrementors.Count != 1 || loop.Condition is null || variables[0].Initializer?.Value is not { } initial)
        {
            _reader.Refuse(loop, "only loops that count one variable are followed");
            return;
        }

        var start = _expressions.Read(initial);
        var name = variables[0].Identifier.ValueText;
        _names[name] = new(TermKind.Number, NameFor(name));
        var condition = _expressions.Read(loop.Condition);
        if (start.Kind != TermKind.Number || condition.Kind != TermKind.Flag)
        {
            _reader.Refuse(loop.Condition, "how often the loop runs depends on the input");
            return;
        }

        var step = loop.Incrementors[0] switch
        {
            PostfixUnaryExpressionSyntax { Operand: IdentifierNameSyntax }
                or PrefixUnaryExpressionSyntax { Operand: IdentifierNameSyntax } =>
                GraphReader.TextOf(loop.Incrementors[0]).Replace(" ", "").Replace(name, NameFor(name)),
            AssignmentExpressionSyntax { Left: IdentifierNameSyntax, Right: LiteralExpressionSyntax amount } changed =>
                $"{NameFor(name)} {changed.OperatorToken.Text} {amount.Token.Text}",
            _ => null,
        };
        if (step is null)
        {
            _reader.Refuse(loop.Incrementors[0], "only loops that count are followed");
            return;
        }

        Write($"for ({declaration.Type} {NameFor(name)} = {start.Code}; {condition.Code}; {step})");
        Braces(loop.Statement);
    }

    private void ForEach(ForEachStatementSyntax loop)
    {
        var items = _expressions.Read(loop.Expression);
        var name = loop.Identifier.ValueText;
        if (items.Kind is not (TermKind.Modules or TermKind.Tensors))
        {
            _reader.Refuse(loop.Expression, "only a ModuleList or several tensors are gone through");
            return;
        }

        _names[name] = new(items.Kind == TermKind.Modules ? TermKind.Module : TermKind.Tensor, NameFor(name), items.Type);
        Write($"foreach (var {NameFor(name)} in {items.Code})");
        Braces(loop.Statement);
    }

    private void Braces(StatementSyntax statement)
    {
        Write("{");
        _depth++;
        Read(statement);
        _depth--;
        Write("}");
    }

    private static bool IsScope(ExpressionSyntax? value) =>
        value is InvocationExpressionSyntax { Expression: var called }
        && (called as MemberAccessExpressionSyntax)?.Name.Identifier.ValueText is var last
        && (last ?? (called as IdentifierNameSyntax)?.Identifier.ValueText)
            is "NewDisposeScope" or "no_grad" or "enable_grad" or "inference_mode" or "set_grad_enabled";
}
