using System.Numerics;
using System.Runtime.InteropServices;
using BayesGen.Kernels;
using BayesGen.Training;

namespace BayesGen.Mpi.Shards;

/// <summary>A number that tells one batch from another one: of its shape, its place and the first of its bytes.</summary>
internal static class BatchFingerprint
{
    /// <summary>What is read of a tensor takes microseconds.</summary>
    private const int LargestPart = 1 << 14;

    public static ulong Of(StepWork work)
    {
        var hash = Add(0, [(ulong)work.Place.Epoch, (ulong)work.Place.Step]);
        return ((ulong)Of(work.Inputs, hash) << 32) | Of(work.Targets, hash);
    }

    private static unsafe uint Of(Tensor tensor, uint hash)
    {
        hash = Add(hash, MemoryMarshal.Cast<long, ulong>(tensor.shape));
        if (tensor.device_type != DeviceType.CPU || tensor.numel() == 0 || !tensor.is_contiguous())
            return hash;
        var bytes = new ReadOnlySpan<byte>(
            (void*)TensorMemory.AddressOf(tensor), (int)Math.Min(LargestPart, tensor.numel() * tensor.element_size()));
        return Add(hash, MemoryMarshal.Cast<byte, ulong>(bytes));
    }

    private static uint Add(uint hash, ReadOnlySpan<ulong> words)
    {
        foreach (var word in words)
            hash = BitOperations.Crc32C(hash, word);
        return hash;
    }
}
