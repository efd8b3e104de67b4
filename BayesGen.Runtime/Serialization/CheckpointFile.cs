namespace BayesGen.Serialization;

/// <summary>
/// A checkpoint on disk: a state file with more in it. The state of the network has the keys of any state file, so that
/// <see cref="StateFile.Load"/> reads the network out of a checkpoint; what belongs to the training stands behind a prefix that no key of
/// a network has.
/// </summary>
internal static class CheckpointFile
{
    /// <summary>The metadata entry that tells a checkpoint from a state file.</summary>
    private const string KindKey = "bayesgen.kind";

    private const string Kind = "checkpoint";

    /// <summary>In front of the names of tensors and values of the training.</summary>
    private const string Prefix = "training/";

    /// <summary>Writes a checkpoint, which appears whole or not at all.</summary>
    public static void Write(string path, CheckpointContent content)
    {
        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [KindKey] = Kind,
            [StateFile.SchemaKey] = StateFile.SchemaOf([.. content.Network]),
        };
        foreach (var (name, value) in content.Values)
            metadata.Add(Prefix + name, value);
        List<KeyValuePair<string, Tensor>> tensors =
        [
            .. content.Network,
            .. content.Tensors.Select(entry => new KeyValuePair<string, Tensor>(Prefix + entry.Key, entry.Value)),
        ];
        AtomicFile.Write(path, stream => SafeTensors.Write(stream, tensors, metadata));
    }

    /// <summary>Reads and checks a checkpoint.</summary>
    /// <returns>What it holds; dispose it.</returns>
    /// <exception cref="StateFileException">The file is truncated, altered or no checkpoint.</exception>
    public static CheckpointContent Read(string path)
    {
        using var stream = AtomicFile.OpenRead(path);
        var (tensors, metadata) = SafeTensors.Read(path, stream);
        var content = new CheckpointContent(ownsTensors: true);
        foreach (var (key, tensor) in tensors)
        {
            if (key.StartsWith(Prefix, StringComparison.Ordinal))
                content.Tensors.Add(key[Prefix.Length..], tensor);
            else
                content.Network.Add(key, tensor);
        }

        foreach (var (key, value) in metadata)
            if (key.StartsWith(Prefix, StringComparison.Ordinal))
                content.Values.Add(key[Prefix.Length..], value);
        if (IsCheckpoint(metadata))
            return content;
        content.Dispose();
        throw new StateFileException(
            path, "it holds a network and no training, so that no training can continue from it. Load it by model.Load.");
    }

    /// <summary>Whether metadata is that of a checkpoint.</summary>
    public static bool IsCheckpoint(IReadOnlyDictionary<string, string> metadata) => metadata.GetValueOrDefault(KindKey) == Kind;

    /// <summary>What the metadata of a checkpoint says the targets of its network are, or null.</summary>
    public static string? LikelihoodIn(IReadOnlyDictionary<string, string> metadata) =>
        IsCheckpoint(metadata) ? metadata.GetValueOrDefault(Prefix + CheckpointContent.LikelihoodName) : null;

    /// <summary>Whether a tensor of a checkpoint belongs to the training and not to the network.</summary>
    public static bool IsOfTraining(string key) => key.StartsWith(Prefix, StringComparison.Ordinal);
}
