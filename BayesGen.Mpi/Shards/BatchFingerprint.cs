using System.Numerics;
using System.Runtime.InteropServices;
using BayesGen.Kernels;
using BayesGen.Training;

namespace BayesGen.Mpi.Shards;

/// <summary>A number that tells one batch from another one: of its shape, its place, and bytes from all over it.</summary>
internal static class BatchFingerprint
{
    /// <summary>How many pieces of a tensor are read, and how many bytes each: it takes microseconds.</summary>
    private const int Pieces = 16, PieceBytes = 1 << 10;

    /// <summary>Of the batch of a step.</summary>
    public static ulong Of(StepWork work) =>
        Of(((ulong)work.Place.Epoch << 32) | (uint)work.Place.Step, work.Inputs, work.Targets);

    /// <summary>Of a batch, and of what was before it.</summary>
    public static ulong Of(ulong before, Tensor inputs, Tensor targets)
    {
        var hash = Add(0, [before]);
        return ((ulong)Of(inputs, hash) << 32) | Of(targets, hash);
    }

    /// <summary>Of one tensor, and of what was before it.</summary>
    public static ulong Of(ulong before, Tensor tensor) => ((ulong)Of(tensor, Add(0, [before])) << 32) | Add(1, [before]);

    private static uint Of(Tensor tensor, uint hash)
    {
        hash = Add(hash, MemoryMarshal.Cast<long, ulong>(tensor.shape));
        if (tensor.device_type != DeviceType.CPU || tensor.numel() == 0 || tensor.dim() == 0)
            return hash;
        if (tensor.is_contiguous())
            return OfMemory(tensor, hash);

        // Some rows as they would lie one behind the other.
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var rows = tensor.size(0);
        for (var piece = 0; piece < Math.Min(Pieces, rows); piece++)
            hash = OfMemory(tensor.select(0, rows * piece / Math.Min(Pieces, rows)).contiguous(), hash);
        return hash;
    }

    private static unsafe uint OfMemory(Tensor tensor, uint hash)
    {
        var address = (byte*)TensorMemory.AddressOf(tensor);
        var bytes = tensor.numel() * tensor.element_size();
        var size = (int)Math.Min(PieceBytes, bytes);

        // Of a small tensor pieces would lie over each other.
        var pieces = (int)Math.Min((bytes + PieceBytes - 1) / PieceBytes, Pieces);
        for (var piece = 0; piece < pieces; piece++)
            hash = Add(hash, new ReadOnlySpan<byte>(address + (bytes - size) * piece / Math.Max(pieces - 1, 1), size));
        GC.KeepAlive(tensor);
        return hash;
    }

    private static uint Add(uint hash, ReadOnlySpan<byte> bytes)
    {
        hash = Add(hash, MemoryMarshal.Cast<byte, ulong>(bytes));
        foreach (var rest in bytes[(bytes.Length / sizeof(ulong) * sizeof(ulong))..])
            hash = BitOperations.Crc32C(hash, rest);
        return hash;
    }

    private static uint Add(uint hash, ReadOnlySpan<ulong> words)
    {
        foreach (var word in words)
            hash = BitOperations.Crc32C(hash, word);
        return hash;
    }
}
