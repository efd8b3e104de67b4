namespace BayesGen.Kernels;

/// <summary>
/// An array of <see cref="Length"/> numbers seen as [Outer, Count, Inner], row after row: one slice is all that has one place along the
/// middle dimension, and a number for each slice belongs to <see cref="Inner"/> neighbors at a time.
/// </summary>
/// <param name="Outer">How often the slices follow each other.</param>
/// <param name="Count">The number of slices.</param>
/// <param name="Inner">The number of neighbors in one slice.</param>
internal readonly record struct SliceLayout(long Outer, long Count, long Inner)
{
    /// <summary>The length of the whole array.</summary>
    public long Length => Outer * Count * Inner;
}
