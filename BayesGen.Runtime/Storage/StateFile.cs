using System.Security.Cryptography;
using System.Text;

namespace BayesGen;

/// <summary>Saving and loading the whole state of a Bayesian network.</summary>
public static class StateFile
{
    /// <summary>The metadata entry with the hash of keys, shapes and dtypes.</summary>
    internal const string SchemaKey = "bayesgen.schema";

    /// <summary>
    /// Writes posterior, masks, deterministic weights and buffers as a safetensors file. The file appears whole or not at all.
    /// </summary>
    /// <param name="model">The network.</param>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <exception cref="InvalidOperationException">A gradient was left behind by a bare backward().</exception>
    public static void Save(this IBayesianNetwork model, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        model.Arena.RequireRest("save");
        var tensors = model.Arena.LiveState();
        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal) { [SchemaKey] = SchemaOf(tensors) };
        WholeFile.Write(path, stream => SafeTensors.Write(stream, tensors, metadata));
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
    /// <exception cref="StateMismatchException">The file belongs to another network; every key that does not fit is named.</exception>
    public static StateReport Load(this IBayesianNetwork model, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no state file '{path}'.", path);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read);
        var (tensors, metadata) = SafeTensors.Read(path, stream);
        try
        {
            var network = CheckpointFile.IsCheckpoint(metadata)
                ? tensors.Where(entry => !CheckpointFile.IsOfTraining(entry.Key)).ToDictionary(entry => entry.Key, entry => entry.Value)
                : tensors;
            model.Arena.LoadStateDict(network);
            model.UseMean();
            return new StateReport(network.Count, FileSeal.IsOwn(metadata)
                ? null
                : $"'{path}' carries no BayesGen checksum: its data was taken as it is.");
        }
        finally
        {
            foreach (var tensor in tensors.Values)
                tensor.Dispose();
        }
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
