using System.ComponentModel;
using BayesGen.Structure;

namespace BayesGen.CompilerServices;

/// <summary>Where generated code tells what the forward of a network class computes.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class FollowedNetworks
{
    /// <summary>Tells the forward of a class. A module initializer calls this.</summary>
    /// <typeparam name="TNetwork">The network class.</typeparam>
    /// <param name="describe">
    /// Adds the nodes of its forward: the graph, the network, and what goes in; returns what comes out.
    /// </param>
    public static void Register<TNetwork>(
        Func<GraphBuilder, TNetwork, IReadOnlyList<GraphValue>, IReadOnlyList<GraphValue>> describe)
        where TNetwork : nn.Module
    {
        ArgumentNullException.ThrowIfNull(describe);
        GraphDescriptions.Add(typeof(TNetwork), (graph, network, inputs) => describe(graph, (TNetwork)network, inputs));
    }
}
