using BayesGen.Kernels;

namespace BayesGen.Noise;

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
    private bool _isMirrored;

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

    /// <summary>The number of calls since the source was started: with the seed, all there is to know about what comes next.</summary>
    internal long Calls => _calls;

    /// <summary>Starts the source again where it was after a number of calls.</summary>
    internal void Reseed(long seed, long calls)
    {
        Seed = seed;
        _calls = calls;
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
        {
            var target = empty(like.shape, dtype: like.dtype, device: like.device);
            OnDevice(target, call, tensor => tensor.exponential_(1));
            return target;
        }

        using var uniform = empty(like.shape, dtype: ScalarType.Float64, device: like.device);
        unsafe
        {
            NormalStream.FillUniform((double*)TensorMemory.AddressOf(uniform), uniform.numel(), (ulong)Seed, (ulong)call);
        }

        using var exponential = uniform.log_().neg_();
        return exponential.to(like.dtype, copy: true);
    }

    /// <summary>Overwrites a contiguous tensor with independent N(0, 1) noise.</summary>
    internal void FillNormal(Tensor target)
    {
        Fill(target);
        if (!_isMirrored)
            return;
        using var _ = no_grad();
        target.neg_();
    }

    /// <summary>The noise of a tensor on the CPU, to be made part by part: the same as that of <see cref="FillNormal"/>.</summary>
    internal NormalCall NextNormal() => new(Seed, _calls++, _isMirrored);

    /// <summary>
    /// Repeats the noise since a call with its signs turned, until the result is disposed: the second of two antithetic draws. Both are
    /// N(0, 1) by themselves.
    /// </summary>
    /// <param name="calls">The number of calls before the first of the two draws.</param>
    internal Reflection Mirror(long calls)
    {
        _calls = calls;
        _isMirrored = true;
        return new Reflection(this);
    }

    /// <summary>Ends a repetition with turned signs.</summary>
    internal readonly struct Reflection(NoiseSource? source) : IDisposable
    {
        /// <summary>Nothing for a default one.</summary>
        public void Dispose()
        {
            if (source is not null)
                source._isMirrored = false;
        }
    }

    private unsafe void Fill(Tensor target)
    {
        var call = _calls++;
        if (!IsOnCpu(target))
        {
            OnDevice(target, call, tensor => tensor.normal_(0, 1));
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

    private void OnDevice(Tensor target, long call, Func<Tensor, Tensor> fill)
    {
        lock (Device)
        {
            if (target.device_type == DeviceType.CUDA)
                cuda.manual_seed_all(Mixed(Seed, call));

            // In place: some of TorchSharp's functions hand back what they were given, and some a handle of its own.
            var filled = fill(target);
            if (!ReferenceEquals(filled, target))
                filled.Dispose();
        }
    }

    /// <summary>
    /// The finalizer of SplitMix64 (Steele, Lea, Flood 2014) over seed and call, so that neighboring calls get unrelated streams.
    /// </summary>
    internal static long Mixed(long seed, long call)
    {
        var state = (ulong)seed + 0x9E3779B97F4A7C15UL * ((ulong)call + 1);
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9UL;
        state = (state ^ (state >> 27)) * 0x94D049BB133111EBUL;
        return (long)(state ^ (state >> 31));
    }
}
