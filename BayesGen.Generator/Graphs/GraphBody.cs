using BayesGen.SourceGeneration.Emission;
using BayesGen.SourceGeneration.Model;
using BayesGen.SourceGeneration.Names;
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
    private readonly GraphVariables _variables;
    private readonly GraphLines _lines = new();
    private bool _givesValue;

    /// <summary>Whether the method has ended on this way, so that nothing after it is reached.</summary>
    private bool _isOver;

    public GraphBody(GraphReader reader)
    {
        _reader = reader;
        _expressions = new GraphExpressions(reader, _names);
        _variables = new GraphVariables(reader, _expressions, _names, _lines);
    }

    /// <summary>The lines of the generated method.</summary>
    public IReadOnlyList<LineModel> Lines => _lines.All;

    /// <summary>Makes a parameter known.</summary>
    public void Declare(string name, GraphTerm value) => _names[name] = value;

    /// <summary>Writes a line of the generated method.</summary>
    public void Write(string text) => _lines.Write(text);

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
            if (_reader.Refusal is not null || _isOver)
                return;
            Read(statement);
        }
    }

    private void Read(StatementSyntax statement)
    {
        switch (statement)
        {
            case BlockSyntax block:
                Braces(block);
                break;
            case EmptyStatementSyntax:
                break;
            case LocalDeclarationStatementSyntax declaration:
                foreach (var variable in declaration.Declaration.Variables)
                    if (!IsScope(variable.Initializer?.Value))
                        _variables.Declare(variable, declaration.Declaration.Type);
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
                _isOver = true;
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

    private void Effect(ExpressionSyntax expression)
    {
        switch (expression)
        {
            case AssignmentExpressionSyntax { Left: var left, Right: var right } assignment:
                if (left is IdentifierNameSyntax { Identifier.ValueText: "_" } && right is InvocationExpressionSyntax dropped)
                    Effect(dropped);
                else
                    _variables.Assign(left, assignment, right);
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

    private void Return(ExpressionSyntax expression)
    {
        var term = _expressions.Read(expression);
        if (term.Kind == TermKind.Tensor)
            Write(_givesValue ? $"return {term.Code};" : $"return new {GraphNames.Value}[] {{ {term.Code} }};");
        else if (term.Kind == TermKind.Tensors && !_givesValue)
            Write($"return {term.Code};");
        else
            _reader.Refuse(expression, "what is returned is neither a tensor nor several");
        _isOver = true;
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
        Branch(choice.Statement);
        if (choice.Else is not { } otherwise)
            return;
        Write("else");
        Branch(otherwise.Statement);
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
        var outer = new HashSet<string>(_names.Keys);
        _names[name] = new(TermKind.Number, GraphVariables.NameFor(name));
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
                GraphReader.TextOf(loop.Incrementors[0]).Replace(" ", "").Replace(name, GraphVariables.NameFor(name)),
            AssignmentExpressionSyntax { Left: IdentifierNameSyntax, Right: LiteralExpressionSyntax amount } changed =>
                $"{GraphVariables.NameFor(name)} {changed.OperatorToken.Text} {amount.Token.Text}",
            _ => null,
        };
        if (step is null)
        {
            _reader.Refuse(loop.Incrementors[0], "only loops that count are followed");
            return;
        }

        Write($"for ({declaration.Type} {GraphVariables.NameFor(name)} = {start.Code}; {condition.Code}; {step})");
        Branch(loop.Statement);
        Forget(outer);
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

        var outer = new HashSet<string>(_names.Keys);
        _names[name] = new(items.Kind == TermKind.Modules ? TermKind.Module : TermKind.Tensor, GraphVariables.NameFor(name));
        Write($"foreach (var {GraphVariables.NameFor(name)} in {items.Code})");
        Branch(loop.Statement);
        Forget(outer);
    }

    /// <summary>One way of several: what comes after is reached by another.</summary>
    private void Branch(StatementSyntax statement)
    {
        Braces(statement);
        _isOver = false;
    }

    private void Braces(StatementSyntax statement)
    {
        var outer = new HashSet<string>(_names.Keys);
        _lines.Open();
        if (statement is BlockSyntax block)
            ReadAll(block.Statements);
        else
            Read(statement);
        _lines.Close();
        Forget(outer);
    }

    /// <summary>A variable ends with its block; behind it the name is that of a field again.</summary>
    private void Forget(HashSet<string> outer)
    {
        foreach (var name in _names.Keys.Where(name => !outer.Contains(name)).ToList())
            _names.Remove(name);
    }

    private static bool IsScope(ExpressionSyntax? value) =>
        value is InvocationExpressionSyntax { Expression: var called }
        && (called as MemberAccessExpressionSyntax)?.Name.Identifier.ValueText is var last
        && (last ?? (called as IdentifierNameSyntax)?.Identifier.ValueText)
            is "NewDisposeScope" or "no_grad" or "enable_grad" or "inference_mode" or "set_grad_enabled";
}
