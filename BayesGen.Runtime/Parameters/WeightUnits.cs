using BayesGen.Kernels;
using TorchSharp.Modules;

namespace BayesGen.Parameters;

/// <summary>
/// The units of a weight: its slices along one axis. What belongs to a unit has the shape of the weight with every other dimension 1, so
/// that it broadcasts against the weight.
/// </summary>
/// <param name="Axis">
/// The dimension of the weight along which units lie; null where the whole weight is one unit. Kernels go by the layout; the axis is for
/// who names or removes units.
/// </param>
/// <param name="Shape">The shape of what has one number for each unit.</param>
/// <param name="Layout">How the weights lie in units.</param>
internal sealed record WeightUnits(int? Axis, long[] Shape, SliceLayout Layout)
{
    /// <summary>The number of units.</summary>
    public long Count => Layout.Count;

    /// <summary>The number of units of which not all is fixed.</summary>
    /// <param name="parts">Rows of the weight that are fixed: where they begin, and how long they are.</param>
    public long CountWithout(IEnumerable<(long Offset, long Count)> parts) =>
        Axis == 0 ? Count - parts.Sum(part => part.Count) / Math.Max(1, Layout.Inner) : Count;

    /// <summary>The units of a weight; the whole weight is one where its layer has no such axis.</summary>
    /// <remarks>
    /// A unit is what a network can do without as a whole. By default it is an output channel of a convolution, a word of an embedding, and
    /// an input feature of everything else, the last dimension; a parameter with one dimension that is not a bias has a unit for each
    /// element. The bias of units that are outputs has one for each element; to units that are inputs a bias is the weight of one constant
    /// input, so it is one unit as a whole.
    /// </remarks>
    /// <param name="layer">The module whose parameter the weight is.</param>
    /// <param name="isBias">Whether the weight is a bias.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="axis">What the annotation says.</param>
    public static WeightUnits Of(nn.Module layer, bool isBias, long[] shape, UnitAxis axis = UnitAxis.Default)
    {
        var areOutputs = axis == UnitAxis.Outputs || axis == UnitAxis.Default && layer is Convolution;
        return Along(
            ReasonAgainst(layer, axis) is not null ? null
                : isBias ? areOutputs ? 0 : null
                : layer is Embedding or EmbeddingBag ? areOutputs ? 1 : 0
                : IsTransposed(layer) ? areOutputs ? 1 : 0
                : layer is Convolution ? areOutputs ? 0 : 1
                : areOutputs ? 0 : shape.Length - 1,
            shape);
    }

    /// <summary>Why the weights of a layer have no slices along an axis, in words; null where they have.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="axis">What the annotation says.</param>
    public static string? ReasonAgainst(nn.Module layer, UnitAxis axis) => (layer, axis) switch
    {
        (Convolution { groups: > 1 }, UnitAxis.Inputs) when !IsTransposed(layer) =>
            "each input channel of a convolution with several groups meets the outputs of one group alone, so it has no slice of the "
            + "weight; use UnitAxis.Outputs",
        (Convolution { groups: > 1 }, UnitAxis.Default or UnitAxis.Outputs) when IsTransposed(layer) =>
            "each output channel of a transposed convolution with several groups comes from the inputs of one group alone, so it has no "
            + "slice of the weight; use UnitAxis.Inputs",
        (Bilinear, UnitAxis.Inputs) =>
            "it has two inputs; use UnitAxis.Default, the features of the second, or UnitAxis.Outputs",
        (_, UnitAxis.Default or UnitAxis.Inputs) => null,
        (Linear or Bilinear or Convolution or Embedding or EmbeddingBag or RNN or RNNCell, UnitAxis.Outputs) => null,
        (LSTM or GRU or LSTMCell or GRUCell, UnitAxis.Outputs) =>
            "the rows of its gates lie below each other in one weight, so that a hidden unit is no slice of it; use UnitAxis.Inputs",
        (_, UnitAxis.Outputs) => "which dimension of its weights its outputs lie along is not known; use UnitAxis.Inputs",
        _ => $"there is no axis {axis}; name one of the members of UnitAxis",
    };

    private static bool IsTransposed(nn.Module layer) => layer is ConvTranspose1d or ConvTranspose2d or ConvTranspose3d;

    /// <summary>The slices along a dimension; one slice where it is null or the weight has no dimension.</summary>
    public static WeightUnits Along(int? axis, long[] shape)
    {
        if (axis is not { } dimension || shape.Length == 0)
            return new(null, Ones(shape), new SliceLayout(1, 1, Product(shape)));
        var units = Ones(shape);
        units[dimension] = shape[dimension];
        return new(dimension, units, new SliceLayout(Product(shape[..dimension]), shape[dimension], Product(shape[(dimension + 1)..])));
    }

    /// <summary>A shape of as many dimensions, with one number.</summary>
    public static long[] Ones(long[] shape) => [.. shape.Select(_ => 1L)];

    private static long Product(long[] sizes) => sizes.Aggregate(1L, (all, size) => all * size);
}
