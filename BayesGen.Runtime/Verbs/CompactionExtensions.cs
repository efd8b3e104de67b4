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
    /// <param name="create">Makes a network of the class, of the sizes that it had before it was ever made small.</param>
    /// <param name="example">Inputs, with the batch as the first dimension.</param>
    /// <returns>The small network and what became smaller.</returns>
    /// <exception cref="NotSupportedException">Its forward cannot be followed; the message names the expression.</exception>
    /// <exception cref="InvalidOperationException">The outputs differ; both are in the message.</exception>
    /// <exception cref="StateMismatchException">The network that was made has other weights.</exception>
    public static CompactResult<TNetwork> Compact<TNetwork>(this IBayesianNetwork model, Func<TNetwork> create, Tensor example)
        where TNetwork : nn.Module
    {
        var (network, report, _) = Plain(model, create, example, share: true);
        return new(network, report);
    }

    /// <summary>
    /// The same as a Bayesian neural network of the units that are kept, to predict with and to train on: it has the posterior, the pruned
    /// weights, the priors and the buffers of the large one, cut to size. A bias that the constant of a dead unit was folded into starts
    /// its posterior over, with that value as its mean.
    /// </summary>
    /// <typeparam name="TNetwork">The class of the plain network.</typeparam>
    /// <typeparam name="TModel">The class of the wrapper.</typeparam>
    /// <param name="model">The Bayesian neural network, pruned; it is left as it was.</param>
    /// <param name="create">Makes a network of the class, of the sizes that it had before it was ever made small.</param>
    /// <param name="wrap">Wraps the small network.</param>
    /// <param name="example">Inputs, with the batch as the first dimension.</param>
    /// <returns>The small wrapper in evaluation mode, and what became smaller.</returns>
    /// <exception cref="NotSupportedException">Its forward cannot be followed; the message names the expression.</exception>
    /// <exception cref="InvalidOperationException">The outputs differ; both are in the message.</exception>
    /// <exception cref="StateMismatchException">The network that was made has other weights.</exception>
    /// <example><c>var small = model.Compact(() => new Net(), net => new BayesianNet(net), images).Network;</c></example>
    public static CompactResult<TModel> Compact<TNetwork, TModel>(
        this TModel model, Func<TNetwork> create, Func<TNetwork, TModel> wrap, Tensor example)
        where TNetwork : nn.Module
        where TModel : nn.Module, IBayesianNetwork
    {
        ArgumentNullException.ThrowIfNull(wrap);
        var (network, report, cuts) = Plain(model, create, example, share: false);
        TModel? small = null;
        try
        {
            small = wrap(network);
            CompactPosterior.Carry(model.Arena, small.Arena, cuts);
            small.eval();
            return new(small, report);
        }
        catch
        {
            if (small is null)
                network.Dispose();
            small?.Dispose();
            throw;
        }
    }

    private static (TNetwork Network, CompactReport Report, IReadOnlyList<LayerCut> Cuts) Plain<TNetwork>(
        IBayesianNetwork model, Func<TNetwork> create, Tensor example, bool share)
        where TNetwork : nn.Module
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(create);
        ArgumentNullException.ThrowIfNull(example);
        var network = create() ?? throw new ArgumentException("The function gave null; it has to make a network.", nameof(create));
        PlainNetwork.RequirePlain(model.Arena, network);
        try
        {
            if (model.Arena.Network.parameters().FirstOrDefault() is { } weight)
                network.to(weight.dtype).to(weight.device);
            // A model that was made small before has other sizes than its class.
            LayerSizes.Give(network, PlainNetwork.StateOf(model.Arena.Network), LayerSizes.GroupsOf(model.Arena.Network));

            model.Export(network);
            if (!share)
                CompactPosterior.ShowZeroMeans(model.Arena, network);
            var (report, cuts) = Compactor.Compact(network, example.to(model.Arena.Device), share);
            network.eval();
            return (network, report, cuts);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>The same for a plain network with zeros in its weights, in place.</summary>
    /// <param name="network">
    /// The network: an annotated class, or a Sequential of layers. It is in evaluation mode afterward, and an optimizer that was made
    /// before has to be made again; where nothing goes or it is refused, parameters and mode are the very ones that they were.
    /// </param>
    /// <param name="example">Inputs, with the batch as the first dimension.</param>
    /// <exception cref="NotSupportedException">Its forward cannot be followed; the message names the expression.</exception>
    /// <exception cref="InvalidOperationException">The outputs differ; both are in the message. The network is as it was.</exception>
    public static CompactReport CompactInPlace(this nn.Module network, Tensor example)
    {
        ArgumentNullException.ThrowIfNull(network);
        return network is IBayesianNetwork
            ? throw new ArgumentException(
                "A Bayesian neural network is made small by model.Compact(() => new Net(), example).", nameof(network))
            : Compactor.Compact(network, example, share: true).Report;
    }
}
