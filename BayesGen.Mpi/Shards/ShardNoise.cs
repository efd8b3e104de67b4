using BayesGen.Noise;
using BayesGen.Parameters;

namespace BayesGen.Mpi.Shards;

/// <summary>
/// The noise of the shards under one sample of the weights. What is random in a shard, such as dropout and the noise of local estimators,
/// hangs on the seed of the training, the place of the sample and the number of the shard; so who computes it does not enter.
/// </summary>
internal sealed class ShardNoise : IDisposable
{
    private readonly NoiseSource _noise;
    private readonly long _seed;
    private readonly long _place;
    private readonly long _end;

    /// <param name="arena">The network, with a sample in its weights.</param>
    public ShardNoise(NetworkArena arena)
    {
        _noise = arena.Noise;
        (_seed, _place) = (_noise.Seed, _noise.Calls);

        // Weights that are not drawn took no noise: without a call of its own every step would have the noise of the first.
        _end = _place + (arena.Families.Count == 0 || arena.Families.Any(family => family.Local is not null) ? 1 : 0);
    }

    /// <summary>Dropout and a user's own code draw from Torch's generator.</summary>
    public static void SeedTorch(long seed)
    {
        using var generator = random.manual_seed(seed);
    }

    /// <summary>A shard begins.</summary>
    public void Begin(int shard)
    {
        var seed = NoiseSource.Mixed(NoiseSource.Mixed(_seed, _place), shard);
        _noise.Reseed(seed);
        SeedTorch(seed);
    }

    /// <summary>The source is where it would be whoever had computed which shards.</summary>
    public void Dispose() => _noise.Reseed(_seed, _end);
}
