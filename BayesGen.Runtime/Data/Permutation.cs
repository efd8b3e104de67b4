namespace BayesGen.Data;

/// <summary>Random orders that depend on nothing but their arguments; the global generator is neither read nor moved.</summary>
internal static class Permutation
{
    /// <summary>
    /// A random order of 0..count-1, int64 [count], on <paramref name="device"/>. A pure function of count, seed and stream, whatever the
    /// device: the order is drawn on the CPU, where a generator of one's own is exact.
    /// </summary>
    public static Tensor Draw(long count, int seed, long stream, Device device)
    {
        using var generator = new Generator(Blend((ulong)(uint)seed, (ulong)stream), CPU);
        Tensor order = randperm(count, ScalarType.Int64, CPU, generator: generator);
        if (device.type == DeviceType.CPU)
            return order;
        using (order)
            return order.to(device);
    }

    // Neighboring seeds and epochs must not meet (seed 0 epoch 1 is not seed 1 epoch 0), hence a hash and not a sum.
    private static ulong Blend(ulong seed, ulong stream)
    {
        ulong z = (seed << 32) ^ (stream * 0x9E3779B97F4A7C15UL) ^ 0x5DEECE66DUL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
