namespace BayesGen.Structure;

/// <summary>Values one after the other along a dimension that they have.</summary>
/// <param name="Dimension">The dimension.</param>
public sealed record Concatenation(long Dimension) : GraphOperation;

/// <summary>Values of one shape one after the other along a new dimension.</summary>
/// <param name="Dimension">The new dimension.</param>
public sealed record Stacking(long Dimension) : GraphOperation;

/// <summary>Parts of equal length along a dimension, the last one shorter where it does not go evenly.</summary>
/// <param name="Count">How many.</param>
/// <param name="Dimension">The dimension.</param>
public sealed record Chunking(int Count, long Dimension) : GraphOperation
{
    /// <inheritdoc/>
    public override int Outputs => Count;
}

/// <summary>Parts of given lengths along a dimension.</summary>
/// <param name="Lengths">The lengths.</param>
/// <param name="Dimension">The dimension.</param>
public sealed record Splitting(IReadOnlyList<long> Lengths, long Dimension) : GraphOperation
{
    /// <inheritdoc/>
    public override int Outputs => Lengths.Count;
}

/// <summary>A part along a dimension.</summary>
/// <param name="Dimension">The dimension.</param>
/// <param name="Start">Where it begins; negative counts from the end.</param>
/// <param name="Length">How long it is.</param>
public sealed record Narrowing(long Dimension, GraphSize Start, GraphSize Length) : GraphOperation;

/// <summary>One index along a dimension, which is gone afterward.</summary>
/// <param name="Dimension">The dimension.</param>
/// <param name="Index">The index; negative counts from the end.</param>
public sealed record Selection(long Dimension, GraphSize Index) : GraphOperation;

/// <summary>Several dimensions as one.</summary>
/// <param name="Start">The first of them.</param>
/// <param name="End">The last of them.</param>
public sealed record Flattening(long Start, long End) : GraphOperation;

/// <summary>The same numbers in another shape, in the order of memory: view and reshape.</summary>
/// <param name="Sizes">The shape; one of the sizes may be -1, which is what remains.</param>
public sealed record Reshaping(IReadOnlyList<GraphSize> Sizes) : GraphOperation;

/// <summary>Dimensions in another order.</summary>
/// <param name="Dimensions">Which dimension comes to each place.</param>
public sealed record Permutation(IReadOnlyList<long> Dimensions) : GraphOperation;

/// <summary>Two dimensions in each other's place.</summary>
/// <param name="First">The first.</param>
/// <param name="Second">The second.</param>
public sealed record Transposition(long First, long Second) : GraphOperation;

/// <summary>Without a dimension of size one.</summary>
/// <param name="Dimension">The dimension; null for all such.</param>
public sealed record Squeezing(long? Dimension) : GraphOperation;

/// <summary>With a new dimension of size one.</summary>
/// <param name="Dimension">Where it comes.</param>
public sealed record Unsqueezing(long Dimension) : GraphOperation;

/// <summary>Dimensions of size one repeated without being copied.</summary>
/// <param name="Sizes">The shape; -1 keeps a size.</param>
public sealed record Expansion(IReadOnlyList<GraphSize> Sizes) : GraphOperation;

/// <summary>Pooling over the last dimensions, as many as there are numbers.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Kernel">The window; of adaptive pooling the sizes that come out.</param>
/// <param name="Stride">The step; empty for adaptive pooling.</param>
/// <param name="Padding">What is added on both sides; empty for adaptive pooling.</param>
/// <param name="Dilation">The steps between the numbers of a window, for the maximum; else empty.</param>
/// <param name="CeilMode">Whether a last window may reach over the end.</param>
/// <param name="CountIncludesPadding">Whether an average counts the zeros around.</param>
/// <param name="Divisor">What an average is divided by; null for the size of the window.</param>
public sealed record Pooling(
    PoolingKind Kind,
    IReadOnlyList<long> Kernel,
    IReadOnlyList<long> Stride,
    IReadOnlyList<long> Padding,
    IReadOnlyList<long> Dilation,
    bool CeilMode = false,
    bool CountIncludesPadding = true,
    long? Divisor = null) : GraphOperation;

/// <summary>The kinds of <see cref="Pooling"/>.</summary>
public enum PoolingKind
{
    /// <summary>The largest number of a window.</summary>
    Maximum,

    /// <summary>The mean of a window.</summary>
    Average,

    /// <summary>The largest number, with windows that give a size.</summary>
    AdaptiveMaximum,

    /// <summary>The mean, with windows that give a size.</summary>
    AdaptiveAverage,
}

/// <summary>One number for many.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Dimensions">The dimensions that they lie along; empty for all.</param>
/// <param name="KeepsDimensions">Whether these stay, with size one.</param>
public sealed record GraphReduction(ReductionKind Kind, IReadOnlyList<long> Dimensions, bool KeepsDimensions) : GraphOperation;

/// <summary>The kinds of <see cref="GraphReduction"/>.</summary>
public enum ReductionKind
{
    /// <summary>The mean.</summary>
    Mean,

    /// <summary>The sum.</summary>
    Sum,

    /// <summary>The largest.</summary>
    Maximum,

    /// <summary>The smallest.</summary>
    Minimum,
}

/// <summary>Larger or smaller maps over the dimensions after batch and channels.</summary>
/// <param name="Mode">How numbers between numbers are found.</param>
/// <param name="Sizes">The sizes that come out; empty where factors are given.</param>
/// <param name="Factors">The factors; empty where sizes are given.</param>
/// <param name="AlignsCorners">Whether corners fall on corners.</param>
public sealed record Resizing(
    ResizingMode Mode, IReadOnlyList<GraphSize> Sizes, IReadOnlyList<double> Factors, bool AlignsCorners) : GraphOperation;

/// <summary>The modes of <see cref="Resizing"/>.</summary>
public enum ResizingMode
{
    /// <summary>The number at the rounded-down place.</summary>
    Nearest,

    /// <summary>Linear in one, two or three dimensions.</summary>
    Linear,

    /// <summary>Cubic in two dimensions.</summary>
    Cubic,
}

/// <summary>More numbers around, from the last dimension on.</summary>
/// <param name="Amounts">Before and after, of the last dimension first; negative amounts cut off.</param>
/// <param name="Mode">What is put there.</param>
/// <param name="Value">The number of a constant mode.</param>
public sealed record GraphPadding(IReadOnlyList<long> Amounts, PaddingModes Mode, double Value) : GraphOperation;

/// <summary>Channels into space: [N, C r^2, H, W] becomes [N, C, r H, r W].</summary>
/// <param name="Factor">r.</param>
public sealed record PixelShuffling(long Factor) : GraphOperation;
