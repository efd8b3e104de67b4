namespace BayesGen;

/// <summary>
/// Standard normal noise from a seed of its own: two sources with one seed give the same numbers, and no source touches TorchSharp's
/// global generator on the CPU.
/// </summary>
/// <remarks>
/// On the CPU the numbers are those of a Philox stream: a function of the seed, the number of the call and the place in the tensor,
/// whatever the number of threads. On CUDA there is no generator object to hold (TorchSharp makes a CPU generator whatever device it is
/// told), so before every call a source seeds the device's default generator from its own seed and the number of the call. Sources that
/// take turns do not disturb each other that way, nor do those of several threads; other users of the device's generator see it reseeded.
/// </remarks>
public sealed class NoiseSource
{
    /// <summary>Between the seeding of a device's generator and its use nobody else may seed it.</summary>
    private static readonly Lock Device = new();

    private long _calls;

    /// <summary>A source that starts at <paramref name="seed"/>.</summary>
    /// <param name="seed">Any number.</param>
    public NoiseSource(long seed) => Seed = seed;

    /// <summary>The seed that the source was last started with.</summary>
    public long Seed { get; private set; }

    /// <summary>Starts the source again.</summary>
    /// <param name="seed">Any number.</param>
    public void Reseed(long seed)
    {
        Seed = seed;
        _calls = 0;
    }

    /// <summary>Independent N(0, 1) noise.</summary>
    /// <param name="like">A tensor that gives shape, dtype and device.</param>
    /// <returns>A new tensor; it takes no part in gradients.</returns>
    public Tensor Normal(Tensor like)
    {
        var target = empty(like.shape, dtype: like.dtype, device: like.device);
        FillNormal(target);
        return target;
    }

    /// <summary>Independent exponential noise of mean 1.</summary>
    /// <param name="like">A tensor that gives shape, dtype and device.</param>
    /// <returns>A new tensor; it takes no part in gradients.</returns>
    public Tensor Exponential(Tensor like)
    {
        var call = _calls++;
        if (!IsOnCpu(like))
            return OnDevice(like, call, () => empty(like.shape, dtype: like.dtype, device: like.device).exponential_(1));
        using var uniform = empty(like.shape, dtype: ScalarType.Float64, device: like.device);
        unsafe
        {
            NormalStream.FillUniform((double*)TensorMemory.AddressOf(uniform), uniform.numel(), (ulong)Seed, (ulong)call);
        }

        using var exponential = uniform.log_().neg_();
        return exponential.to(like.dtype, copy: true);
    }

    /// <summary>Overwrites a contiguous tensor with independent N(0, 1) noise.</summary>
    internal unsafe void FillNormal(Tensor target)
    {
        var call = _calls++;
        if (!IsOnCpu(target))
        {
            OnDevice(target, call, () => target.normal_(0, 1));
            return;
        }

        var (count, seed) = (target.numel(), (ulong)Seed);
        switch (target.dtype)
        {
            case ScalarType.Float32:
                NormalStream.FillNormal((float*)TensorMemory.AddressOf(target), count, seed, (ulong)call);
                break;
            case ScalarType.Float64:
                NormalStream.FillNormal((double*)TensorMemory.AddressOf(target), count, seed, (ulong)call);
                break;
            default:
                using (var single = empty(target.shape, dtype: ScalarType.Float32, device: target.device))
                {
                    NormalStream.FillNormal((float*)TensorMemory.AddressOf(single), count, seed, (ulong)call);
                    target.copy_(single);
                }

                break;
        }
    }

    private static bool IsOnCpu(Tensor tensor) => tensor.device_type == DeviceType.CPU;

    private Tensor OnDevice(Tensor like, long call, Func<Tensor> draw)
    {
        lock (Device)
        {
            if (like.device_type == DeviceType.CUDA)
                cuda.manual_seed_all(Mixed(Seed, call));
            return draw();
        }
    }

    /// <summary>
    /// The finaliser of SplitMix64 (Steele, Lea, Flood 2014) over seed and call, so that neighbouring calls get unrelated streams.
    /// </summary>
    private static long Mixed(long seed, long call)
    {
        var state = (ulong)seed + 0x9E3779B97F4A7C15UL * ((ulong)call + 1);
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9UL;
        state = (state ^ (state >> 27)) * 0x94D049BB133111EBUL;
        return (long)(state ^ (state >> 31));
    }
}
