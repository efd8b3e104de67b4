using BayesGen.Pruning;

namespace BayesGen.Prediction;

/// <summary>How to predict.</summary>
public sealed record PredictionOptions
{
    /// <summary>
    /// The seed of the draws. Draw k has a seed of its own, made of this one and k: more samples continue with the same draws, and two
    /// calls with one seed answer from the same ones.
    /// </summary>
    public long Seed { get; init; }

    /// <summary>The number of examples that go through the network at once; at least 1. It changes speed and memory alone.</summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>The number of the first example of a part of a prediction: errors name examples by their number among all.</summary>
    internal int FirstExample { get; init; }

    /// <summary>Whether the logits of every single draw are kept (<see cref="ClassPrediction.Outputs"/>).</summary>
    public bool KeepOutputs { get; init; }

    /// <summary>
    /// Whether inputs of four dimensions [N, C, H, W] are laid out in memory with the channels last. Null does so where that is faster and
    /// the network takes it; true always does, false never.
    /// </summary>
    public bool? ChannelsLast { get; init; }

    /// <summary>
    /// Whether large buffers stay with the process (Linux) between batches, until it has grown: see
    /// <see cref="TrainerOptions.ManageMemory"/>.
    /// </summary>
    public bool ManageMemory { get; init; } = true;

    /// <summary>Prunes every draw for this call alone; null prunes nothing more than the model does.</summary>
    public Thresholds? Thresholds { get; init; }
}
