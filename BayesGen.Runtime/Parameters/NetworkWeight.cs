using BayesGen.Kernels;
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

    /// <summary>The name of the weight within its layer.</summary>
    public string Name => Key[(Key.LastIndexOf('.') + 1)..];

    /// <summary>The network's own parameters that are this weight; more than one where layers are tied.</summary>
    public List<Parameter> Owners { get; } = [parameter];

    public Parameter Parameter => Owners[0];

    /// <summary>The keys that the other places of a tied weight would have; its state has the first key alone.</summary>
    public List<string> TiedKeys { get; } = [];

    /// <summary>The family, or null for a plain number.</summary>
    public PosteriorFamily? Family { get; } = family;

    public WeightOptions Options { get; } = options;

    public long[] Shape { get; } = parameter.shape;

    public long Count { get; } = parameter.numel();

    public ScalarType Dtype { get; } = parameter.dtype;

    public Device Device { get; } = parameter.device;

    private readonly long[] _strides = StridesOf(parameter);

    /// <summary>Whether the user took the weight out of training (requires_grad = false) before the wrapper was built.</summary>
    public bool IsFrozen { get; } = !parameter.requires_grad;

    /// <summary>Whether it is frozen for now: it keeps its posterior, which nothing moves.</summary>
    public bool IsHeld { get; set; }

    /// <summary>The layer as people name it: the key of its module, or of the part of a module that holds several layers.</summary>
    public string LayerKey { get; init; } = "";

    /// <summary>The name of its class.</summary>
    public string LayerClass { get; init; } = layer.GetType().Name;

    /// <summary>
    /// The rows of an embedding that stand for padding, which are not weights: neither drawn nor scored. Counted from the start of the
    /// weight.
    /// </summary>
    public IReadOnlyList<(long Offset, long Count)> Fixed { get; set; } = [];

    /// <summary>The number of its numbers that are weights: all but those that are fixed.</summary>
    public long FreeCount => Count - Fixed.Sum(part => part.Count);

    /// <summary>Key, family, shape and place in words: those of two networks of one layout are the same.</summary>
    public string Description =>
        $"{(IsFrozen ? "frozen" : Family?.Name ?? "deterministic")} '{Key}' ({Dtype}, [{string.Join(", ", Shape)}], {Options.Estimator}"
        + (Family is { HasUnits: true } ? $", units of [{string.Join(", ", Units.Shape)}]" : "") + $") on {Device}";

    /// <summary>Adds another owner of the same memory.</summary>
    public void Tie(string key, Parameter parameter)
    {
        if (!parameter.shape.AsSpan().SequenceEqual(Shape))
            throw new NotSupportedException(
                $"'{Key}' and '{key}' share memory but not their shape "
                + $"({string.Join("x", Shape)} and {string.Join("x", parameter.shape)}). "
                + "Weights can be tied whole, not by a view: give one of them memory of its own.");
        if (!StridesOf(parameter).SequenceEqual(_strides))
            throw new NotSupportedException(
                $"'{Key}' and '{key}' share memory and their shape, but one lies in it transposed: a weight of the one is another "
                    + "weight of the "
                + "other. Transposed ties are not supported: share the parameter itself and transpose it in forward, or give one of "
                + "them memory "
                + "of its own.");
        if (key != Key && !TiedKeys.Contains(key))
            TiedKeys.Add(key);
        if (Owners.All(owner => owner.Handle != parameter.Handle))
            Owners.Add(parameter);
    }

    /// <summary>The strides of the dimensions that are longer than 1; the others are as Torch likes.</summary>
    private static long[] StridesOf(Parameter parameter) =>
        [.. Enumerable.Range(0, (int)parameter.dim()).Where(i => parameter.size(i) > 1).Select(i => parameter.stride(i))];

    /// <summary>The slices of the weight that one number of a parameter may belong to.</summary>
    public WeightUnits Units { get; } =
        WeightUnits.Of(layer, IsBiasName(key[(key.LastIndexOf('.') + 1)..]), parameter.shape, options.Groups);

    /// <summary>The place of the weight among those of its arena.</summary>
    public int Index { get; set; }

    /// <summary>Where the weight begins in its arena.</summary>
    public long Offset { get; set; }

    /// <summary>Where its units begin among those of its arena.</summary>
    public long UnitOffset { get; set; }

    /// <summary>Whether a parameter of this name is a bias.</summary>
    public static bool IsBiasName(string name) =>
        name.StartsWith("bias", StringComparison.Ordinal) || name.EndsWith("_bias", StringComparison.Ordinal);

    /// <summary>Where what belongs to this weight begins in a flat tensor of an extent.</summary>
    public long OffsetOf(ParameterExtent extent) => extent switch
    {
        ParameterExtent.Weight => Offset,
        ParameterExtent.Unit => UnitOffset,
        _ => Index,
    };

    /// <summary>How many numbers of an extent belong to this weight.</summary>
    public long CountOf(ParameterExtent extent) => extent switch
    {
        ParameterExtent.Weight => Count,
        ParameterExtent.Unit => Units.Count,
        _ => 1,
    };

    /// <summary>Their shape, which broadcasts against that of the weight.</summary>
    public long[] ShapeOf(ParameterExtent extent) => extent switch
    {
        ParameterExtent.Weight => Shape,
        ParameterExtent.Unit => Units.Shape,
        _ => WeightUnits.Ones(Shape),
    };

    /// <summary>How the numbers of an extent lie in the slices of a coarser one.</summary>
    public SliceLayout LayoutOf(ParameterExtent extent, ParameterExtent coarser) =>
        (extent, coarser) == (ParameterExtent.Weight, ParameterExtent.Unit)
            ? Units.Layout
            : new SliceLayout(1, 1, CountOf(extent));

    /// <summary>The slice of a flat tensor that belongs to this weight, in the weight's shape. A view: dispose it.</summary>
    public Tensor SliceOf(Tensor flat) => SliceOf(flat, ParameterExtent.Weight);

    /// <summary>What belongs to this weight of a flat tensor of an extent, in a shape that broadcasts. A view: dispose it.</summary>
    public Tensor SliceOf(Tensor flat, ParameterExtent extent)
    {
        using var slice = flat.narrow(0, OffsetOf(extent), CountOf(extent));
        return slice.view(ShapeOf(extent));
    }
}
