using BayesGen.SourceGeneration.Emission;
using BayesGen.SourceGeneration.Names;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace BayesGen.SourceGeneration.Graphs;

/// <summary>
/// Reads the indices of a tensor, dimension by dimension: numbers, which take a dimension away, and ranges, which keep it.
/// </summary>
/// <param name="reader">Whose network it is.</param>
/// <param name="expressions">Reads the numbers.</param>
internal sealed class GraphIndices(GraphReader reader, GraphExpressions expressions)
{
    /// <summary>What is left of a tensor; none, and a refusal with the reader, where it cannot be followed.</summary>
    public GraphTerm Read(ElementAccessExpressionSyntax element, GraphTerm tensor)
    {
        var (source, code, dimension) = (CSharpText.Literal(GraphReader.TextOf(element)), tensor.Code, 0);
        foreach (var argument in element.ArgumentList.Arguments)
        {
            switch (argument.Expression)
            {
                case RangeExpressionSyntax { LeftOperand: null, RightOperand: null }:
                    dimension++;
                    break;
                case RangeExpressionSyntax range:
                    if (End(range.LeftOperand, "0") is not { } start || End(range.RightOperand, "null") is not { } end)
                        return default;
                    code = $"graph.Slice({source}, {code}, {dimension++}, {start}, {end})";
                    break;
                case var index:
                    if (Place(index) is not { } place)
                        return default;
                    code = $"graph.Apply(new {GraphNames.Room}Selection({dimension}, {place}), {source}, {code})";
                    break;
            }
        }

        return new(TermKind.Tensor, code);
    }

    /// <summary>An end of a range; the last one may be that of the dimension.</summary>
    private string? End(ExpressionSyntax? end, string otherwise) =>
        end is null || otherwise == "null" && end.ToString() == "^0" ? otherwise : Place(end);

    /// <summary>A place in a dimension; from its end on it is negative.</summary>
    private string? Place(ExpressionSyntax index)
    {
        var fromEnd = index is PrefixUnaryExpressionSyntax { OperatorToken.Text: "^" } end ? end.Operand : null;
        var term = expressions.Read(fromEnd ?? index);
        if (term.IsWhole && (fromEnd is null || term.Kind == TermKind.Number))
            return fromEnd is null ? term.Code : $"-({term.Code})";
        reader.Refuse(index, "a tensor is indexed by numbers and ranges alone; write index_select or a product instead");
        return null;
    }
}
