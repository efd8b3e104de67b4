using BayesGen.Structure;

namespace BayesGen.Compaction;

/// <summary>Weights that more than one layer of a graph has.</summary>
internal static class TiedLayers
{
    /// <summary>The handles of the weights.</summary>
    public static HashSet<nint> Of(NetworkGraph graph) =>
    [
        .. graph.Nodes
            .Select(node => node.Operation)
            .OfType<LayerCall>()
            .Select(layer => layer.Module)
            .Distinct((IEqualityComparer<nn.Module>)ReferenceEqualityComparer.Instance)
            .SelectMany(module => module.named_parameters(recurse: false).Select(entry => entry.parameter.Handle))
            .GroupBy(handle => handle)
            .Where(group => group.Count() > 1)
            .Select(group => group.Key),
    ];
}
