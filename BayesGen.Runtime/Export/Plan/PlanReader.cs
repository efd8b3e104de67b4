using BayesGen.Structure;

namespace BayesGen.Export;

/// <summary>Makes a plan of a graph for inputs of given shapes.</summary>
internal sealed class PlanReader
{
    private readonly NetworkGraph _graph;
    private readonly IReadOnlyDictionary<GraphValue, long[]> _shapes;
    private readonly PlanWriter _plan = new();
    private readonly Dictionary<GraphValue, PlanValue> _values = [];

    private PlanReader(NetworkGraph graph, IReadOnlyDictionary<GraphValue, long[]> shapes) => (_graph, _shapes) = (graph, shapes);

    /// <summary>The plan of a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="inputs">Inputs of the shapes that it is for.</param>
    /// <exception cref="NotSupportedException">An operation has no counterpart; it is named.</exception>
    public static ExportPlan Read(NetworkGraph graph, IReadOnlyList<Tensor> inputs)
    {
        if (graph.Outputs.Count != 1)
            throw new NotSupportedException(
                $"{graph.Network} returns {graph.Outputs.Count} values, and an export has one output. Export a network around it that returns "
                + "the one that is asked for.");
        var reader = new PlanReader(graph, GraphRun.Shapes(graph, inputs));
        var needed = reader.Needed();
        foreach (var node in graph.Nodes.Where(node => needed.Contains(node.Id) || node.Operation is GraphInput))
            reader.Add(node);
        return new ExportPlan(
            graph.Network, [.. graph.Inputs.Select(id => reader._values[new(id)])], reader._plan.Steps, reader._values[graph.Outputs[0]],
            reader._plan.Constants);
    }

    /// <summary>The nodes that what is returned is made of.</summary>
    private HashSet<int> Needed()
    {
        var needed = new HashSet<int>();
        var open = new Stack<int>(_graph.Outputs.Select(output => output.Node));
        while (open.TryPop(out var node))
            if (needed.Add(node))
                foreach (var input in _graph.Nodes[node].Inputs)
                    open.Push(input.Node);
        return needed;
    }

    private int[] ShapeOf(GraphNode node, int output = 0) => [.. _shapes[new(node.Id, output)].Select(size => checked((int)size))];

    private PlanValue In(GraphNode node, int place = 0) => _values[node.Inputs[place]];

    private double? Number(GraphNode node, int place) => (_graph.NodeOf(node.Inputs[place]).Operation as GraphNumber)?.Value;

    private long Size(GraphSize size) => size.Evaluate((value, dimension) =>
        _shapes[value] is var shape ? shape[dimension < 0 ? dimension + shape.Length : dimension] : 0);

    private static int Axis(long dimension, PlanValue x) => (int)(dimension < 0 ? dimension + x.Shape.Length : dimension);

    private static int Axis(long dimension, int rank) => (int)(dimension < 0 ? dimension + rank : dimension);

    private void Add(GraphNode node)
    {
        _plan.Source = node.Source;
        if (node.Operation is GraphNumber)
            return;
        IReadOnlyList<PlanValue> outputs = node.Operation switch
        {
            LayerCall layer => LayerPlan.Add(_plan, layer, [.. node.Inputs.Select(input => _values[input])], ShapeOf(node)),
            Chunking chunk => Parts(node, Axis(chunk.Dimension, In(node))),
            Splitting split => Parts(node, Axis(split.Dimension, In(node))),
            _ => [One(node)],
        };
        for (var i = 0; i < outputs.Count; i++)
            _values[new(node.Id, i)] = outputs[i];
    }

    private List<PlanValue> Parts(GraphNode node, int axis)
    {
        var (parts, start) = (new List<PlanValue>(), 0);
        for (var i = 0; _shapes.ContainsKey(new(node.Id, i)); i++)
        {
            var length = ShapeOf(node, i)[axis];
            parts.Add(_plan.Slice(In(node), axis, start, length));
            start += length;
        }

        return parts;
    }

    private PlanValue One(GraphNode node) => node.Operation switch
    {
        GraphInput => _plan.Value(ShapeOf(node)),
        GraphConstant constant => _plan.Of(_plan.Constant(constant.Key ?? $"constant{node.Id}", constant.Value)),
        GraphDropout => In(node),
        Arithmetic arithmetic => Combine(node, arithmetic.Kind),
        Activation activation => _plan.Map(In(node), activation),
        GraphSoftmax softmax => _plan.Softmax(In(node), Axis(softmax.Dimension, In(node)), softmax.IsLog),
        MatrixProduct => Product(node),
        AttentionProduct attention => AttentionPlan.Product(_plan, In(node), In(node, 1), In(node, 2), attention.IsCausal),
        Concatenation cat => _plan.Cat([.. node.Inputs.Select(input => _values[input])], Axis(cat.Dimension, In(node))),
        Stacking stack => Stack(node, Axis(stack.Dimension, ShapeOf(node).Length)),
        Narrowing narrow => Narrow(node, Axis(narrow.Dimension, In(node)), Size(narrow.Start), Size(narrow.Length)),
        Selection select => _plan.Reshape(
            Narrow(node, Axis(select.Dimension, In(node)), Size(select.Index), 1), ShapeOf(node)),
        Flattening or Reshaping or Squeezing or Unsqueezing => _plan.Reshape(In(node), ShapeOf(node)),
        Permutation permutation => _plan.Permute(
            In(node), [.. permutation.Dimensions.Select(dimension => Axis(dimension, In(node)))]),
        Transposition swap => Swap(In(node), Axis(swap.First, In(node)), Axis(swap.Second, In(node))),
        Expansion => Expand(node),
        Pooling pooling => _plan.Pool(In(node), pooling, ShapeOf(node)),
        GraphReduction reduction => _plan.Reshape(_plan.Reduce(In(node), reduction.Kind, AxesOf(reduction, In(node))), ShapeOf(node)),
        Resizing resize => _plan.Resize(In(node), resize.Mode, resize.AlignsCorners, [.. resize.Factors], ShapeOf(node)),
        GraphPadding padding => Pad(In(node), padding),
        PixelShuffling shuffle => Shuffle(node, (int)shuffle.Factor),
        _ => throw Unknown(node),
    };

    private static NotSupportedException Unknown(GraphNode node) => new(
        $"'{node.Source}' has no counterpart in an export ({node.Operation.GetType().Name}). Compute it outside of the exported network, or "
        + "write it in operations that have one.");

    private PlanValue Combine(GraphNode node, ArithmeticKind kind)
    {
        var (left, right) = (Number(node, 0), Number(node, 1));
        if (left is null && right is null)
            return _plan.Combine(In(node), In(node, 1), kind);
        if (left is not null && right is not null)
            throw Unknown(node);
        var x = right is null ? In(node, 1) : In(node);
        var number = left ?? right!.Value;
        return (kind, right is not null) switch
        {
            (ArithmeticKind.Add, _) => _plan.Scale(x, 1, number),
            (ArithmeticKind.Subtract, true) => _plan.Scale(x, 1, -number),
            (ArithmeticKind.Subtract, false) => _plan.Scale(x, -1, number),
            (ArithmeticKind.Multiply, _) => _plan.Scale(x, number, 0),
            (ArithmeticKind.Divide, true) => _plan.Scale(x, 1 / number, 0),
            (ArithmeticKind.Divide, false) => _plan.Scale(_plan.Map(x, new Activation(ActivationKind.Reciprocal)), number, 0),
            (ArithmeticKind.Power, true) => _plan.Power(x, number),
            (ArithmeticKind.Maximum, _) => _plan.Map(x, new Activation(ActivationKind.Clamp, number, double.PositiveInfinity)),
            (ArithmeticKind.Minimum, _) => _plan.Map(x, new Activation(ActivationKind.Clamp, double.NegativeInfinity, number)),
            _ => throw Unknown(node),
        };
    }

    private PlanValue Product(GraphNode node)
    {
        var (a, b) = (In(node), In(node, 1));
        if (a.Shape.Length == 1)
            a = _plan.Reshape(a, 1, a.Shape[0]);
        if (b.Shape.Length == 1)
            b = _plan.Reshape(b, b.Shape[0], 1);
        return _plan.Reshape(_plan.MatMul(a, b), ShapeOf(node));
    }

    private PlanValue Stack(GraphNode node, int axis)
    {
        int[] part = [.. ShapeOf(node)];
        part[axis] = 1;
        return _plan.Cat([.. node.Inputs.Select(input => _plan.Reshape(_values[input], part))], axis);
    }

    private PlanValue Narrow(GraphNode node, int axis, long start, long length) => _plan.Slice(
        In(node), axis, (int)(start < 0 ? start + In(node).Shape[axis] : start), (int)length);

    private PlanValue Swap(PlanValue x, int first, int second)
    {
        int[] dimensions = [.. Enumerable.Range(0, x.Shape.Length)];
        (dimensions[first], dimensions[second]) = (second, first);
        return _plan.Permute(x, dimensions);
    }

    private PlanValue Expand(GraphNode node)
    {
        var shape = ShapeOf(node);
        var x = In(node);
        return _plan.Expand(_plan.Reshape(x, [.. Enumerable.Repeat(1, shape.Length - x.Shape.Length), .. x.Shape]), shape);
    }

    private static int[] AxesOf(GraphReduction reduction, PlanValue x) => reduction.Dimensions.Count == 0
        ? [.. Enumerable.Range(0, x.Shape.Length)]
        : [.. reduction.Dimensions.Select(dimension => Axis(dimension, x))];

    private PlanValue Pad(PlanValue x, GraphPadding padding)
    {
        var (before, after) = (new int[x.Shape.Length], new int[x.Shape.Length]);
        for (var i = 0; i < padding.Amounts.Count / 2; i++)
            (before[^(i + 1)], after[^(i + 1)]) = ((int)padding.Amounts[2 * i], (int)padding.Amounts[2 * i + 1]);
        for (var axis = 0; axis < x.Shape.Length; axis++)
        {
            var (cutBefore, cutAfter) = (Math.Max(0, -before[axis]), Math.Max(0, -after[axis]));
            x = _plan.Slice(x, axis, cutBefore, x.Shape[axis] - cutBefore - cutAfter);
            (before[axis], after[axis]) = (Math.Max(0, before[axis]), Math.Max(0, after[axis]));
            if (padding.Mode is not (PaddingModes.Constant or PaddingModes.Zeros))
                x = PaddingPlan.Around(_plan, x, axis, before[axis], after[axis], padding.Mode);
        }

        return padding.Mode is PaddingModes.Constant or PaddingModes.Zeros && (before.Any(n => n > 0) || after.Any(n => n > 0))
            ? _plan.Pad(x, before, after, padding.Mode == PaddingModes.Constant ? padding.Value : 0)
            : x;
    }

    private PlanValue Shuffle(GraphNode node, int factor)
    {
        var x = In(node);
        var (n, c, h, w) = (x.Shape[0], x.Shape[1] / factor / factor, x.Shape[2], x.Shape[3]);
        return _plan.Reshape(
            _plan.Permute(_plan.Reshape(x, n, c, factor, factor, h, w), 0, 1, 4, 2, 5, 3), ShapeOf(node));
    }
}
