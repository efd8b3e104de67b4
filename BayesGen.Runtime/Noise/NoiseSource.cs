namespace BayesGen;

/// <summary>
/// Standard normal noise from a seed of its own: two sources with one seed give the same numbers, and no source touches TorchSharp's
/// global generator on the CPU.
/// </summary>
/// <remarks>
/// On CUDA there is no generator object to hold (TorchSharp makes a CPU generator whatever device it is told), so before every call a
/// source seeds the device's default generator from its own seed and the number of the call. Sources that take turns do not disturb each
/// other that way; other users of the device's generator see it reseeded.
/// </remarks>
public sealed class NoiseSource : IDisposable
{
    private readonly Generator _generator;
    private long _cudaCalls;

    /// <summary>A source that starts at <paramref name="seed"/>.</summary>
    /// <param name="seed">Any number.</param>
    public NoiseSource(long seed)
    {
        _generator = new Generator((ulong)seed);
        Seed = seed;
    }

    /// <summary>The seed that the source was last started with.</summary>
    public long Seed { get; private set; }

    /// <summary>Starts the source again.</summary>
    /// <param name="seed">Any number.</param>
    public void Reseed(long seed)
    {
        Seed = seed;
        _generator.manual_seed(seed);
        _cudaCalls = 0;
    }

    /// <summary>Independent N(0, 1) noise.</summary>
    /// <param name="like">A tensor that gives shape, dtype and device.</param>
    /// <returns>A new tensor; it takes no part in gradients.</returns>
    public Tensor Normal(Tensor like) => Buffer(like).normal_(0, 1, GeneratorFor(like));

    /// <summary>Independent exponential noise of mean 1.</summary>
    /// <param name="like">A tensor that gives shape, dtype and device.</param>
    /// <returns>A new tensor; it takes no part in gradients.</returns>
    public Tensor Exponential(Tensor like) => Buffer(like).exponential_(1, GeneratorFor(like));

    /// <summary>Releases the generator.</summary>
    public void Dispose() => _generator.Dispose();

    private static Tensor Buffer(Tensor like) => empty_like(like, dtype: like.dtype, device: like.device, requires_grad: false);

    private Generator? GeneratorFor(Tensor like)
    {
        if (like.device_type == DeviceType.CPU)
            return _generator;
        if (like.device_type == DeviceType.CUDA)
            cuda.manual_seed_all(Mixed(Seed, _cudaCalls++));
        return null;
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
