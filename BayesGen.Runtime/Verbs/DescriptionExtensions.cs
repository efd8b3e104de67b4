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
}
