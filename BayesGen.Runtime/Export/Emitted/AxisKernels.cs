using System.Numerics;
using System.Runtime.InteropServices;

namespace BayesGen.Export.Emitted;

using static BayesGen.Export.Emitted.DenseKernels;

/// <summary>Kernels along an axis: pooling, resampling, softmax, recurrence, copies; see <see cref="DenseKernels"/>.</summary>
internal static class AxisKernels
{
    #region Copy
    /// <summary>Copies a block of a shape from numbers that lie by steps to numbers that lie by others.</summary>
    internal static void Copy(
        ReadOnlySpan<float> x, Span<float> y, ReadOnlySpan<int> shape, ReadOnlySpan<int> stepsX, ReadOnlySpan<int> stepsY)
    {
        if (shape.Length == 1 && stepsX[0] == 1 && stepsY[0] == 1)
            x[..shape[0]].CopyTo(y);
        else if (shape.Length == 1)
            for (var i = 0; i < shape[0]; i++)
                y[i * stepsY[0]] = x[i * stepsX[0]];
        else
            for (var i = 0; i < shape[0]; i++)
                Copy(x[(i * stepsX[0])..], y[(i * stepsY[0])..], shape[1..], stepsX[1..], stepsY[1..]);
    }
    #endregion

    #region Windows
    /// <summary>The windows of a pooling along one axis: from, up to, by which step, and the factor of their sum.</summary>
    internal sealed class Windows(int[] from, int[] to, int step, float[] factor)
    {
        public readonly int[] From = from;
        public readonly int[] To = to;
        public readonly int Step = step;
        public readonly float[] Factor = factor;

        /// <summary>Windows of one size, a stride apart.</summary>
        public static Windows Of(int input, int output, int kernel, int stride, int pad, int dilation, bool countPad)
        {
            var (from, to, factor) = (new int[output], new int[output], new float[output]);
            for (var i = 0; i < output; i++)
            {
                var first = i * stride - pad;
                var end = first + (kernel - 1) * dilation + 1;
                from[i] = first < 0 ? first + (-first + dilation - 1) / dilation * dilation : first;
                to[i] = Math.Min(end, input);
                factor[i] = 1f / (countPad ? Math.Min(end, input + pad) - first : to[i] - from[i]);
            }

            return new Windows(from, to, dilation, factor);
        }

        /// <summary>Windows that cover the axis evenly.</summary>
        public static Windows Even(int input, int output)
        {
            var (from, to, factor) = (new int[output], new int[output], new float[output]);
            for (var i = 0; i < output; i++)
            {
                (from[i], to[i]) = ((int)((long)i * input / output), (int)(((long)(i + 1) * input + output - 1) / output));
                factor[i] = 1f / (to[i] - from[i]);
            }

            return new Windows(from, to, 1, factor);
        }
    }
    #endregion

    #region MaxPool : Windows, Spare
    /// <summary>The largest of each window along the middle axis of [outer, n, inner].</summary>
    internal static void MaxPool(ReadOnlySpan<float> x, Span<float> y, Windows windows, int outer, int n, int inner)
    {
        ref var input = ref MemoryMarshal.GetReference(x);
        ref var output = ref MemoryMarshal.GetReference(y);
        for (var o = 0; o < outer; o++)
            for (var i = 0; i < windows.From.Length; i++)
            {
                var to = y.Slice((o * windows.From.Length + i) * inner, inner);
                var (at, first) = (0, (o * n + windows.From[i]) * inner);
                for (; at + Vector<float>.Count <= inner; at += Vector<float>.Count)
                {
                    var best = Load(ref input, first + at);
                    for (var k = windows.From[i] + windows.Step; k < windows.To[i]; k += windows.Step)
                        best = Vector.Max(best, Load(ref input, (o * n + k) * inner + at));
                    best.StoreUnsafe(ref output, (nuint)((o * windows.From.Length + i) * inner + at));
                }

                for (; at < inner; at++)
                {
                    var best = x[first + at];
                    for (var k = windows.From[i] + windows.Step; k < windows.To[i]; k += windows.Step)
                        best = Math.Max(best, x[(o * n + k) * inner + at]);
                    to[at] = best;
                }
            }
    }
    #endregion

    #region SumPool : Windows
    /// <summary>The sum of each window along the middle axis of [outer, n, inner], or their mean.</summary>
    internal static void SumPool(ReadOnlySpan<float> x, Span<float> y, Windows windows, int outer, int n, int inner, bool mean)
    {
        for (var o = 0; o < outer; o++)
            for (var i = 0; i < windows.From.Length; i++)
                for (var at = 0; at < inner; at++)
                {
                    var sum = 0f;
                    for (var k = windows.From[i]; k < windows.To[i]; k += windows.Step)
                        sum += x[(o * n + k) * inner + at];
                    y[(o * windows.From.Length + i) * inner + at] = mean ? sum * windows.Factor[i] : sum;
                }
    }
    #endregion

    #region Affine
    /// <summary>scale x + shift along the middle axis of [outer, n, inner]; y may be x.</summary>
    internal static void Affine(ReadOnlySpan<float> x, Span<float> y, float[] scale, float[] shift, int outer, int n, int inner)
    {
        for (int o = 0, at = 0; o < outer; o++)
            for (var i = 0; i < n; i++)
                for (var end = at + inner; at < end; at++)
                    y[at] = scale[i] * x[at] + shift[i];
    }
    #endregion

    #region Normalize
    /// <summary>Each row of n numbers with mean 0 and variance 1; y may be x.</summary>
    internal static void Normalize(ReadOnlySpan<float> x, Span<float> y, int rows, int n, float eps)
    {
        for (var row = 0; row < rows; row++)
        {
            var from = x.Slice(row * n, n);
            var to = y.Slice(row * n, n);
            var (mean, variance) = (0.0, 0.0);
            foreach (var value in from)
                mean += value;
            mean /= n;
            foreach (var value in from)
                variance += (value - mean) * (value - mean);
            var factor = 1 / Math.Sqrt(variance / n + eps);
            for (var i = 0; i < n; i++)
                to[i] = (float)((from[i] - mean) * factor);
        }
    }
    #endregion

    #region Softmax
    /// <summary>Softmax, or its logarithm, along the middle axis of [outer, n, inner]; y may be x.</summary>
    internal static void Softmax(ReadOnlySpan<float> x, Span<float> y, int outer, int n, int inner, bool log)
    {
        for (var o = 0; o < outer; o++)
            for (var at = 0; at < inner; at++)
            {
                var first = o * n * inner + at;
                var (best, sum) = (float.NegativeInfinity, 0.0);
                for (var i = 0; i < n; i++)
                    best = Math.Max(best, x[first + i * inner]);
                for (var i = 0; i < n; i++)
                    sum += Math.Exp(x[first + i * inner] - best);
                for (var i = 0; i < n; i++)
                {
                    var value = (double)x[first + i * inner] - best;
                    y[first + i * inner] = (float)(log ? value - Math.Log(sum) : Math.Exp(value) / sum);
                }
            }
    }
    #endregion

    #region Resample
    /// <summary>Each number of the middle axis of [outer, n, inner] between two old ones.</summary>
    internal static void Resample(
        ReadOnlySpan<float> x, Span<float> y, ReadOnlySpan<int> low, ReadOnlySpan<int> high, ReadOnlySpan<float> part, int outer, int n,
        int inner)
    {
        for (int o = 0, to = 0; o < outer; o++)
            for (var i = 0; i < low.Length; i++)
                for (var at = 0; at < inner; at++, to++)
                    y[to] = (1 - part[i]) * x[(o * n + low[i]) * inner + at] + part[i] * x[(o * n + high[i]) * inner + at];
    }
    #endregion

    #region Lookup
    /// <summary>The rows of a table by their numbers.</summary>
    internal static void Lookup(ReadOnlySpan<long> tokens, Span<float> y, float[] table, int width)
    {
        var rows = table.Length / width;
        for (var i = 0; i < tokens.Length; i++)
        {
            if (tokens[i] < 0 || tokens[i] >= rows)
                throw new ArgumentOutOfRangeException(nameof(tokens), tokens[i], $"Token {i} is not in 0..{rows - 1}.");
            table.AsSpan((int)tokens[i] * width, width).CopyTo(y[(i * width)..]);
        }
    }
    #endregion

    #region Sigma
    internal static float Sigma(float x) => 1 / (1 + MathF.Exp(-x));
    #endregion

    #region Lstm : Linear, Sigma
    /// <summary>An LSTM over the rows of x: gates i, f, g, o. Scratch holds 4 hidden for the input and 4 hidden for the state.</summary>
    internal static void Lstm(
        ReadOnlySpan<float> x, Span<float> y, Span<float> h, Span<float> c, Span<float> scratch, float[] weightX, float[] biasX,
        float[] weightH, float[] biasH, int steps, int inputs, int hidden, int width, int offset, bool reverse)
    {
        var fromX = scratch[..Whole(4 * hidden)];
        var fromH = scratch.Slice(Whole(4 * hidden), Whole(4 * hidden));
        for (var step = 0; step < steps; step++)
        {
            var t = reverse ? steps - 1 - step : step;
            Linear(x[(t * inputs)..], fromX, weightX, biasX, 1, inputs, 4 * hidden);
            Linear(h, fromH, weightH, biasH, 1, hidden, 4 * hidden);
            for (var i = 0; i < hidden; i++)
            {
                var (input, forget) = (Sigma(fromX[i] + fromH[i]), Sigma(fromX[hidden + i] + fromH[hidden + i]));
                var cell = MathF.Tanh(fromX[2 * hidden + i] + fromH[2 * hidden + i]);
                c[i] = forget * c[i] + input * cell;
                h[i] = Sigma(fromX[3 * hidden + i] + fromH[3 * hidden + i]) * MathF.Tanh(c[i]);
                y[t * width + offset + i] = h[i];
            }
        }
    }
    #endregion

    #region Gru : Linear, Sigma
    /// <summary>A GRU over the rows of x: gates r, z, n. Scratch holds 3 hidden for the input and 3 hidden for the state.</summary>
    internal static void Gru(
        ReadOnlySpan<float> x, Span<float> y, Span<float> h, Span<float> scratch, float[] weightX, float[] biasX,
        float[] weightH, float[] biasH, int steps, int inputs, int hidden, int width, int offset, bool reverse)
    {
        var fromX = scratch[..Whole(3 * hidden)];
        var fromH = scratch.Slice(Whole(3 * hidden), Whole(3 * hidden));
        for (var step = 0; step < steps; step++)
        {
            var t = reverse ? steps - 1 - step : step;
            Linear(x[(t * inputs)..], fromX, weightX, biasX, 1, inputs, 3 * hidden);
            Linear(h, fromH, weightH, biasH, 1, hidden, 3 * hidden);
            for (var i = 0; i < hidden; i++)
            {
                var (reset, update) = (Sigma(fromX[i] + fromH[i]), Sigma(fromX[hidden + i] + fromH[hidden + i]));
                var fresh = MathF.Tanh(fromX[2 * hidden + i] + reset * fromH[2 * hidden + i]);
                h[i] = (1 - update) * fresh + update * h[i];
                y[t * width + offset + i] = h[i];
            }
        }
    }
    #endregion
}
