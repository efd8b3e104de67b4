using BayesGen.Kernels;
using BayesGen.Structure;

namespace BayesGen.Compaction;

/// <summary>Weights that more than one layer of a graph has, or that a graph reads beside the layer.</summary>
internal static class TiedLayers
{
    /// <summary>Where the numbers of these weights lie: tied layers may hold them by different objects.</summary>
    public static HashSet<nint> Of(NetworkGraph graph)
    {
        var addresses = graph.Nodes
            .Select(node => node.Operation)
            .OfType<LayerCall>()
            .Select(layer => layer.Module)
            .Distinct((IEqualityComparer<nn.Module>)ReferenceEqualityComparer.Instance)
            .SelectMany(module => module.named_parameters(recurse: false).Select(entry => TensorMemory.AddressOf(entry.parameter)))
            .Concat(graph.Nodes.Select(node => node.Operation).OfType<GraphConstant>()
                .Select(constant => TensorMemory.AddressOf(constant.Value)).Distinct());
        return [.. addresses.Where(address => address != 0).GroupBy(address => address).Where(group => group.Count() > 1)
            .Select(group => group.Key)];
    }
}
