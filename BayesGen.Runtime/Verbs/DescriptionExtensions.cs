using BayesGen.Parameters;
using BayesGen.Structure;

namespace BayesGen;

/// <summary>What a Bayesian neural network is made of.</summary>
public static class DescriptionExtensions
{
    /// <summary>
    /// What has become of every weight of the network as it was built: its family or that it stays plain, what it is tied to, its size,
    /// and the memory of its posterior. <c>Console.WriteLine(model.Describe())</c> prints a table.
    /// </summary>
    /// <param name="model">The network.</param>
    public static NetworkDescription Describe(this IBayesianNetwork model) => NetworkDescriber.Describe(model.Arena);

    /// <summary>
    /// Which units (channels of convolutions, features of linear layers) feed which, found by running the network on an example with one
    /// unit after the other NaN. Weights, buffers and modes are afterward what they were.
    /// </summary>
    /// <param name="model">The network: of one tensor in, and one to three out.</param>
    /// <param name="example">An input, with the batch as its first dimension; the first example counts.</param>
    /// <exception cref="NotSupportedException">The network cannot be followed; the message says why.</exception>
    public static UnitMap MapUnits(this IBayesianNetwork model, Tensor example)
    {
        using var turn = model.Arena.TakeTurn();
        return UnitProbe.Map(model.Arena, example);
    }

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
