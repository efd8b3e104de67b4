using BayesGen.Parameters;
using BayesGen.Serialization;

namespace BayesGen.Compression;

/// <summary>The tensors of a network under plain keys, rounded to bit widths.</summary>
internal static class RoundedNetwork
{
    /// <summary>The MAP weights, rounded where a width is given, and the buffers as they are.</summary>
    /// <exception cref="ArgumentException">A width names no weight of the network.</exception>
    public static IReadOnlyList<CompressedTensor> Of(NetworkArena arena, BitWidths bits)
    {
        ArgumentNullException.ThrowIfNull(bits);
        var inventory = arena.Inventory;
        if (bits.Weights.FirstOrDefault(width => inventory.Weights.All(weight => weight.Key != width.Key)) is { } unknown)
            throw new ArgumentException(
                $"A bit width is given for '{unknown.Key}', and the network has no weight of that key. Choose the widths by ChooseBits of this "
                + "network.", nameof(bits));
        using var turn = arena.TakeTurn();
        using var weights = arena.Lease.Override("export rounded weights");
        weights.Write(WeightState.Map);
        var tensors = new List<CompressedTensor>();
        var tied = inventory.Weights
            .SelectMany(weight => weight.Owners.TiedKeys.Select(key => (key, weight.Key)))
            .ToDictionary(pair => pair.key, pair => pair.Key);
        foreach (var (first, buffer) in inventory.Buffers.Tied)
            tied[first] = inventory.Buffers.All.First(other => ReferenceEquals(other.Buffer, buffer)).Key;
        var places = new Dictionary<string, int>();
        foreach (var (key, tensor) in PlainState.Of(inventory))
        {
            places[key] = tensors.Count;
            tensors.Add(tied.TryGetValue(key, out var earlier) ? new CompressedTensor(key, tensor.shape) { TiedTo = places[earlier] }
                : bits.Of(key) is { } width ? CompressedTensor.Rounded(key, tensor, width.FractionBits)
                : CompressedTensor.Exact(key, tensor));
        }

        return tensors;
    }

    /// <summary>Whole tensors by key.</summary>
    public static Dictionary<string, Tensor> ToTensors(IReadOnlyList<CompressedTensor> tensors)
    {
        var all = new List<Tensor>();
        foreach (var tensor in tensors)
            all.Add(tensor.TiedTo is { } earlier ? all[earlier] : tensor.ToTensor());
        return tensors.Select((tensor, i) => (tensor.Key, i)).ToDictionary(pair => pair.Key, pair => all[pair.i]);
    }

    /// <summary>What is left of the weights, and the figures of a file.</summary>
    public static CompressionReport Report(
        NetworkArena arena, IReadOnlyList<CompressedTensor> tensors, BitWidths bits, long fileBytes)
    {
        var byKey = tensors.ToDictionary(tensor => tensor.Key);
        List<CompressedWeight> weights = [.. arena.Inventory.Weights.Select(weight =>
            LineOf(byKey[weight.Key], bits.Of(weight.Key)?.Bits ?? (int)(8 * weight.Parameter.ElementSize), weight))];
        var (all, kept) = (weights.Sum(weight => weight.Count), weights.Sum(weight => weight.Kept));
        var original = 4 * all;
        return new CompressionReport(
            weights, original, fileBytes,
            new CompressionFigures(
                (double)all / kept, 32.0 * all / weights.Sum(weight => weight.Kept * (double)weight.Bits), (double)original / fileBytes));
    }

    private static CompressedWeight LineOf(CompressedTensor tensor, int bits, NetworkWeight weight)
    {
        var (rows, columns, inner) = tensor.Extents;
        var (isRow, isColumn, kept) = (new bool[rows], new bool[columns], 0L);
        for (var i = 0; i < tensor.Count; i++)
        {
            if (!IsThere(tensor, i, (int)weight.Parameter.ElementSize))
                continue;
            kept++;
            isRow[i / inner / columns] = isColumn[i / inner % columns] = true;
        }

        var units = (Rows: isRow.Count(row => row), Columns: isColumn.Count(column => column));
        // A vector lies along columns.
        return tensor.Shape.Length == 1
            ? new CompressedWeight(weight.Key, tensor.Count, kept, units.Columns, 1, bits)
            : new CompressedWeight(weight.Key, tensor.Count, kept, units.Rows, units.Columns, bits);
    }

    private static bool IsThere(CompressedTensor tensor, int place, int size) => tensor.Numbers is { } numbers
        ? numbers[place] != 0
        : tensor.Bytes.AsSpan(place * size, size).IndexOfAnyExcept((byte)0) >= 0;
}
