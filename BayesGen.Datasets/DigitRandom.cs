namespace BayesGen.Datasets;

/// <summary>
/// A small random generator (SplitMix64) of its own, so that an image depends on nothing but its seed and its index:
/// neither on the number of threads nor on the version of the platform's generator.
/// </summary>
internal struct DigitRandom
{
    private ulong _state;

    public DigitRandom(int seed, long index, ulong purpose)
    {
        _state = Mix(Mix((ulong)(uint)seed + 0x9E3779B97F4A7C15UL) ^ Mix((ulong)index + 0xD1B54A32D192ED03UL) ^ purpose);
    }

    /// <summary>Uniform over 0 (included) to 1 (excluded), 24 bits.</summary>
    public float Uniform() => (Next() >> 40) * (1f / (1 << 24));

    /// <summary>Uniform over low to high.</summary>
    public float Uniform(float low, float high) => low + (high - low) * Uniform();

    /// <summary>Roughly standard normal (sum of four uniforms), never beyond 3.5: a tail would draw digits nobody writes.</summary>
    public float Bell() => (Uniform() + Uniform() + Uniform() + Uniform() - 2f) * 1.7320508f;

    /// <summary>A whole number from 0 (included) to bound (excluded).</summary>
    public int Below(int bound) => (int)(((Next() >> 32) * (ulong)bound) >> 32);

    private ulong Next()
    {
        _state += 0x9E3779B97F4A7C15UL;
        return Mix(_state);
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
