using BayesGen.Execution;
using BayesGen.Parameters;
using BayesGen.Serialization;

namespace BayesGen.Compaction;

/// <summary>Files of compact networks: the tensors in their sizes, and which class they are of.</summary>
public static class CompactFile
{
    /// <summary>
    /// Writes a compact network as safetensors under the keys of its state: whole or not at all. A file that exists is replaced. Of a
    /// Bayesian neural network it has what <see cref="StateFile.Save(IBayesianNetwork, string)"/> writes, and the sizes of the layers.
    /// </summary>
    /// <param name="network">
    /// The network that <see cref="CompactionExtensions.Compact{TNetwork}"/> gave, or the wrapper that its overload did.
    /// </param>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="InvalidOperationException">A draw of the wrapper is alive.</exception>
    public static void SaveCompact(this nn.Module network, string path)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (network is IBayesianNetwork model)
        {
            StateFile.Save(model, path, CompactHeader.Of(network, model.Arena.Network));
            return;
        }

        List<KeyValuePair<string, Tensor>> tensors = [.. PlainNetwork.StateOf(network).OrderBy(entry => entry.Key,
            StringComparer.Ordinal)];
        var header = CompactHeader.Of(network, network);
        AtomicFile.Write(path, stream => SafeTensors.Write(stream, tensors, header));
    }

    /// <summary>Reads a compact network: builds the class, gives its layers the sizes of the file, and fills them.</summary>
    /// <typeparam name="TNetwork">The class.</typeparam>
    /// <param name="create">Makes a network of the class, of the sizes that it had before it was made small.</param>
    /// <param name="path">The file that <see cref="SaveCompact"/> wrote.</param>
    /// <returns>The network, in evaluation mode.</returns>
    /// <exception cref="StateFileException">
    /// It is no compact network, one of another class or of other layers, or a Bayesian one; the message says which.
    /// </exception>
    /// <exception cref="StateMismatchException">The class has other layers now.</exception>
    public static TNetwork LoadCompact<TNetwork>(Func<TNetwork> create, string path)
        where TNetwork : nn.Module
    {
        ArgumentNullException.ThrowIfNull(create);
        ArgumentException.ThrowIfNullOrEmpty(path);
        // Before the scope, which would end what some layers of Torch hold.
        var network = Created(create);
        using var scope = NewDisposeScope();
        try
        {
            var (tensors, header) = Read(path);
            if (header.IsBayesian)
                throw new StateFileException(
                    path, $"it holds a compact {header.Class}, a Bayesian neural network; read it by CompactFile.LoadCompact(() => new "
                    + $"{CompactHeader.Short(header.Plain)}(...), network => new {CompactHeader.Short(header.Class)}(network), path).");
            header.RequireClass(network);
            header.RequireLayers(network);
            Fill(network, tensors, header);
            PlainNetwork.Load(network, tensors);
            Detach(network);
            LaidOutImages.For(network);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Reads a compact Bayesian neural network: builds the plain class, gives its layers the sizes of the file, wraps it, and fills the
    /// wrapper with the posterior, the masks, the learned priors and the buffers.
    /// </summary>
    /// <typeparam name="TNetwork">The class of the plain network.</typeparam>
    /// <typeparam name="TModel">The class of the wrapper.</typeparam>
    /// <param name="create">Makes a plain network of the sizes that it had before it was made small.</param>
    /// <param name="wrap">Wraps the small network; priors that are not learned are those that it gives.</param>
    /// <param name="path">The file that <see cref="SaveCompact"/> wrote of a wrapper.</param>
    /// <returns>The wrapper in evaluation mode, whose weights hold the mean.</returns>
    /// <exception cref="StateFileException">
    /// It is no compact network, a plain one, or one of another class or of other layers; the message says which.
    /// </exception>
    /// <exception cref="StateMismatchException">The class has other layers or families now.</exception>
    /// <example><c>var small = CompactFile.LoadCompact(() => new Net(), net => new BayesianNet(net), "small.safetensors");</c></example>
    public static TModel LoadCompact<TNetwork, TModel>(Func<TNetwork> create, Func<TNetwork, TModel> wrap, string path)
        where TNetwork : nn.Module
        where TModel : nn.Module, IBayesianNetwork
    {
        ArgumentNullException.ThrowIfNull(create);
        ArgumentNullException.ThrowIfNull(wrap);
        ArgumentException.ThrowIfNullOrEmpty(path);
        var network = Created(create);
        TModel? model = null;
        try
        {
            using (var scope = NewDisposeScope())
            {
                var (tensors, header) = Read(path);
                if (!header.IsBayesian)
                    throw new StateFileException(
                        path, $"it holds a compact {header.Class}, a plain network; read it by CompactFile.LoadCompact(() => new "
                        + $"{CompactHeader.Short(header.Class)}(...), path).");
                header.RequirePlain(network);
                header.RequireLayers(network);
                if (tensors.Values.FirstOrDefault(tensor => tensor.is_floating_point()) is { } number)
                    network.to(number.dtype);
                LayerSizes.Give(network, header.Sizes(network), header.Groups);
                Detach(network);
            }

            model = wrap(network);
            StateFile.Load(model, path);
            model.eval();
            return model;
        }
        catch
        {
            if (model is null)
                network.Dispose();
            model?.Dispose();
            throw;
        }
    }

    private static TNetwork Created<TNetwork>(Func<TNetwork> create)
        where TNetwork : nn.Module =>
        create() ?? throw new ArgumentException("The function gave null; it has to make a network.", nameof(create));

    private static (Dictionary<string, Tensor> Tensors, CompactHeader Header) Read(string path)
    {
        using var stream = AtomicFile.OpenRead(path);
        var (tensors, metadata) = SafeTensors.Read(path, stream);
        return (tensors, new(path, metadata));
    }

    private static void Fill(nn.Module network, Dictionary<string, Tensor> tensors, CompactHeader header)
    {
        if (tensors.Values.FirstOrDefault(tensor => tensor.is_floating_point()) is { } number)
            network.to(number.dtype);
        LayerSizes.Give(network, tensors, header.Groups);
        network.eval();
    }

    /// <summary>What native layers hold would end with the scope.</summary>
    private static void Detach(nn.Module network)
    {
        foreach (var tensor in network.parameters().Cast<Tensor>().Concat(network.buffers()))
            tensor.DetachFromDisposeScope();
    }
}
