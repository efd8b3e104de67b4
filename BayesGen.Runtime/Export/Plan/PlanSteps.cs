using BayesGen.Structure;

namespace BayesGen.Export;

/// <summary>
/// Numbers of the network that no input changes: weights, or what is computed from weights before the network runs. It has one set, or
/// one for each draw.
/// </summary>
/// <param name="Name">Its key in the state, or one like it.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Read">Reads it from the network as its weights are at that moment.</param>
internal sealed record PlanConstant(string Name, int[] Shape, Func<float[]> Read)
{
    /// <summary>The sets: one, where all draws are the same.</summary>
    public IReadOnlyList<float[]> Draws { get; set; } = [];

    /// <summary>Whether it is a weight in its own order, so that its bit width counts for it.</summary>
    public string? Key { get; init; }
}

/// <summary>A value on its way through the network.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Shape">Its shape for the batch that the plan was made for.</param>
/// <param name="Constant">What it is where no input changes it.</param>
internal sealed record PlanValue(int Id, int[] Shape, PlanConstant? Constant = null)
{
    public int Count => Shape.Aggregate(1, (all, size) => all * size);
}

/// <summary>
/// One step of an exported network. These are few: what the graph says in many words is made of them, and each backend writes each of them.
/// </summary>
/// <param name="Inputs">What it reads.</param>
/// <param name="Output">What it computes.</param>
/// <param name="Source">Where it stands in the source of forward.</param>
internal abstract record PlanStep(IReadOnlyList<PlanValue> Inputs, PlanValue Output, string Source)
{
    public PlanValue Input => Inputs[0];
}

/// <summary>W x + b along the last dimension.</summary>
internal sealed record LinearStep(PlanValue X, PlanConstant Weight, PlanConstant? Bias, PlanValue Y, string At) : PlanStep([X], Y, At);

/// <summary>A convolution of one to three dimensions; a transposed one where OutputPadding is given.</summary>
internal sealed record ConvolutionStep(
    PlanValue X, PlanConstant Weight, PlanConstant? Bias, int[] Stride, int[] Padding, int[] Dilation, int[]? OutputPadding, int Groups,
    PlanValue Y, string At) : PlanStep([X], Y, At);

/// <summary>Rows of a table by tokens.</summary>
internal sealed record LookupStep(PlanValue X, PlanConstant Table, PlanValue Y, string At) : PlanStep([X], Y, At);

/// <summary>scale x + shift along an axis.</summary>
internal sealed record AffineStep(PlanValue X, PlanConstant Scale, PlanConstant Shift, int Axis, PlanValue Y, string At)
    : PlanStep([X], Y, At);

/// <summary>Mean 0 and variance 1 along the last dimension.</summary>
internal sealed record NormalizeStep(PlanValue X, double Eps, PlanValue Y, string At) : PlanStep([X], Y, At);

/// <summary>Pooling over the last dimensions.</summary>
internal sealed record PoolStep(PlanValue X, Pooling Pooling, PlanValue Y, string At) : PlanStep([X], Y, At);

/// <summary>A function of each number.</summary>
internal sealed record MapStep(PlanValue X, Activation Function, PlanValue Y, string At) : PlanStep([X], Y, At);

/// <summary>a x + b for numbers a and b.</summary>
internal sealed record ScaleStep(PlanValue X, double Factor, double Summand, PlanValue Y, string At) : PlanStep([X], Y, At);

/// <summary>x to a power.</summary>
internal sealed record PowerStep(PlanValue X, double Exponent, PlanValue Y, string At) : PlanStep([X], Y, At);

/// <summary>Two values number by number, with broadcasting; Slope is x where it is positive, else a x.</summary>
internal sealed record CombineStep(PlanValue A, PlanValue B, ArithmeticKind? Kind, PlanValue Y, string At) : PlanStep([A, B], Y, At)
{
    /// <summary>Whether it is a leaky rectifier whose slopes are B.</summary>
    public bool IsSlope => Kind is null;
}

/// <summary>Products of matrices, as many as the dimensions before the last two say.</summary>
internal sealed record MatMulStep(PlanValue A, PlanValue B, PlanValue Y, string At) : PlanStep([A, B], Y, At);

/// <summary>Values one after the other along an axis.</summary>
internal sealed record CatStep(IReadOnlyList<PlanValue> Parts, int Axis, PlanValue Y, string At) : PlanStep(Parts, Y, At);

/// <summary>A part along an axis.</summary>
internal sealed record SliceStep(PlanValue X, int Axis, int Start, PlanValue Y, string At) : PlanStep([X], Y, At);

/// <summary>The same numbers in another shape.</summary>
internal sealed record ReshapeStep(PlanValue X, PlanValue Y, string At) : PlanStep([X], Y, At);

/// <summary>Dimensions in another order.</summary>
internal sealed record PermuteStep(PlanValue X, int[] Dimensions, PlanValue Y, string At) : PlanStep([X], Y, At);

/// <summary>Dimensions of size one repeated.</summary>
internal sealed record ExpandStep(PlanValue X, PlanValue Y, string At) : PlanStep([X], Y, At);

/// <summary>Constant numbers around: before and after for each dimension, none of them negative.</summary>
internal sealed record PadStep(PlanValue X, int[] Before, int[] After, double Value, PlanValue Y, string At) : PlanStep([X], Y, At);

/// <summary>One number for all along some axes, which stay with size one.</summary>
internal sealed record ReduceStep(PlanValue X, ReductionKind Kind, int[] Axes, PlanValue Y, string At) : PlanStep([X], Y, At);

/// <summary>Softmax along an axis.</summary>
internal sealed record SoftmaxStep(PlanValue X, int Axis, bool IsLog, PlanValue Y, string At) : PlanStep([X], Y, At);

/// <summary>Larger or smaller maps behind batch and channels.</summary>
internal sealed record ResizeStep(PlanValue X, ResizingMode Mode, bool AlignsCorners, double[] Factors, PlanValue Y, string At)
    : PlanStep([X], Y, At);

/// <summary>One direction of one layer of an LSTM or GRU over [T, N, in], from a state of zeros.</summary>
internal sealed record RecurrentStep(
    PlanValue X, bool IsLstm, bool IsReverse, PlanConstant WeightX, PlanConstant WeightH, PlanConstant? BiasX, PlanConstant? BiasH,
    PlanValue Y, PlanValue Hidden, PlanValue? Cell, string At) : PlanStep([X], Y, At);
