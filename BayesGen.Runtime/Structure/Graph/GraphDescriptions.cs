using System.Collections.Concurrent;

namespace BayesGen.Structure;

/// <summary>How the forward of each network class is followed, as its generated file says.</summary>
internal static class GraphDescriptions
{
    private static readonly ConcurrentDictionary<Type, Func<GraphBuilder, nn.Module, IReadOnlyList<GraphValue>,
        IReadOnlyList<GraphValue>>>
        Known = new();

    public static void Add(
        Type network, Func<GraphBuilder, nn.Module, IReadOnlyList<GraphValue>, IReadOnlyList<GraphValue>> describe) =>
        Known[network] = describe;

    /// <summary>Adds what a network inside of another computes.</summary>
    public static IReadOnlyList<GraphValue> Track(
        GraphBuilder graph, nn.Module network, string source, IReadOnlyList<GraphValue> inputs) =>
        Find(network.GetType()) is { } describe
            ? describe(graph, network, inputs)
            : throw GraphBuilder.CannotFollow(
                source,
                $"the generator has not read the forward of {network.GetType().Name}; where the class is yours, put [Bayesian(...)] on it, "
                + "or [BayesianNetwork] if a part of it is annotated");

    private static Func<GraphBuilder, nn.Module, IReadOnlyList<GraphValue>, IReadOnlyList<GraphValue>>? Find(Type network)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.RunModuleConstructor(network.Module.ModuleHandle);
        return Known.GetValueOrDefault(network);
    }
}
