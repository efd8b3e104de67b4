namespace BayesGen;

/// <summary>
/// Standard normal noise from a seed of its own: two sources with one seed give the same numbers, and no source touches TorchSharp's
/// global generator on the CPU.
/// </summary>
/// <remarks>
/// On CUDA there is no generator object to hold (TorchSharp makes a CPU generator whatever device it is told), so a source seeds the
/// device's default generator whenever it is reseeded and draws from that.
/// </remarks>
public sealed class NoiseSource : IDisposable
{
    private readonly Generator _generator;

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
        _cudaSeeded = false;
    }

    private bool _cudaSeeded;

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
        if (like.device_type == DeviceType.CUDA && !_cudaSeeded)
        {
            cuda.manual_seed_all(Seed);
            _cudaSeeded = true;
        }

        return null;
    }
}
