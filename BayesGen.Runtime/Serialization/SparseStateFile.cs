using BayesGen.Parameters;

namespace BayesGen.Serialization;

/// <summary>
/// What a network computes with and nothing else, with pruned weights left out: the small file of a compressed network, for those who
/// predict from its mean or MAP weights and neither train on nor draw.
/// </summary>
/// <remarks>
/// A safetensors file under plain keys. A weight that is smaller so is three tensors: <c>fc.weight.shape</c>, <c>fc.weight.places</c>, one
/// bit for each weight that tells whether it is there (eight to a byte, the highest first), and <c>fc.weight.nonzero</c>, those that are.
/// </remarks>
public static class SparseStateFile
{
    private const string KindKey = "bayesgen.kind";
    private const string Kind = "sparse";
    private const string ShapeEnding = ".shape";
    private const string PlacesEnding = ".places";
    private const string ValuesEnding = ".nonzero";

    /// <summary>About what an entry takes in the header.</summary>
    private const int HeaderBytes = 256;

    private static readonly byte[] Bits = [128, 64, 32, 16, 8, 4, 2, 1];

    /// <summary>
    /// Writes the weights in which the network rests, the mean or after <see cref="BayesianNetworkExtensions.UseMap"/> the MAP, pruned ones
    /// as nothing, and the plain weights and buffers. Each number has all its bits. The file appears whole or not at all.
    /// </summary>
    /// <remarks>
    /// The posterior is not in it: neither uncertainty nor further training comes back from it. <see cref="LoadWeights"/> reads it into a
    /// plain network of the same class, <see cref="PlainStateFile.LoadMeans"/> into a Bayesian one.
    /// </remarks>
    /// <param name="model">The network; it is left as it was.</param>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <exception cref="IOException">The file cannot be written; what was there before is as it was.</exception>
    public static void SaveSparse(this IBayesianNetwork model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var turn = model.Arena.TakeTurn();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var weights = model.Arena.Lease.Override("save the weights");
        weights.Write(model.Arena.State);
        List<KeyValuePair<string, Tensor>> tensors =
            [.. PlainState.Of(model.Arena.Inventory).SelectMany(entry => Packed(entry.Key, entry.Value))];
        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal) { [KindKey] = Kind };
        AtomicFile.Write(path, stream => SafeTensors.Write(stream, tensors, metadata));
    }

    /// <summary>
    /// Reads the weights of a safetensors file into a plain network: what <see cref="SaveSparse"/> or
    /// <see cref="PlainStateFile.SaveMeans"/>
    /// wrote, or a state dict of PyTorch's. Everything is checked before anything is written.
    /// </summary>
    /// <param name="network">A plain network of the class and sizes of the one that was saved.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="StateFileException">The file is damaged or no safetensors file.</exception>
    /// <exception cref="StateMismatchException">The file belongs to another network; the keys that do not fit are named.</exception>
    /// <exception cref="ArgumentException">
    /// The network is a Bayesian one, or a tensor has a dtype that cannot become that of its weight.
    /// </exception>
    public static void LoadWeights(this nn.Module network, string path)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (network is IBayesianNetwork)
            throw new ArgumentException("The network is a Bayesian one: read the weights as means, by LoadMeans.", nameof(network));
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file '{path}'.", path);
        using var stream = AtomicFile.OpenRead(path);
        var (tensors, metadata) = SafeTensors.Read(path, stream);
        try
        {
            Unpack(path, tensors, metadata);
            PlainNetwork.Load(network, tensors);
        }
        finally
        {
            foreach (var tensor in tensors.Values)
                tensor.Dispose();
        }
    }

    /// <summary>Whether metadata is that of a sparse file.</summary>
    internal static bool IsSparse(IReadOnlyDictionary<string, string> metadata) => metadata.GetValueOrDefault(KindKey) == Kind;

    /// <summary>Puts whole tensors in the place of packed ones; a file that is not sparse is left as it is.</summary>
    /// <exception cref="StateFileException">The parts of a weight do not fit each other.</exception>
    internal static void Unpack(string path, Dictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        if (!IsSparse(metadata))
            return;
        using var _ = no_grad();
        foreach (var key in tensors.Keys.Where(key => key.EndsWith(PlacesEnding, StringComparison.Ordinal)).ToList())
        {
            var name = key[..^PlacesEnding.Length];
            if (!tensors.Remove(name + ShapeEnding, out var shape) | !tensors.Remove(name + ValuesEnding, out var values))
            {
                shape?.Dispose();
                values?.Dispose();
                throw new StateFileException(path, $"'{name}' lacks its shape or its values.");
            }

            tensors.Remove(key, out var places);
            using (shape)
            using (values)
            using (places)
                if (!tensors.TryAdd(name, Whole(path, name, shape!, places!, values!)))
                    throw new StateFileException(path, $"'{name}' stands in it twice.");
        }
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Packed(string key, Tensor tensor)
    {
        var flat = tensor.detach().cpu().contiguous().flatten();
        var isThere = flat.ne(Operand(0));
        var count = isThere.sum().item<long>();
        if (!tensor.is_floating_point() || flat.numel() / 8 + count * flat.ElementSize + HeaderBytes >= flat.numel() * flat.ElementSize)
            return [new(key, tensor)];
        var padded = nn.functional.pad(isThere.to(ScalarType.Byte), [0, (8 - flat.numel() % 8) % 8]).reshape(-1, 8);
        return
        [
            new(key + ShapeEnding, torch.tensor(tensor.shape, dtype: ScalarType.Int64, device: CPU)),
            new(key + PlacesEnding, padded.mul(torch.tensor(Bits, dtype: ScalarType.Byte, device: CPU)).sum(1).to(ScalarType.Byte)),
            new(key + ValuesEnding, flat.masked_select(isThere)),
        ];
    }

    private static Tensor Whole(string path, string name, Tensor shape, Tensor places, Tensor values)
    {
        using var scope = NewDisposeScope();
        if (shape.dtype == ScalarType.Int64 && shape.dim() == 1 && places.dtype == ScalarType.Byte && places.dim() == 1
            && values.dim() == 1)
        {
            // No more than eight weights for each byte of the file, whatever the shape says.
            var bits = places.unsqueeze(1).bitwise_and(torch.tensor(Bits, dtype: ScalarType.Byte, device: CPU)).ne(Operand(0)).flatten();
            var extents = shape.data<long>().ToArray();
            var count = extents.Aggregate((Int128)1, (all, one) => one < 0 || all > long.MaxValue ? long.MaxValue : all * one);
            if ((count + 7) / 8 == places.numel() && bits.sum().item<long>() == values.numel()
                && bits.narrow(0, 0, (long)count) is var isThere && isThere.sum().item<long>() == values.numel())
                return zeros((long)count, dtype: values.dtype, device: CPU).masked_scatter_(isThere, values).reshape(extents)
                    .DetachFromDisposeScope();
        }

        throw new StateFileException(path, $"the shape, the places and the values of '{name}' do not fit each other.");
    }
}
