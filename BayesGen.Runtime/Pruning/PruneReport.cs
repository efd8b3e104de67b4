namespace BayesGen.Pruning;

/// <summary>What a pruning keeps.</summary>
/// <param name="Weights">Each Bayesian weight tensor: its key, the number of its weights, and how many of them are kept.</param>
/// <param name="AllWeights">The number of all weights of the network, deterministic ones included.</param>
public sealed record PruneReport(IReadOnlyList<PrunedWeight> Weights, long AllWeights)
{
    /// <summary>The units kept of each layer; null where no example was given, which the network has to be run on to know them.</summary>
    public PrunedStructure? Structure { get; init; }

    /// <summary>The number of Bayesian weights.</summary>
    public long BayesianWeights => Weights.Sum(weight => weight.Count);

    /// <summary>The number of Bayesian weights that are kept.</summary>
    public long Kept => Weights.Sum(weight => weight.Kept);

    /// <summary>The number of weights that are pruned.</summary>
    public long Pruned => BayesianWeights - Kept;

    /// <summary>The number of weights of the network that are left, deterministic ones included.</summary>
    public long Remaining => AllWeights - Pruned;

    /// <summary>The part of all weights of the network that is pruned, 0 to 1.</summary>
    public double PrunedPart => AllWeights == 0 ? 0 : (double)Pruned / AllWeights;

    /// <summary>The number of weights over the number of those that are kept, |W| / |W != 0|; infinite where none is.</summary>
    public double Compression => AllWeights == 0 ? 1 : (double)AllWeights / Remaining;

    /// <summary>How much is kept, in one line.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"kept {Kept:N0} of {BayesianWeights:N0} Bayesian weights, {Remaining:N0} of {AllWeights:N0} of all ({PrunedPart:P1} pruned)")
        + (Structure is { } structure ? $", units {structure}" : "");
}

/// <summary>One line of a <see cref="PruneReport"/>.</summary>
/// <param name="Key">The key of the weight.</param>
/// <param name="Count">The number of weights in it.</param>
/// <param name="Kept">The number of those that are kept.</param>
public sealed record PrunedWeight(string Key, long Count, long Kept);
