using BayesGen.Compaction;
using BayesGen.Parameters;
using BayesGen.Serialization;

namespace BayesGen;

/// <summary>Networks without the units that pruning left nothing to do.</summary>
public static class CompactionExtensions
{
    /// <summary>
    /// The MAP network at its small size: the developer's own class, whose layers have lost the units that change no output. What a dead
    /// unit puts out, such as the shift of a batch norm behind it, is folded into the next bias. The outputs of both networks are compared
    /// on the example, and the small one is refused where they differ.
    /// </summary>
    /// <typeparam name="TNetwork">The class of the plain network.</typeparam>
    /// <param name="model">The Bayesian neural network, pruned; it is left as it was.</param>
    /// <param name="create">Makes a network of the same class and sizes.</param>
    /// <param name="example">Inputs, with the batch as the first dimension.</param>
    /// <returns>The small network and what became smaller.</returns>
    /// <exception cref="NotSupportedException">Its forward cannot be followed; the message names the expression.</exception>
    /// <exception cref="InvalidOperationException">The outputs differ; both are in the message.</exception>
    /// <exception cref="StateMismatchException">The network that was made has other weights.</exception>
    public static CompactResult<TNetwork> Compact<TNetwork>(this IBayesianNetwork model, Func<TNetwork> create, Tensor example)
        where TNetwork : nn.Module
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(create);
        ArgumentNullException.ThrowIfNull(example);
        var network = create();
        try
        {
            if (model.Arena.Network.parameters().FirstOrDefault() is { } weight)
                network.to(weight.dtype).to(weight.device);
            model.Export(network);
            return new(network, Compactor.Compact(network, example.to(model.Arena.Device)));
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>The same for a plain network with zeros in its weights, in place.</summary>
    /// <param name="network">The network: an annotated class, or a Sequential of layers. It is in evaluation mode afterward.</param>
    /// <param name="example">Inputs, with the batch as the first dimension.</param>
    /// <exception cref="NotSupportedException">Its forward cannot be followed; the message names the expression.</exception>
    /// <exception cref="InvalidOperationException">The outputs differ; both are in the message. The network is as it was.</exception>
    public static CompactReport CompactInPlace(this nn.Module network, Tensor example)
    {
        ArgumentNullException.ThrowIfNull(network);
        return network is IBayesianNetwork
            ? throw new ArgumentException(
                "A Bayesian neural network is made small by model.Compact(() => new Net(), example).", nameof(network))
            : Compactor.Compact(network, example);
    }
}
