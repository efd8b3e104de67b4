using System.Security.Cryptography;
using System.Text;
using BayesGen.Parameters;
using BayesGen.Training;

namespace BayesGen.Serialization;

/// <summary>Saving and loading the whole state of a Bayesian neural network.</summary>
public static class StateFile
{
    /// <summary>The metadata entry with the hash of keys, shapes and dtypes.</summary>
    internal const string SchemaKey = "bayesgen.schema";

    /// <summary>The metadata entry that says what the targets of the network are, where that is known.</summary>
    internal const string LikelihoodKey = "bayesgen.likelihood";

    /// <summary>
    /// Writes posterior, masks, deterministic weights and buffers as a safetensors file. The file appears whole or not at all.
    /// </summary>
    /// <remarks>
    /// It may be called from any thread while <see cref="VariationalTrainer"/> trains: it waits for the running step, and the training
    /// waits for it. A file that is replaced keeps its mode; where the path is a link, what it names is replaced.
    /// </remarks>
    /// <param name="model">The network.</param>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <exception cref="InvalidOperationException">
    /// A draw is alive, a gradient was left behind by a bare backward(), or another thread wrote the network meanwhile.
    /// </exception>
    /// <exception cref="IOException">
    /// The path is a pipe, a device or a folder, or the disk is full; what was there before is as it was.
    /// </exception>
    public static void Save(this IBayesianNetwork model, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Save(model, path, new Dictionary<string, string>());
    }

    /// <summary>The same, with more entries of metadata.</summary>
    internal static void Save(IBayesianNetwork model, string path, IReadOnlyDictionary<string, string> more)
    {
        using var turn = model.Arena.TakeTurn();
        model.Arena.Lease.RequireIdle("save");
        var tensors = model.Arena.LiveState();
        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal) { [SchemaKey] = SchemaOf(tensors) };
        if (model.Arena.NotedLikelihood is { } likelihood)
            metadata.Add(LikelihoodKey, likelihood);
        foreach (var (key, text) in more)
            metadata[key] = text;
        AtomicFile.Write(path, stream => SafeTensors.Write(stream, tensors, metadata));
    }

    /// <summary>
    /// Reads a state file into the network, whose weights then hold the mean. Everything is checked before anything is written. Keys may
    /// be former ones, where <see cref="FormerlyKnownAsAttribute"/> says so. The file may be a checkpoint of a training: its network is
    /// read, the rest is left.
    /// </summary>
    /// <param name="model">A network of the class and sizes that the file was saved from.</param>
    /// <param name="path">The file.</param>
    /// <returns>What was loaded, with a notice where the file is not one of BayesGen's own.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="StateFileException">The file is truncated, altered or no state file.</exception>
    /// <exception cref="StateMismatchException">The file belongs to another network; the keys that do not fit are named.</exception>
    /// <exception cref="ArgumentException">
    /// A tensor cannot become what the network has: whole numbers for weights, or numbers beyond the range of its dtype.
    /// </exception>
    public static StateReport Load(this IBayesianNetwork model, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no state file '{path}'.", path);
        using var stream = AtomicFile.OpenRead(path);
        var (tensors, metadata) = SafeTensors.Read(path, stream);
        try
        {
            if (SparseStateFile.IsSparse(metadata))
                throw new StateFileException(
                    path, "SaveSparse wrote it: it holds weights and no posterior. Read it by LoadMeans, or into a plain network by LoadWeights.");
            var network = CheckpointFile.IsCheckpoint(metadata)
                ? tensors.Where(entry => !CheckpointFile.IsOfTraining(entry.Key)).ToDictionary(entry => entry.Key, entry => entry.Value)
                : tensors;
            using var turn = model.Arena.TakeTurn();
            Fit(model, network);
            model.Arena.Lease.UseWeights(WeightState.Mean);
            if ((metadata.GetValueOrDefault(LikelihoodKey) ?? CheckpointFile.LikelihoodIn(metadata)) is { } likelihood)
                model.Arena.NotedLikelihood = likelihood;
            string?[] notices =
            [
                FileChecksum.IsOwn(metadata) ? null : $"'{path}' carries no BayesGen checksum: its data was taken as it is.",
                NoticeOf(model, path, network),
            ];
            var notice = string.Join(' ', notices.OfType<string>());
            return new StateReport(network.Count, notice.Length > 0 ? PlainText.Of(notice) : null);
        }
        finally
        {
            foreach (var tensor in tensors.Values)
                tensor.Dispose();
        }
    }

    /// <summary>What the user should know of the numbers in a file, or null.</summary>
    internal static string? NoticeOf(IBayesianNetwork model, string path, IReadOnlyDictionary<string, Tensor> state) =>
        model.Arena.NonFinite.FirstOf(state) is { } key
            ? $"'{PlainText.Name(key)}' of '{path}' holds values that are not finite, and so does the network now."
            : null;

    private static void Fit(IBayesianNetwork model, IReadOnlyDictionary<string, Tensor> network)
    {
        try
        {
            model.Arena.LoadStateDict(network);
        }
        catch (StateMismatchException exception) when (IsPlain(exception))
        {
            throw new StateMismatchException(
                exception, "This is a state dict of a plain network: read its weights as means with LoadMeans.");
        }
    }

    /// <summary>Whether the file has a weight by its plain key where parameters of its posterior are missing.</summary>
    private static bool IsPlain(StateMismatchException mismatch)
    {
        var there = mismatch.Unexpected.ToHashSet();
        return mismatch.Missing.Any(key => key.LastIndexOf('.') is > 0 and var end && there.Contains(key[..end]));
    }

    /// <summary>A short name for the set of keys, shapes and dtypes: two files with one schema fit the same network.</summary>
    internal static string SchemaOf(IReadOnlyList<KeyValuePair<string, Tensor>> tensors)
    {
        var text = string.Join('\n', tensors.Select(entry => $"{entry.Key} {entry.Value.dtype} {string.Join('x', entry.Value.shape)}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}

/// <summary>What <see cref="StateFile.Load"/> did.</summary>
/// <param name="Tensors">The number of tensors that were loaded.</param>
/// <param name="Notice">Something the user should know, or null.</param>
public sealed record StateReport(int Tensors, string? Notice);
