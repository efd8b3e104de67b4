using BayesGen.Kernels;
using BayesGen.Variational;

namespace BayesGen.Parameters;

/// <summary>Where a weight lies in its arena: among the weights, in the flat weights, and in the flat tensors of other extents.</summary>
/// <param name="shape">The shape of the weight.</param>
/// <param name="units">Its units.</param>
internal sealed class WeightPlace(long[] shape, WeightUnits units)
{
    private readonly long _count = shape.Aggregate(1L, (all, size) => all * size);

    /// <summary>The place of the weight among those of its arena.</summary>
    public required int Index { get; init; }

    /// <summary>Where the weight begins in its arena.</summary>
    public required long Offset { get; init; }

    /// <summary>Where its units begin among those of its arena.</summary>
    public required long UnitOffset { get; init; }

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
        ParameterExtent.Weight => _count,
        ParameterExtent.Unit => units.Count,
        _ => 1,
    };

    /// <summary>Their shape, which broadcasts against that of the weight.</summary>
    public long[] ShapeOf(ParameterExtent extent) => extent switch
    {
        ParameterExtent.Weight => shape,
        ParameterExtent.Unit => units.Shape,
        _ => WeightUnits.Ones(shape),
    };

    /// <summary>How the numbers of an extent lie in the slices of a coarser one.</summary>
    public SliceLayout LayoutOf(ParameterExtent extent, ParameterExtent coarser) =>
        (extent, coarser) == (ParameterExtent.Weight, ParameterExtent.Unit)
            ? units.Layout
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
