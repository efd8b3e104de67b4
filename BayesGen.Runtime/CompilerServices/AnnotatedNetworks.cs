using System.ComponentModel;
using BayesGen.Parameters;

namespace BayesGen.CompilerServices;

/// <summary>Where generated code tells what the annotations of a network class say.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class AnnotatedNetworks
{
    /// <summary>Tells the annotations of a class. A module initializer calls this, so that no network is met before it is known.</summary>
    /// <typeparam name="TNetwork">The network class; an abstract one speaks for the classes that derive from it.</typeparam>
    /// <param name="describe">Fills the plan: the network, and what to put before every key.</param>
    public static void Register<TNetwork>(Action<NetworkPlan, TNetwork, string> describe)
        where TNetwork : nn.Module
    {
        ArgumentNullException.ThrowIfNull(describe);
        NetworkAnnotations.Add(typeof(TNetwork), (plan, network, prefix) => describe(plan, (TNetwork)network, prefix));
    }

    /// <summary>
    /// A layer by the name that TorchSharp registered: the type of its field has no name outside its class, so no accessor can be written.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="name">The registered name.</param>
    /// <param name="isRequired">Whether the annotation needs the layer.</param>
    /// <returns>The layer, or null where none is registered and none is required.</returns>
    /// <exception cref="InvalidOperationException">The layer is required and not registered.</exception>
    public static nn.Module? RegisteredLayer(nn.Module network, string name, bool isRequired)
    {
        ArgumentNullException.ThrowIfNull(network);
        foreach (var (child, module) in network.named_children())
            if (child == name)
                return module;
        return !isRequired ? null : throw new InvalidOperationException(
            $"The layer '{name}' is annotated, but {network.GetName()} never registered it. Call RegisterComponents() in the constructor.");
    }
}
