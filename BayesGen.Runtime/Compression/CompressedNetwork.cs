using BayesGen.Parameters;
using BayesGen.Serialization;

namespace BayesGen.Compression;

/// <summary>
/// The smallest file of a network that loads and answers: weights rounded to their bit widths, units and weights that are zero left out,
/// and what is left written at about its entropy.
/// </summary>
/// <remarks>
/// The posterior is not in it: neither uncertainty nor further training comes back from it. <see cref="SparseStateFile.SaveSparse"/> keeps
/// every bit of the numbers and is read by Python.
/// </remarks>
public static class CompressedNetwork
{
    /// <summary>
    /// Writes the MAP weights, rounded to their bit widths, pruned ones as nothing, with the plain weights and the buffers. The file
    /// appears whole or not at all.
    /// </summary>
    /// <param name="model">The network; it is left as it was.</param>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <param name="bits">The bit widths; null takes <see cref="BitChoice.ChooseBits"/> of the network as it is.</param>
    /// <returns>What was written, and the three figures of the literature.</returns>
    /// <exception cref="ArgumentException">A bit width names no weight of the network.</exception>
    /// <exception cref="InvalidOperationException">A draw is alive, or a weight is not finite.</exception>
    /// <exception cref="IOException">The file cannot be written; what was there before is as it was.</exception>
    /// <example><c>Console.WriteLine(model.SaveCompressed("small.bgz"))</c></example>
    public static CompressionReport SaveCompressed(this IBayesianNetwork model, string path, BitWidths? bits = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var turn = model.Arena.TakeTurn();
        bits ??= model.ChooseBits();
        var tensors = RoundedNetwork.Of(model.Arena, bits);
        var file = CompressedFile.Write(tensors);
        AtomicFile.Write(path, stream => stream.Write(file));
        return RoundedNetwork.Report(model.Arena, tensors, bits, file.Length);
    }

    /// <summary>
    /// Reads a file of <see cref="SaveCompressed"/> into a plain network, with zeros where nothing is left. Everything is checked before
    /// anything is written.
    /// </summary>
    /// <typeparam name="TNetwork">The class of the plain network.</typeparam>
    /// <param name="path">The file.</param>
    /// <param name="network">A plain network of the class and sizes of the one that was saved.</param>
    /// <returns><paramref name="network"/>, with the rounded weights bit for bit.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="StateFileException">The file is cut off, altered, or no compressed network.</exception>
    /// <exception cref="StateMismatchException">The file belongs to another network; the keys that do not fit are named.</exception>
    /// <exception cref="ArgumentException">
    /// The network is a Bayesian one, or a tensor has a dtype that cannot become that of its weight.
    /// </exception>
    public static TNetwork Load<TNetwork>(string path, TNetwork network)
        where TNetwork : nn.Module
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(network);
        if (network is IBayesianNetwork)
            throw new ArgumentException(
                "The network is a Bayesian one, and a compressed file has no posterior: load it into the plain network class.", nameof(network));
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file '{path}'.", path);
        using var scope = NewDisposeScope();
        var expected = PlainNetwork.StateOf(network);
        var tensors = CompressedFile.Read(path, Bytes(path), found => RequireFit(path, expected, found));
        PlainNetwork.Load(network, RoundedNetwork.ToTensors(tensors));
        return network;
    }

    /// <summary>
    /// Compares keys and shapes before a number is read, which may be many. A count of batches may be in the file or not.
    /// </summary>
    private static void RequireFit(string path, Dictionary<string, Tensor> expected, IReadOnlyList<CompressedTensor> found)
    {
        var shapes = new Dictionary<string, Tensor>();
        foreach (var tensor in found.Where(tensor => expected.ContainsKey(tensor.Key) || !BatchCounter.Is(tensor.Key) || tensor.Count > 1))
            if (!shapes.TryAdd(tensor.Key, zeros([], dtype: ScalarType.Float32, device: CPU).expand(tensor.Shape)))
                throw new StateFileException(path, $"'{PlainText.Name(tensor.Key)}' stands in it twice.");
        StateComparison.Of(
            [.. expected.Where(entry => !BatchCounter.Is(entry.Key) || shapes.ContainsKey(entry.Key))], shapes).RequireFit(strict: true);
    }

    private static byte[] Bytes(string path)
    {
        using var stream = AtomicFile.OpenRead(path);
        if (stream.Length > Array.MaxLength)
            throw new StateFileException(path, $"it has {stream.Length} bytes, more than a compressed network can have.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
