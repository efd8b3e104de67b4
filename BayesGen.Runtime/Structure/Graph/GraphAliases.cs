namespace BayesGen.Structure;

/// <summary>
/// Which values of a graph share their memory in forward. A node computes beside its inputs, and a change in place does not: what else
/// names that memory reads the change.
/// </summary>
/// <param name="nodes">The nodes of the graph so far.</param>
internal sealed class GraphAliases(IReadOnlyList<GraphNode> nodes)
{
    private readonly Dictionary<GraphValue, GraphValue> _now = [];
    private readonly Dictionary<GraphValue, string> _changes = [];
    private readonly HashSet<int> _separate = [];

    /// <summary>What a tensor is after the changes in place.</summary>
    /// <param name="value">What it was when it got its name.</param>
    /// <param name="source">The expression that reads it.</param>
    /// <exception cref="NotSupportedException">It is a view of memory that was changed under another name.</exception>
    public GraphValue Now(GraphValue value, string source)
    {
        while (_now.TryGetValue(value, out var next))
            value = next;
        return _changes.TryGetValue(Memory(value), out var change)
            ? throw GraphBuilder.CannotFollow(
                source,
                $"it reads a tensor that shares memory with what '{change}' changes in place before; compute it beside its input "
                + "there, without the underscore or 'inplace', or read a clone() made earlier")
            : value;
    }

    /// <summary>Takes a value for a copy, although it is computed as a view.</summary>
    public void Separate(GraphValue copy) => _separate.Add(copy.Node);

    /// <summary>A node has changed its first input.</summary>
    public void Change(GraphValue changed)
    {
        var node = nodes[changed.Node];
        var memory = Memory(node.Inputs[0]);
        if (nodes[memory.Node].Operation is GraphConstant)
            throw GraphBuilder.CannotFollow(node.Source, "it changes a tensor of the network each time; compute it beside that tensor");
        // squeeze_ gives the tensor another shape and leaves its numbers to the views of it.
        if (!IsView(node))
            _changes[memory] = node.Source;
        _now[node.Inputs[0]] = changed;
    }

    /// <summary>The value that a chain of views begins with.</summary>
    private GraphValue Memory(GraphValue value)
    {
        while (IsView(nodes[value.Node]))
            value = nodes[value.Node].Inputs[0];
        return value;
    }

    private bool IsView(GraphNode node) => !_separate.Contains(node.Id) && node.Operation is Narrowing or Selection or Flattening
        or Reshaping or Permutation or Transposition or Squeezing or Unsqueezing or Expansion or Chunking or Splitting or GraphDropout;
}
