using System.Numerics;

namespace BayesGen.Kernels;

/// <summary>
/// Arrays of one length side by side, as a kernel sees them: whole vectors only, so that no kernel has a loop for the rest.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
internal readonly unsafe ref struct FlatRows<T>(T** rows, int length)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The length of each array, a multiple of the vector's.</summary>
    public int Length { get; } = length;

    public FlatRow<T> this[int row] => new(rows[row]);
}

/// <summary>One of the arrays.</summary>
internal readonly unsafe struct FlatRow<T>(T* start)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The vector whose first element has this index.</summary>
    public Vector<T> this[int index]
    {
        get => Vector.Load(start + index);
        set => Vector.Store(value, start + index);
    }
}
