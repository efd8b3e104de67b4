using BayesGen.Parameters;
using BayesGen.Structure;

namespace BayesGen;

/// <summary>What the forward of a network computes, read from its source.</summary>
public static class GraphExtensions
{
    /// <summary>The graph of the network as it is built: layers and operations of its forward in evaluation mode.</summary>
    /// <param name="model">The network.</param>
    /// <exception cref="NotSupportedException">
    /// The source of forward cannot be followed; the message names the expression, as a diagnostic of the build does.
    /// </exception>
    public static NetworkGraph Graph(this IBayesianNetwork model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return GraphReader.Read(model.Arena.Network);
    }
}
