using System.Globalization;

namespace BayesGen.Structure;

/// <summary>
/// What the forward of a network computes in evaluation mode: nodes in an order in which each comes after what it reads. It is read from
/// the source of forward by the generator, for a network as it is built; it does not change, and refers to the layers of the network.
/// </summary>
/// <param name="Network">The name of the network's class.</param>
/// <param name="Nodes">The nodes; the place of a node is its number.</param>
/// <param name="Outputs">What forward returns: one value, or those of a tuple.</param>
public sealed record NetworkGraph(string Network, IReadOnlyList<GraphNode> Nodes, IReadOnlyList<GraphValue> Outputs)
{
    /// <summary>The network that it was read from; null of one that was built by hand.</summary>
    internal nn.Module? Origin { get; init; }

    /// <summary>The numbers of the nodes of the inputs, in the order of forward.</summary>
    public IReadOnlyList<int> Inputs { get; } =
    [
        .. Nodes.Where(node => node.Operation is GraphInput)
            .OrderBy(node => ((GraphInput)node.Operation).Position)
            .Select(node => node.Id),
    ];

    /// <summary>The node that a value comes from.</summary>
    /// <param name="value">The value.</param>
    public GraphNode NodeOf(GraphValue value) => Nodes[value.Node];

    /// <summary>A line for each node.</summary>
    public override string ToString() => string.Join(
        Environment.NewLine,
        [
            Network,
            .. Nodes.Select(node => $"  {node}"),
            $"  return {string.Join(", ", Outputs)}",
        ]);
}

/// <summary>A node of a <see cref="NetworkGraph"/>.</summary>
/// <param name="Id">Its number, and its place among the nodes.</param>
/// <param name="Operation">What it computes.</param>
/// <param name="Inputs">What it reads, in the order of the call.</param>
/// <param name="Source">Where it stands in the source, as messages say it: <c>LeNet.forward: x.view(-1, 3136)</c>.</param>
public sealed record GraphNode(int Id, GraphOperation Operation, IReadOnlyList<GraphValue> Inputs, string Source)
{
    /// <summary>The number, the operation and what it reads.</summary>
    public override string ToString() => $"%{Id.ToString(CultureInfo.InvariantCulture)} = {Name}({string.Join(", ", Inputs)})";

    private string Name => Operation switch
    {
        LayerCall layer => $"{layer.Module.GetType().Name}[{layer.Key}]",
        GraphConstant { Key: { } key } => $"Constant[{key}]",
        Activation activation => activation.Kind.ToString(),
        Arithmetic arithmetic => arithmetic.Kind.ToString(),
        Pooling pooling => $"{pooling.Kind}Pooling",
        GraphReduction reduction => $"{reduction.Kind}Reduction",
        _ => Operation.GetType().Name,
    };
}
