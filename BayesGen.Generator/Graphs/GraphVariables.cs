using BayesGen.SourceGeneration.Names;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.SourceGeneration.Graphs;

/// <summary>The variables of a method, declared and assigned.</summary>
/// <param name="reader">Whose network it is.</param>
/// <param name="expressions">Reads their values.</param>
/// <param name="names">The variables so far.</param>
/// <param name="lines">The generated method.</param>
internal sealed class GraphVariables(
    GraphReader reader, GraphExpressions expressions, Dictionary<string, GraphTerm> names, GraphLines lines)
{
    /// <summary>What a variable of the method is called in the generated one, which has names of its own.</summary>
    public static string NameFor(string name) => name is "graph" or "network" or "inputs" ? name + "Value"
        : Symbols.MemberNames.Escaped(name);

    /// <summary>Reads the declaration of a variable.</summary>
    public void Declare(VariableDeclaratorSyntax variable, TypeSyntax type)
    {
        var name = variable.Identifier.ValueText;
        if (variable.Initializer?.Value is not { } value)
        {
            if (type.ToString() is not ("Tensor" or "torch.Tensor" or "Tensor?"))
            {
                reader.Refuse(variable, "a variable without a value that is no tensor is not followed");
                return;
            }

            names[name] = new(TermKind.Tensor, NameFor(name));
            lines.Write($"{GraphNames.Value} {NameFor(name)};");
            return;
        }

        var term = expressions.Read(value);
        if (term.IsNone)
            return;
        Assign(name, term, TypeFor(term, type));
    }

    /// <summary>Reads an assignment, to one variable or to several that are taken apart.</summary>
    public void Assign(ExpressionSyntax left, AssignmentExpressionSyntax assignment, ExpressionSyntax right)
    {
        List<(string name, bool isNew)> targets = left switch
        {
            DeclarationExpressionSyntax { Designation: ParenthesizedVariableDesignationSyntax designation } =>
                designation.Variables.Select(variable => (variable is SingleVariableDesignationSyntax single
                    ? single.Identifier.ValueText : "_", true)).ToList(),
            TupleExpressionSyntax tuple => tuple.Arguments.Select(argument => argument.Expression switch
            {
                IdentifierNameSyntax identifier => (identifier.Identifier.ValueText, false),
                DeclarationExpressionSyntax { Designation: SingleVariableDesignationSyntax single } => (single.Identifier.ValueText,
                    true),
                // No name of a variable.
                _ => ("", false),
            }).ToList(),
            _ => [],
        };
        if (targets.Count > 0)
        {
            var many = expressions.Read(right);
            if (many.Kind != TermKind.Tensors)
            {
                reader.Refuse(right, "it is taken apart, and is not several tensors");
                return;
            }

            if (targets.Any(target => !target.isNew && target.name != "_" && !names.ContainsKey(target.name)))
            {
                reader.Refuse(left, "it changes something that is no variable of the method");
                return;
            }

            var list = $"parts{lines.All.Count}";
            while (names.ContainsKey(list))
                list += "_";
            lines.Write($"{GraphNames.Values} {list} = {many.Code};");
            for (var i = 0; i < targets.Count; i++)
            {
                var (name, isNew) = targets[i];
                if (name == "_")
                    continue;
                names[name] = new(TermKind.Tensor, NameFor(name));
                lines.Write($"{(isNew ? "var " : "")}{NameFor(name)} = {list}[{i}];");
            }

            return;
        }

        if (left is not IdentifierNameSyntax { Identifier.ValueText: var variable } || !names.TryGetValue(variable, out var before))
        {
            reader.Refuse(assignment, "it changes something that is no variable of the method");
            return;
        }

        var value = assignment.IsKind(SyntaxKind.SimpleAssignmentExpression)
            ? expressions.Read(right)
            : expressions.Binary(assignment, assignment.OperatorToken.Text.TrimEnd('='), before, expressions.Read(right));
        if (value.IsNone)
            return;
        if (value.Kind != before.Kind || value.Kind is TermKind.Module or TermKind.Shape)
            reader.Refuse(assignment, "the variable becomes something else than it was");
        else
            lines.Write($"{before.Code} = {value.Code};");
    }

    /// <summary>The type of a variable in the generated method; a shape or a layer is another name for what it is.</summary>
    private static string? TypeFor(GraphTerm term, TypeSyntax? declared) => term.Kind switch
    {
        TermKind.Tensor or TermKind.Modules or TermKind.Shape => "var",
        TermKind.Tensors => GraphNames.Values,
        TermKind.Size => GraphNames.Size,
        TermKind.Number or TermKind.Flag => declared is PredefinedTypeSyntax ? declared.ToString() : "var",
        _ => null,
    };

    private void Assign(string name, GraphTerm term, string? type)
    {
        if (type is null)
        {
            names[name] = term;
            return;
        }

        // A shape is that of the value which the variable had then.
        var isReal = type is "float" or "double" || type == "var" && term.IsReal;
        names[name] = term with { Code = NameFor(name), IsReal = isReal };
        lines.Write(term.Kind == TermKind.Number && type != "var"
            ? $"{type} {NameFor(name)} = ({type})({term.Code});"
            : $"{type} {NameFor(name)} = {term.Code};");
    }
}
