using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BayesGen.Export.Emitted;

/// <summary>
/// The loops of exported C# files. This source is compiled here, where it is tested, and embedded: a file takes the regions that it uses.
/// A region names those that it needs behind a colon. It is written for any project of .NET 8 and later, so it uses nothing of ours.
/// </summary>
/// <remarks>
/// Buffers are longer than what they hold by <see cref="Spare"/> numbers, so that a loop may read and write whole vectors at their end.
/// </remarks>
internal static class DenseKernels
{
    #region Spare
    /// <summary>How far a buffer goes beyond what it holds: the longest vector there is.</summary>
    internal const int Spare = 16;

    /// <summary>Up to a whole number of the longest vectors.</summary>
    internal static int Whole(int count) => (count + Spare - 1) / Spare * Spare;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> Load(ref float first, int at) => Vector.LoadUnsafe(ref first, (nuint)at);

    /// <summary>a b + c.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> MultiplyAdd(Vector<float> a, Vector<float> b, Vector<float> c) =>
#if NET9_0_OR_GREATER
        Vector.MultiplyAddEstimate(a, b, c);
#else
        a * b + c;
#endif
    #endregion

    #region Columns : Spare
    /// <summary>A matrix [rows, columns] by columns, each padded with zeros to whole vectors.</summary>
    internal static float[] Columns(float[] matrix, int rows, int columns)
    {
        var padded = Whole(rows);
        var turned = new float[columns * padded];
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++)
                turned[column * padded + row] = matrix[row * columns + column];
        return turned;
    }

    /// <summary>A vector, padded with zeros to whole vectors.</summary>
    internal static float[] Padded(float[] vector)
    {
        var padded = new float[Whole(vector.Length)];
        vector.CopyTo(padded, 0);
        return padded;
    }
    #endregion

    #region Linear : Columns
    /// <summary>y = W x + b for each of some rows of x.</summary>
    /// <remarks>
    /// Compiled at once as well as can be: a loop that is entered now and then was seen to stay as the runtime makes it first, nine times
    /// slower.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Linear(
        ReadOnlySpan<float> x, Span<float> y, float[] columns, float[] bias, int rows, int inputs, int outputs)
    {
        var padded = Whole(outputs);
        ref var input = ref MemoryMarshal.GetReference(x);
        ref var output = ref MemoryMarshal.GetReference(y);
        ref var weight = ref MemoryMarshal.GetArrayDataReference(columns);
        ref var constant = ref MemoryMarshal.GetArrayDataReference(bias);
        var lanes = Vector<float>.Count;
        for (var row = 0; row < rows; row++)
        {
            var at = 0;
            for (; at + 4 * lanes <= padded; at += 4 * lanes)
            {
                var (a, b) = (Load(ref constant, at), Load(ref constant, at + lanes));
                var (c, d) = (Load(ref constant, at + 2 * lanes), Load(ref constant, at + 3 * lanes));
                for (int i = 0, place = at; i < inputs; i++, place += padded)
                {
                    var value = new Vector<float>(Unsafe.Add(ref input, i));
                    a = MultiplyAdd(Load(ref weight, place), value, a);
                    b = MultiplyAdd(Load(ref weight, place + lanes), value, b);
                    c = MultiplyAdd(Load(ref weight, place + 2 * lanes), value, c);
                    d = MultiplyAdd(Load(ref weight, place + 3 * lanes), value, d);
                }

                Store(a, ref output, at, outputs);
                Store(b, ref output, at + lanes, outputs);
                Store(c, ref output, at + 2 * lanes, outputs);
                Store(d, ref output, at + 3 * lanes, outputs);
            }

            for (; at < padded; at += lanes)
            {
                var sum = Load(ref constant, at);
                var second = Vector<float>.Zero;
                var (i, place) = (0, at);
                for (; i + 1 < inputs; i += 2, place += 2 * padded)
                {
                    sum = MultiplyAdd(Load(ref weight, place), new Vector<float>(Unsafe.Add(ref input, i)), sum);
                    second = MultiplyAdd(Load(ref weight, place + padded), new Vector<float>(Unsafe.Add(ref input, i + 1)), second);
                }

                if (i < inputs)
                    sum = MultiplyAdd(Load(ref weight, place), new Vector<float>(Unsafe.Add(ref input, i)), sum);
                Store(sum + second, ref output, at, outputs);
            }

            input = ref Unsafe.Add(ref input, inputs);
            output = ref Unsafe.Add(ref output, outputs);
        }
    }

    /// <summary>Writes a vector that begins within the row; what is behind the row is written later, or is spare.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store(Vector<float> value, ref float row, int at, int length)
    {
        if (at < length)
            value.StoreUnsafe(ref row, (nuint)at);
    }
    #endregion

    #region Gather
    /// <summary>The numbers of each of some rows that stand at some places.</summary>
    internal static void Gather(ReadOnlySpan<float> x, Span<float> y, int[] places, int rows, int inputs)
    {
        for (var row = 0; row < rows; row++)
        {
            var from = x.Slice(row * inputs, inputs);
            var to = y.Slice(row * places.Length, places.Length);
            for (var i = 0; i < places.Length; i++)
                to[i] = from[places[i]];
        }
    }
    #endregion

    #region SparseRows
    /// <summary>The weights of each row that are not zero, and where they stand.</summary>
    internal sealed class SparseRows(float[] values, int[] places, int[] ends)
    {
        public readonly float[] Values = values;
        public readonly int[] Places = places;
        public readonly int[] Ends = ends;

        /// <summary>From the number of weights in each row, and how far each place is behind the one before it.</summary>
        public static SparseRows Of(float[] values, int[] gaps, int[] counts)
        {
            var ends = new int[counts.Length];
            for (int row = 0, at = 0; row < counts.Length; row++)
            {
                for (int i = 0, place = -1; i < counts[row]; i++, at++)
                    gaps[at] = place += gaps[at] + 1;
                ends[row] = at;
            }

            return new SparseRows(values, gaps, ends);
        }
    }
    #endregion

    #region LinearRows : SparseRows
    /// <summary>y = W x + b for each of some rows of x, where most of W is zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void LinearRows(
        ReadOnlySpan<float> x, Span<float> y, SparseRows weight, float[] bias, int rows, int inputs, int outputs)
    {
        ref var input = ref MemoryMarshal.GetReference(x);
        ref var values = ref MemoryMarshal.GetArrayDataReference(weight.Values);
        ref var places = ref MemoryMarshal.GetArrayDataReference(weight.Places);
        for (var row = 0; row < rows; row++)
        {
            var at = 0;
            for (var output = 0; output < outputs; output++)
            {
                var (a, b, c, d) = (bias[output], 0f, 0f, 0f);
                var end = weight.Ends[output];
                for (; at + 3 < end; at += 4)
                {
                    a += Unsafe.Add(ref values, at) * Unsafe.Add(ref input, Unsafe.Add(ref places, at));
                    b += Unsafe.Add(ref values, at + 1) * Unsafe.Add(ref input, Unsafe.Add(ref places, at + 1));
                    c += Unsafe.Add(ref values, at + 2) * Unsafe.Add(ref input, Unsafe.Add(ref places, at + 2));
                    d += Unsafe.Add(ref values, at + 3) * Unsafe.Add(ref input, Unsafe.Add(ref places, at + 3));
                }

                for (; at < end; at++)
                    a += Unsafe.Add(ref values, at) * Unsafe.Add(ref input, Unsafe.Add(ref places, at));
                y[row * outputs + output] = a + b + (c + d);
            }

            input = ref Unsafe.Add(ref input, inputs);
        }
    }
    #endregion

    #region MatMul : Spare
    /// <summary>Products of matrices [n, k] and [k, m], as many as count says.</summary>
    internal static void MatMul(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y, int count, int n, int k, int m)
    {
        for (var pair = 0; pair < count; pair++)
        {
            for (var row = 0; row < n; row++)
            {
                var left = a.Slice((pair * n + row) * k, k);
                var sum = y.Slice((pair * n + row) * m, m);
                sum.Clear();
                for (var i = 0; i < k; i++)
                    AddScaled(b.Slice((pair * k + i) * m, m), left[i], sum);
            }
        }
    }

    internal static void AddScaled(ReadOnlySpan<float> x, float factor, Span<float> y)
    {
        ref var from = ref MemoryMarshal.GetReference(x);
        ref var to = ref MemoryMarshal.GetReference(y);
        var (at, scale) = (0, new Vector<float>(factor));
        for (; at + Vector<float>.Count <= x.Length; at += Vector<float>.Count)
            MultiplyAdd(Load(ref from, at), scale, Load(ref to, at)).StoreUnsafe(ref to, (nuint)at);
        for (; at < x.Length; at++)
            y[at] += factor * x[at];
    }
    #endregion
}
