using BayesGen.Noise;

namespace BayesGen.Training;

/// <summary>Where the noise is while a training rests: what others draw meanwhile changes nothing in it.</summary>
/// <param name="source">The network's source of noise.</param>
/// <param name="seed">The seed of a training that has not begun.</param>
internal sealed class NoisePlace(NoiseSource source, long seed)
{
    private long _seed = seed;
    private long _calls;

    /// <summary>Brings the source to where the training left it.</summary>
    public void Give() => source.Reseed(_seed, _calls);

    /// <summary>Keeps where the source is.</summary>
    public void Keep() => (_seed, _calls) = (source.Seed, source.Calls);

    /// <summary>Its two numbers: written down or read back.</summary>
    public void Exchange(CheckpointFields fields)
    {
        _seed = fields.Integer("noise.seed", _seed);
        _calls = fields.Whole("noise.calls", _calls);
    }
}
