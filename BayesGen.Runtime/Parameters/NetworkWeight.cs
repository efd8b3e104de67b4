using BayesGen.Variational;
using TorchSharp.Modules;

namespace BayesGen.Parameters;

/// <summary>One weight tensor of the network as the walk found it. Tied weights are one entry with several owners.</summary>
internal sealed class NetworkWeight(
    string key, nn.Module layer, Parameter parameter, PosteriorFamily? family, WeightOptions options)
{
    public string Key { get; } = key;

    /// <summary>The module whose parameter the weight is.</summary>
    public nn.Module Layer { get; } = layer;

    /// <summary>What people call the layer.</summary>
    public LayerName LayerName { get; init; } = new("", layer.GetType().Name);

    /// <summary>The name of the weight within its layer.</summary>
    public string Name => Key[(Key.LastIndexOf('.') + 1)..];

    /// <summary>The network's own parameters that are this weight.</summary>
    public WeightOwners Owners { get; } = new(key, parameter);

    public Parameter Parameter => Owners[0];

    /// <summary>The family, or null for a plain number.</summary>
    public PosteriorFamily? Family { get; } = family;

    public WeightOptions Options { get; } = options;

    public long[] Shape { get; } = parameter.shape;

    public long Count { get; } = parameter.numel();

    public ScalarType Dtype { get; } = parameter.dtype;

    public Device Device { get; } = parameter.device;

    /// <summary>The slices of the weight that one number of a parameter may belong to.</summary>
    public WeightUnits Units { get; } =
        WeightUnits.Of(layer, IsBiasName(key[(key.LastIndexOf('.') + 1)..]), parameter.shape, options.Groups);

    /// <summary>Where it lies in its arena; a weight that was frozen from the start is in none.</summary>
    public WeightPlace Place
    {
        get => field ?? throw new InvalidOperationException($"'{Key}' lies in no arena.");
        set;
    }

    /// <summary>Whether the user took the weight out of training (requires_grad = false) before the wrapper was built.</summary>
    public bool IsFrozen { get; } = !parameter.requires_grad;

    /// <summary>Whether it is frozen for now: it keeps its posterior, which nothing moves.</summary>
    public bool IsHeld { get; set; }

    /// <summary>
    /// The rows of an embedding that stand for padding, which are not weights: neither drawn nor scored. Counted from the start of the
    /// weight.
    /// </summary>
    public IReadOnlyList<(long Offset, long Count)> Fixed { get; set; } = [];

    /// <summary>The number of its numbers that are weights: all but those that are fixed.</summary>
    public long FreeCount => Count - Fixed.Sum(part => part.Count);

    /// <summary>Whether a parameter of this name is a bias.</summary>
    public static bool IsBiasName(string name) =>
        name.StartsWith("bias", StringComparison.Ordinal) || name.EndsWith("_bias", StringComparison.Ordinal);
}
