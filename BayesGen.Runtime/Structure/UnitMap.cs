namespace BayesGen.Structure;

/// <summary>
/// Which units of a network feed which others: for each output unit of each layer the input units of other layers that see it. Found by
/// running the network on an example; see <see cref="DescriptionExtensions.MapUnits"/>.
/// </summary>
/// <remarks>
/// Of a convolution an output unit is a channel, of a linear layer a feature. A unit is followed from the layer that puts it out to the
/// layers that read it next, through whatever lies between: activations, pooling, flatten, additions, concatenations, normalization.
/// </remarks>
/// <param name="Layers">The layers in the order of their running; those that did not run come last.</param>
public sealed record UnitMap(IReadOnlyList<UnitLayer> Layers)
{
    /// <summary>The layer of a key.</summary>
    /// <param name="key">The key of the layer, for example <c>conv1</c>.</param>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public UnitLayer this[string key] => Layers.FirstOrDefault(layer => layer.Key == key)
        ?? throw new KeyNotFoundException(
            $"The map has no layer '{key}'. It has: {string.Join(", ", Layers.Select(layer => $"'{layer.Key}'"))}.");

    /// <summary>A line for each layer, for people to read.</summary>
    public override string ToString() => string.Join('\n', Layers);
}

/// <summary>What the units of a layer are.</summary>
public enum UnitLayerKind
{
    /// <summary>Features in, features out.</summary>
    Linear,

    /// <summary>Channels in, channels out.</summary>
    Convolution,

    /// <summary>The same, transposed.</summary>
    TransposedConvolution,

    /// <summary>Words in, features out; its words are no units of another layer.</summary>
    Embedding,

    /// <summary>A layer with numbers for each channel, which a unit passes through: a normalization or a PReLU.</summary>
    PerChannel,

    /// <summary>A layer whose units are not followed, such as an LSTM or an attention.</summary>
    Other,
}

/// <summary>One layer of a <see cref="UnitMap"/>.</summary>
/// <param name="Key">Its key, which those of its weights begin with.</param>
/// <param name="Kind">What its units are.</param>
/// <param name="Inputs">The number of its input units.</param>
/// <param name="Outputs">The number of its output units.</param>
public sealed record UnitLayer(string Key, UnitLayerKind Kind, int Inputs, int Outputs)
{
    /// <summary>The key of its weight; null where it has none of its own.</summary>
    public string? WeightKey { get; init; }

    /// <summary>The key of its bias; null where it has none.</summary>
    public string? BiasKey { get; init; }

    /// <summary>Whether another layer has the same weight.</summary>
    public bool IsTied { get; init; }

    /// <summary>The number of groups of a convolution.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>The number of weights between an input unit and an output unit: the size of a convolution's kernel.</summary>
    public long KernelSize { get; init; } = 1;

    /// <summary>
    /// How often each weight is used for one example: the output positions of a convolution (input positions of a transposed one), summed
    /// over the calls of the layer; 0 where it did not run.
    /// </summary>
    public long Positions { get; init; }

    /// <summary>The number of weights, biases not counted.</summary>
    public long Weights { get; init; }

    /// <summary>The multiplications and additions of one example; 0 where units are not followed, and for an embedding.</summary>
    public long Macs => IsFollowed && Kind != UnitLayerKind.Embedding ? Weights * Positions : 0;

    /// <summary>
    /// The input units that have something else in them than output units of layers: the network's own input, past every layer, or numbers
    /// that differ from place to place by themselves, such as positions.
    /// </summary>
    public IReadOnlyList<int> FromElsewhere { get; init; } = [];

    /// <summary>The output units; empty for a layer that units pass through or whose units are not followed.</summary>
    public IReadOnlyList<OutputUnit> Units { get; init; } = [];

    /// <summary>Whether it has units of its own that are followed.</summary>
    public bool IsFollowed => Units.Count > 0;

    /// <inheritdoc/>
    public override string ToString()
    {
        var stay = Units.Where(unit => unit.Stays is not null).ToList();
        var readers = Units.SelectMany(unit => unit.Readers).Select(use => use.Layer).Distinct();
        return $"{Key}: {Kind}, {Inputs} in, {Outputs} out, read by {string.Join(", ", readers.DefaultIfEmpty("none"))}"
            + (stay.Count == 0 ? "" : $"; {stay.Count} stay: {stay[0].Stays}");
    }
}

/// <summary>One output unit of a <see cref="UnitLayer"/>.</summary>
/// <param name="Index">Its place among the outputs of the layer.</param>
/// <param name="Readers">The layers that read it next, with the input units that see it.</param>
public sealed record OutputUnit(int Index, IReadOnlyList<UnitUse> Readers)
{
    /// <summary>The layers that it passes on the way, with the channels that see it.</summary>
    public IReadOnlyList<UnitUse> Passed { get; init; } = [];

    /// <summary>A sentence that says why the unit cannot be removed; null where it can.</summary>
    public string? Stays { get; init; }
}

/// <summary>Where a unit is seen.</summary>
/// <param name="Layer">The key of the layer.</param>
/// <param name="Inputs">The input units that see it: one, or a block of them behind a flatten.</param>
public sealed record UnitUse(string Layer, IReadOnlyList<int> Inputs);
