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

    /// <summary>The units of a weight.</summary>
    /// <remarks>
    /// A unit is what a network can do without as a whole. Of a convolution it is an output channel (of a transposed one an input
    /// channel), dimension 0, and each element of its bias is one. Of an embedding it is a word, dimension 0. Of everything else it is an
    /// input feature, the last dimension; there a bias is the weight of one constant input, so it is one unit as a whole. A parameter
    /// with one dimension that is not a bias has a unit for each element.
    /// </remarks>
    /// <param name="layer">The module whose parameter the weight is.</param>
    /// <param name="isBias">Whether the weight is a bias.</param>
    /// <param name="shape">Its shape.</param>
    public static WeightUnits Of(nn.Module layer, bool isBias, long[] shape) =>
        Along(layer is Convolution or Embedding or EmbeddingBag ? 0 : isBias ? null : shape.Length - 1, shape);

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
