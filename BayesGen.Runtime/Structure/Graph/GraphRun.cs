using TorchSharp.Modules;

namespace BayesGen.Structure;

/// <summary>Runs a graph on tensors by Torch's own operations, in evaluation mode; layers run as they are.</summary>
internal static class GraphRun
{
    /// <summary>What the graph puts out, in the scope of the caller.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="see">Is given every node with its outputs.</param>
    public static IReadOnlyList<Tensor> Outputs(
        NetworkGraph graph, IReadOnlyList<Tensor> inputs, Action<GraphNode, IReadOnlyList<Tensor>>? see = null)
    {
        if (graph.Inputs.Count != inputs.Count)
            throw new ArgumentException($"{graph.Network} takes {graph.Inputs.Count} inputs, and {inputs.Count} are given.",
                nameof(inputs));
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var values = new List<IReadOnlyList<Tensor>>(graph.Nodes.Count);
        foreach (var node in graph.Nodes)
        {
            IReadOnlyList<Tensor> outputs = node.Operation is GraphInput input
                ? [inputs[input.Position]]
                : Compute(node, [.. node.Inputs.Select(Of)]);
            values.Add(outputs);
            see?.Invoke(node, outputs);
        }

        return [.. graph.Outputs.Select(output => Of(output).alias().MoveToOuterDisposeScope())];

        Tensor Of(GraphValue value) => values[value.Node][value.Output];

        long Size(GraphSize size) => size.Evaluate((value, dimension) =>
            Of(value).shape is var shape ? shape[dimension < 0 ? dimension + shape.Length : dimension] : 0);

        IReadOnlyList<Tensor> Compute(GraphNode node, IReadOnlyList<Tensor> x) => node.Operation switch
        {
            LayerCall layer => Call(layer.Module, x),
            GraphConstant constant => [constant.Value],
            GraphNumber number => [tensor(number.Value, Example(inputs).dtype, Example(inputs).device)],
            Chunking chunk => x[0].chunk(chunk.Count, chunk.Dimension),
            Splitting split => x[0].split([.. split.Lengths], split.Dimension),
            Narrowing narrow => [x[0].narrow(narrow.Dimension, Positive(Size(narrow.Start), x[0], narrow.Dimension),
                Size(narrow.Length))],
            Selection select => [x[0].select(select.Dimension, Size(select.Index))],
            Reshaping reshape => [x[0].reshape([.. reshape.Sizes.Select(Size)])],
            Expansion expand => [x[0].expand([.. expand.Sizes.Select(Size)])],
            Resizing resize => [Resize(resize, x[0], [.. resize.Sizes.Select(Size)])],
            var operation => [OperationRun.Compute(operation, x)],
        };
    }

    /// <summary>The shapes of all values for some inputs, by node and output.</summary>
    public static IReadOnlyDictionary<GraphValue, long[]> Shapes(NetworkGraph graph, IReadOnlyList<Tensor> inputs)
    {
        using var scope = NewDisposeScope();
        var shapes = new Dictionary<GraphValue, long[]>();
        Outputs(graph, inputs, (node, outputs) =>
        {
            for (var i = 0; i < outputs.Count; i++)
                shapes[new(node.Id, i)] = outputs[i].shape;
        });
        return shapes;
    }

    private static Tensor Example(IReadOnlyList<Tensor> inputs) => inputs.FirstOrDefault(input => input.is_floating_point()) ?? inputs[0];

    private static long Positive(long start, Tensor x, long dimension) => start >= 0 ? start : start + x.size((int)dimension);

    private static Tensor Resize(Resizing resize, Tensor x, long[] sizes) => nn.functional.interpolate(
        x,
        sizes.Length > 0 ? sizes : null,
        resize.Factors.Count > 0 ? [.. resize.Factors] : null,
        resize.Mode switch
        {
            ResizingMode.Nearest => InterpolationMode.Nearest,
            ResizingMode.Cubic => InterpolationMode.Bicubic,
            _ => x.dim() switch
            {
                3 => InterpolationMode.Linear,
                4 => InterpolationMode.Bilinear,
                _ => InterpolationMode.Trilinear,
            },
        },
        resize.Mode == ResizingMode.Nearest ? null : resize.AlignsCorners);

    private static IReadOnlyList<Tensor> Call(nn.Module module, IReadOnlyList<Tensor> x)
    {
        switch (module)
        {
            case LSTM lstm:
                var (output, hidden, cell) = lstm.call(x[0]);
                return [output, hidden, cell];
            case GRU gru:
                var (outputs, state) = gru.call(x[0]);
                return [outputs, state];
            case RNN rnn:
                var (sequence, last) = rnn.call(x[0]);
                return [sequence, last];
            case MultiheadAttention attention:
                var (attended, weights) = attention.call(x[0], x[1], x[2]);
                return [attended, weights];
            case nn.Module<Tensor, Tensor, Tensor> two:
                return [two.call(x[0], x[1])];
            default:
                return [((nn.Module<Tensor, Tensor>)module).call(x[0])];
        }
    }
}
