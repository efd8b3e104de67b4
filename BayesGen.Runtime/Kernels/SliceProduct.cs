using System.Numerics;

namespace BayesGen.Kernels;

/// <summary>
/// The product of an array with a number for each slice of it, and the way back of its gradient. What comes out does not depend on the
/// number of threads.
/// </summary>
internal static unsafe class SliceProduct
{
    /// <summary>The elements of one unit of work, and the longest run that is added up in its own precision.</summary>
    private const int Block = 2048;

    /// <summary>The rows of columns that are added up in their own precision.</summary>
    private const int Rows = 32;

    /// <summary>The columns that one thread takes at a time.</summary>
    private const int Columns = 64;

    /// <summary>target = values times the scale of their slice.</summary>
    /// <param name="target">The address of the first product.</param>
    /// <param name="values">The address of the first value.</param>
    /// <param name="scales">The address of the scale of the first slice.</param>
    /// <param name="layout">How values lie in slices.</param>
    public static void Multiply<T>(nint target, nint values, nint scales, SliceLayout layout)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var length = layout.Length;
        KernelRunner.Share((length + Block - 1) / Block, length >= KernelRunner.WorthSharing, (first, last) =>
        {
            for (long at = first * Block, end = Math.Min(last * Block, length); at < end;)
            {
                var run = RunAt(layout, at, end);
                var from = (T*)values + at;
                var to = (T*)target + at;
                if (layout.Inner == 1)
                    MultiplyEach(to, from, (T*)scales + at % layout.Count, run);
                else
                    MultiplyAll(to, from, ((T*)scales)[at / layout.Inner % layout.Count], run);
                at += run;
            }
        });
    }

    /// <summary>slope of a scale = sum over its slice of gradient times value; then each gradient is multiplied by its scale.</summary>
    /// <param name="gradients">With respect to the products; afterward with respect to the values.</param>
    /// <param name="values">The address of the first value.</param>
    /// <param name="scales">The address of the scale of the first slice.</param>
    /// <param name="slopes">The address of the gradient of the first scale, written.</param>
    /// <param name="layout">How values lie in slices.</param>
    public static void PullBack<T>(nint gradients, nint values, nint scales, nint slopes, SliceLayout layout)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (layout.Count == 1)
        {
            var both = new DotAndScale(double.CreateChecked(*(T*)scales));
            *(T*)slopes = T.CreateChecked(KernelRunner.Run<T>(layout.Length, both.Run, gradients, values));
            return;
        }

        var isWorthSharing = layout.Length >= KernelRunner.WorthSharing;
        if (layout.Inner == 1)
            KernelRunner.Share((layout.Count + Columns - 1) / Columns, isWorthSharing, (first, last) =>
            {
                for (var block = first; block < last; block++)
                    PullBackColumns((T*)gradients, (T*)values, (T*)slopes, layout, block * Columns);
            });
        else
            KernelRunner.Share(layout.Count, isWorthSharing, (first, last) =>
            {
                for (var slice = first; slice < last; slice++)
                    PullBackSlice((T*)gradients, (T*)values, (T*)slopes, layout, slice);
            });
        Multiply<T>(gradients, gradients, scales, layout);
    }

    /// <summary>The number of elements from a place on that one pass can take.</summary>
    private static int RunAt(SliceLayout layout, long at, long end)
    {
        var period = layout.Inner == 1 ? layout.Count : layout.Inner;
        return (int)Math.Min(period - at % period, end - at);
    }

    private static void MultiplyEach<T>(T* target, T* values, T* scales, int count)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var i = 0;
        for (; i <= count - Vector<T>.Count; i += Vector<T>.Count)
            Vector.Store(Vector.Load(values + i) * Vector.Load(scales + i), target + i);
        for (; i < count; i++)
            target[i] = values[i] * scales[i];
    }

    private static void MultiplyAll<T>(T* target, T* values, T scale, int count)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (i, scales) = (0, new Vector<T>(scale));
        for (; i <= count - Vector<T>.Count; i += Vector<T>.Count)
            Vector.Store(Vector.Load(values + i) * scales, target + i);
        for (; i < count; i++)
            target[i] = values[i] * scale;
    }

    /// <summary>Sums down some neighboring columns.</summary>
    private static void PullBackColumns<T>(T* gradients, T* values, T* slopes, SliceLayout layout, long column)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var count = (int)Math.Min(Columns, layout.Count - column);
        var total = stackalloc double[Columns];
        var part = stackalloc T[Columns];
        new Span<double>(total, count).Clear();
        for (long row = 0; row < layout.Outer; row += Rows)
        {
            new Span<T>(part, count).Clear();
            for (var at = row; at < Math.Min(row + Rows, layout.Outer); at++)
                AddProducts(part, gradients + at * layout.Count + column, values + at * layout.Count + column, count);
            for (var i = 0; i < count; i++)
                total[i] += double.CreateChecked(part[i]);
        }

        for (var i = 0; i < count; i++)
            slopes[column + i] = T.CreateChecked(total[i]);
    }

    private static void AddProducts<T>(T* sums, T* gradients, T* values, int count)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var i = 0;
        for (; i <= count - Vector<T>.Count; i += Vector<T>.Count)
            Vector.Store(Vector.Load(sums + i) + Vector.Load(gradients + i) * Vector.Load(values + i), sums + i);
        for (; i < count; i++)
            sums[i] += gradients[i] * values[i];
    }

    /// <summary>Sums over one slice.</summary>
    private static void PullBackSlice<T>(T* gradients, T* values, T* slopes, SliceLayout layout, long slice)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double total = 0;
        for (long row = 0; row < layout.Outer; row++)
        {
            var start = (row * layout.Count + slice) * layout.Inner;
            for (long at = 0; at < layout.Inner; at += Block)
                total += Dot(gradients + start + at, values + start + at, (int)Math.Min(Block, layout.Inner - at));
        }

        slopes[slice] = T.CreateChecked(total);
    }

    private static double Dot<T>(T* a, T* b, int count)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (i, sum) = (0, Vector<T>.Zero);
        for (; i <= count - Vector<T>.Count; i += Vector<T>.Count)
            sum += Vector.Load(a + i) * Vector.Load(b + i);
        var total = double.CreateChecked(Vector.Sum(sum));
        for (; i < count; i++)
            total += double.CreateChecked(a[i] * b[i]);
        return total;
    }

    /// <summary>Rows: gradients, multiplied by the scale afterward; values. The sum is that of their products.</summary>
    private sealed class DotAndScale(double scale)
    {
        public Vector<T> Run<T>(KernelRows<T> rows)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            var (gradients, values, factor) = (rows[0], rows[1], VectorMath.Of<T>(scale));
            var sum = Vector<T>.Zero;
            for (var i = 0; i < rows.Length; i += Vector<T>.Count)
            {
                sum += gradients[i] * values[i];
                gradients[i] *= factor;
            }

            return sum;
        }
    }
}
