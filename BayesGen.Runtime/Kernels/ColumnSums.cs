using System.Buffers;
using System.Numerics;

namespace BayesGen.Kernels;

/// <summary>Sums down the columns of a matrix whose rows follow each other in memory, in one pass.</summary>
/// <remarks>
/// Torch has two ways to such sums and both take longer: its <c>sum</c>, because neighbors in memory belong to different sums, and a
/// product with a row of ones, which between other work of the processor takes three times what it takes alone. What comes out does not
/// depend on the number of threads.
/// </remarks>
internal static unsafe class ColumnSums
{
    /// <summary>The elements that are added up in their own precision; the sums of such blocks are added in double precision.</summary>
    private const int Block = 16 * 1024;

    /// <summary>The sums over all dimensions but one.</summary>
    /// <param name="dimension">The dimension that stays.</param>
    /// <param name="tensor">Of any shape and layout; such as <see cref="FlatLoop.Takes"/>.</param>
    /// <returns>A new tensor [size of the dimension].</returns>
    public static Tensor OverAllBut(int dimension, Tensor tensor)
    {
        if (tensor.numel() == 0 || !IsLast(dimension, tensor))
            return tensor.sum([.. Enumerable.Range(0, (int)tensor.dim()).Where(other => other != dimension)]);
        var columns = checked((int)tensor.size(dimension));
        var sums = empty(columns, dtype: tensor.dtype, device: tensor.device);
        if (tensor.dtype == ScalarType.Float32)
            Sum<float>(TensorMemory.AddressOf(tensor), tensor.numel() / columns, columns, TensorMemory.AddressOf(sums));
        else
            Sum<double>(TensorMemory.AddressOf(tensor), tensor.numel() / columns, columns, TensorMemory.AddressOf(sums));
        return sums;
    }

    /// <summary>Whether the tensor fills its memory with the dimension last, whatever its place in the shape.</summary>
    private static bool IsLast(int dimension, Tensor tensor)
    {
        if (tensor.size(dimension) != 1 && tensor.stride(dimension) != 1)
            return false;
        var step = tensor.size(dimension);
        for (var other = (int)tensor.dim() - 1; other >= 0; other--)
        {
            if (other == dimension)
                continue;
            if (tensor.size(other) != 1 && tensor.stride(other) != step)
                return false;
            step *= tensor.size(other);
        }

        return true;
    }

    private static void Sum<T>(nint matrix, long rows, int columns, nint sums)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var height = Math.Max(1, Block / columns);
        var blocks = (rows + height - 1) / height;
        var parts = ArrayPool<T>.Shared.Rent(checked((int)(blocks * columns)));
        FlatLoop.Share(blocks, rows * columns >= FlatLoop.WorthSharing, (first, last) =>
        {
            fixed (T* part = parts)
            {
                for (var block = first; block < last; block++)
                    SumBlock((T*)matrix + block * height * columns, (int)Math.Min(height, rows - block * height), columns,
                        part + block * columns);
            }
        });

        for (var column = 0; column < columns; column++)
        {
            double sum = 0;
            for (long block = 0; block < blocks; block++)
                sum += double.CreateChecked(parts[block * columns + column]);
            ((T*)sums)[column] = T.CreateChecked(sum);
        }

        ArrayPool<T>.Shared.Return(parts);
    }

    private static void SumBlock<T>(T* block, int rows, int columns, T* sums)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var width = Vector<T>.Count;
        var column = 0;
        // Four vectors at a time: an addition waits for the one before it in the same column, and these four do not wait for each other.
        for (; column + 4 * width <= columns; column += 4 * width)
        {
            var (a, b, c, d) = (Vector<T>.Zero, Vector<T>.Zero, Vector<T>.Zero, Vector<T>.Zero);
            var row = block + column;
            for (var i = 0; i < rows; i++, row += columns)
            {
                a += Vector.Load(row);
                b += Vector.Load(row + width);
                c += Vector.Load(row + 2 * width);
                d += Vector.Load(row + 3 * width);
            }

            Vector.Store(a, sums + column);
            Vector.Store(b, sums + column + width);
            Vector.Store(c, sums + column + 2 * width);
            Vector.Store(d, sums + column + 3 * width);
        }

        for (; column + width <= columns; column += width)
        {
            var sum = Vector<T>.Zero;
            var row = block + column;
            for (var i = 0; i < rows; i++, row += columns)
                sum += Vector.Load(row);
            Vector.Store(sum, sums + column);
        }

        for (; column < columns; column++)
        {
            var sum = T.Zero;
            var row = block + column;
            for (var i = 0; i < rows; i++, row += columns)
                sum += *row;
            sums[column] = sum;
        }
    }
}
