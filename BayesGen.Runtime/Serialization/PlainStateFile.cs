using BayesGen.Parameters;

namespace BayesGen.Serialization;

/// <summary>
/// Exchange with plain networks, Python's among them: safetensors files whose keys are those of a state dict, <c>conv1.weight</c>.
/// </summary>
public static class PlainStateFile
{
    private static readonly SortedDictionary<string, string> PyTorchMetadata = new(StringComparer.Ordinal) { ["format"] = "pt" };

    /// <summary>
    /// Starts from a trained plain network: reads a state dict and makes its weights the posterior means. Each posterior starts over
    /// around its mean, as if the wrapper had been built from the trained network, and keeps all weights; deterministic weights and buffers
    /// are taken over as they are. Everything is checked before anything is written.
    /// </summary>
    /// <remarks>
    /// A file of <see cref="SparseStateFile.SaveSparse"/> is read too. In Python:
    /// <c>safetensors.torch.save_file(model.state_dict(), "torch.safetensors")</c>. Floating-point dtypes are converted. The
    /// counter <c>num_batches_tracked</c> may be there or not. Keys may be former ones, where <see cref="FormerlyKnownAsAttribute"/> says
    /// so.
    /// </remarks>
    /// <param name="model">The network; it has the architecture of the file.</param>
    /// <param name="path">The file.</param>
    /// <param name="prefix">Taken off the keys of the file that begin with it, for example <c>module.</c>; null takes nothing off.</param>
    /// <param name="rename">From a key of the file, without the prefix, to that of the network; null leaves keys as they are.</param>
    /// <param name="strict">Whether a missing or an unexpected key is an error. Shapes have to fit in any case.</param>
    /// <returns>What was loaded and what was not.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="StateFileException">The file is truncated or no safetensors file, or two keys of it become one.</exception>
    /// <exception cref="StateMismatchException">The file belongs to another network; every key that does not fit is named.</exception>
    /// <exception cref="ArgumentException">A tensor has a dtype that cannot become that of its weight.</exception>
    public static MeansReport LoadMeans(
        this IBayesianNetwork model, string path, string? prefix = null, Func<string, string>? rename = null, bool strict = true)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file '{path}'.", path);
        using var stream = AtomicFile.OpenRead(path);
        var (tensors, metadata) = SafeTensors.Read(path, stream);
        try
        {
            SparseStateFile.Unpack(path, tensors, metadata);
            var named = Named(path, tensors, prefix, rename);
            using var turn = model.Arena.TakeTurn();
            var (loaded, missing, unexpected) = Fit(model, named, strict);
            model.Arena.Lease.UseWeights(WeightState.Mean);
            return new MeansReport(loaded, missing, unexpected) { Notice = StateFile.NoticeOf(model, path, named) };
        }
        finally
        {
            foreach (var tensor in tensors.Values)
                tensor.Dispose();
        }
    }

    /// <summary>
    /// Writes the mean weights, pruned ones as zeros, and every deterministic weight and buffer under the keys of the plain network. In
    /// Python: <c>model.load_state_dict(safetensors.torch.load_file(path))</c>. The file appears whole or not at all.
    /// </summary>
    /// <param name="model">The network; it is left as it was.</param>
    /// <param name="path">The file; one that exists is replaced.</param>
    public static void SaveMeans(this IBayesianNetwork model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var turn = model.Arena.TakeTurn();
        using var weights = model.Arena.Lease.Override("save the means");
        weights.Write(WeightState.Mean);
        var tensors = PlainState.Of(model.Arena.Inventory);
        AtomicFile.Write(path, stream => SafeTensors.Write(stream, tensors, new(PyTorchMetadata, StringComparer.Ordinal)));
    }

    private static Dictionary<string, Tensor> Named(
        string path, Dictionary<string, Tensor> tensors, string? prefix, Func<string, string>? rename)
    {
        var named = new Dictionary<string, Tensor>();
        foreach (var (key, tensor) in tensors)
        {
            var name = !string.IsNullOrEmpty(prefix) && key.StartsWith(prefix, StringComparison.Ordinal) ? key[prefix.Length..] : key;
            name = rename?.Invoke(name) ?? name;
            if (!named.TryAdd(name, tensor))
                throw new StateFileException(
                    path, $"two of its keys become '{PlainText.Name(name)}' ('{PlainText.Name(key)}' is one), by the prefix or by the renaming.");
        }

        return named;
    }

    private static (IReadOnlyList<string> Loaded, IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected) Fit(
        IBayesianNetwork model, Dictionary<string, Tensor> named, bool strict)
    {
        try
        {
            return PlainState.Load(model.Arena, named, strict);
        }
        catch (StateMismatchException exception) when (Advice(exception) is { } advice)
        {
            throw new StateMismatchException(exception, advice);
        }
    }

    /// <summary>What is behind the mismatches that happen most.</summary>
    private static string? Advice(StateMismatchException mismatch)
    {
        var there = mismatch.Unexpected.ToHashSet();
        if (mismatch.Missing.Any(key => there.Contains(key + ".mask")))
            return "This is a state file of a Bayesian neural network: read it with Load.";
        if (mismatch.Missing.Count == 0)
            return null;
        // All that is missing stands in the file behind one beginning, such as the "module." of DataParallel.
        var ending = "." + mismatch.Missing[0];
        var beginnings = mismatch.Unexpected
            .Where(key => key.EndsWith(ending, StringComparison.Ordinal))
            .Select(key => key[..^mismatch.Missing[0].Length])
            .Where(start => mismatch.Missing.All(key => there.Contains(start + key)))
            .ToList();
        return beginnings is [var beginning]
            ? $"The keys of the file begin with '{PlainText.Name(beginning)}': load with prefix: \"{PlainText.Name(beginning)}\"."
            : null;
    }
}

/// <summary>What <see cref="PlainStateFile.LoadMeans"/> did.</summary>
/// <param name="Loaded">The keys of the network that were loaded.</param>
/// <param name="Missing">The keys of the network that the file lacks; they stay as they were.</param>
/// <param name="Unexpected">The keys of the file, as they were renamed, that the network has no use for.</param>
public sealed record MeansReport(IReadOnlyList<string> Loaded, IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected)
{
    /// <summary>Something the user should know, such as weights in the file that are not finite, or null.</summary>
    public string? Notice { get; init; }

    /// <summary>How many were loaded, and the keys that were not.</summary>
    public override string ToString() => FormattableString.Invariant($"{Loaded.Count:N0} loaded")
        + (Missing.Count == 0 ? "" : $"; missing in the file: {string.Join(", ", Missing)}")
        + (Unexpected.Count == 0 ? "" : $"; not of the network: {string.Join(", ", Unexpected)}")
        + (Notice is null ? "" : $"; {Notice}");
}
