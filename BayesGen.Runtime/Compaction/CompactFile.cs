using System.Globalization;
using BayesGen.Execution;
using BayesGen.Serialization;
using TorchSharp.Modules;

namespace BayesGen.Compaction;

/// <summary>Files of compact networks: the tensors in their sizes, and which class they are of.</summary>
public static class CompactFile
{
    private const string ClassKey = "compact_class";
    private const string GroupsKey = "groups/";

    /// <summary>
    /// Writes a compact network as safetensors under the keys of its state: whole or not at all. A file that exists is replaced.
    /// </summary>
    /// <param name="network">The network that <see cref="CompactionExtensions.Compact{TNetwork}"/> gave.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void SaveCompact(this nn.Module network, string path)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentException.ThrowIfNullOrEmpty(path);
        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal) { [ClassKey] = NameOf(network) };
        foreach (var (key, module) in network.named_modules())
            if (module is Convolution { groups: > 1 } grouped)
                metadata[GroupsKey + PlainNetwork.KeyOf(key)] = grouped.groups.ToString(CultureInfo.InvariantCulture);
        List<KeyValuePair<string, Tensor>> tensors = [.. PlainNetwork.StateOf(network).OrderBy(entry => entry.Key,
            StringComparer.Ordinal)];
        AtomicFile.Write(path, stream => SafeTensors.Write(stream, tensors, new(metadata, StringComparer.Ordinal)));
    }

    /// <summary>Reads a compact network: builds the class, gives its layers the sizes of the file, and fills them.</summary>
    /// <typeparam name="TNetwork">The class.</typeparam>
    /// <param name="create">Makes a network of the class, of the sizes that it had before it was made small.</param>
    /// <param name="path">The file that <see cref="SaveCompact"/> wrote.</param>
    /// <returns>The network, in evaluation mode.</returns>
    /// <exception cref="StateFileException">It is no compact network, or one of another class; the message says which.</exception>
    /// <exception cref="StateMismatchException">The class has other layers now.</exception>
    public static TNetwork LoadCompact<TNetwork>(Func<TNetwork> create, string path)
        where TNetwork : nn.Module
    {
        ArgumentNullException.ThrowIfNull(create);
        ArgumentException.ThrowIfNullOrEmpty(path);
        // Before the scope, which would end what some layers of Torch hold.
        var network = create();
        using var scope = NewDisposeScope();
        try
        {
            using var stream = AtomicFile.OpenRead(path);
            var (tensors, metadata) = SafeTensors.Read(path, stream);
            if (!metadata.TryGetValue(ClassKey, out var written))
                throw new StateFileException(path, "it holds no compact network; SaveCompact writes one.");
            if (NameOf(network) != written)
                throw new StateFileException(
                    path, $"it holds a compact {written}, and is loaded into a {NameOf(network)}; "
                    + $"give a function that makes a {written}.");
            if (tensors.Values.FirstOrDefault(tensor => tensor.is_floating_point()) is { } number)
                network.to(number.dtype);
            foreach (var (name, module) in network.named_modules())
                Resize(PlainNetwork.KeyOf(name), module, tensors, metadata);
            PlainNetwork.Load(network, tensors);
            network.eval();

            // What native layers hold would end with the scope.
            foreach (var tensor in network.parameters().Cast<Tensor>().Concat(network.buffers()))
                tensor.DetachFromDisposeScope();
            LaidOutImages.For(network);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static void Resize(
        string key, nn.Module module, Dictionary<string, Tensor> tensors, Dictionary<string, string> metadata)
    {
        if (module is not (Linear or Convolution or NormBase or PReLU or Embedding) && !RecurrentUnits.Are(module))
            return;
        var own = tensors.Where(entry => entry.Key.StartsWith(key + ".", StringComparison.Ordinal) && entry.Value.dim() > 0)
            .ToDictionary(entry => entry.Key[(key.Length + 1)..], entry => entry.Value);
        if (own.Count == 0)
            return;
        var groups = metadata.TryGetValue(GroupsKey + key, out var text) ? long.Parse(text, CultureInfo.InvariantCulture) : 1;
        var present = module.state_dict();
        if (own.All(entry => present.TryGetValue(entry.Key, out var tensor) && tensor.shape.SequenceEqual(entry.Value.shape)))
            return;
        var beside = present.Values.First(tensor => tensor.dim() > 0);
        LayerResizing.Set(module, own.ToDictionary(entry => entry.Key, entry => entry.Value.to(beside.device)), groups);
    }

    private static string NameOf(nn.Module network) => network.GetType().FullName ?? network.GetType().Name;
}
