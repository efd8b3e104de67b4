namespace BayesGen.Structure;

/// <summary>Reads the graph of a network from what the generator wrote about its class.</summary>
internal static class GraphReader
{
    /// <summary>The graph of a network.</summary>
    /// <param name="network">The plain network, or a module of TorchSharp such as a Sequential.</param>
    /// <exception cref="NotSupportedException">Its forward cannot be followed; the message names the expression.</exception>
    public static NetworkGraph Read(nn.Module network)
    {
        var graph = new GraphBuilder(network);
        GraphValue[] inputs = [.. InputsOf(network).Select(graph.Input)];
        return graph.Build([.. graph.CallMany(network, network.GetType().Name, inputs)]) with { Origin = network };
    }

    /// <summary>Names for as many tensors as the forward of a network takes.</summary>
    private static IEnumerable<string> InputsOf(nn.Module network)
    {
        for (var type = network.GetType(); type is not null; type = type.BaseType)
        {
            if (!type.IsGenericType || !type.Name.StartsWith("Module`", StringComparison.Ordinal))
                continue;
            var inputs = type.GetGenericArguments()[..^1];
            return inputs.All(input => input == typeof(Tensor))
                ? inputs.Select((_, i) => inputs.Length == 1 ? "x" : $"x{i + 1}")
                : throw GraphBuilder.CannotFollow(network.GetType().Name, "its inputs are not all tensors");
        }

        throw GraphBuilder.CannotFollow(network.GetType().Name, "it has no forward");
    }
}
