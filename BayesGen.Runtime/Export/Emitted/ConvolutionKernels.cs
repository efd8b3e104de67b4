using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BayesGen.Export.Emitted;

using static BayesGen.Export.Emitted.DenseKernels;

/// <summary>Kernels of convolutions; see <see cref="DenseKernels"/>.</summary>
internal static class ConvolutionKernels
{
    #region Slide : Spare
    /// <summary>Where a filter reads and writes: for each output o and each segment s of a vector's length,
    /// y[o, To[s]] = b[o] + sum over t of w[o, t] x[From[s] + Taps[t]].</summary>
    internal sealed class Slide(int[] taps, int[] from, int[] to, int size, int width)
    {
        public readonly int[] Taps = taps;
        public readonly int[] From = from;
        public readonly int[] To = to;
        public readonly int Size = size;

        /// <summary>How many numbers of a segment count, where a row is shorter than a vector.</summary>
        public readonly int Width = Math.Min(width, Vector<float>.Count);

        /// <summary>A filter that moves by one step over a map [channels, depth, height, width].</summary>
        public static Slide Over(
            int channels, int depth, int height, int width, int kernelD, int kernelH, int kernelW, int stepD, int stepH, int stepW)
        {
            var taps = new List<int>();
            for (var channel = 0; channel < channels; channel++)
                for (var d = 0; d < kernelD; d++)
                    for (var h = 0; h < kernelH; h++)
                        for (var w = 0; w < kernelW; w++)
                            taps.Add(((channel * depth + d * stepD) * height + h * stepH) * width + w * stepW);
            var (outD, outH) = (depth - (kernelD - 1) * stepD, height - (kernelH - 1) * stepH);
            var outW = width - (kernelW - 1) * stepW;
            var (from, to) = (new List<int>(), new List<int>());
            for (var d = 0; d < outD; d++)
                for (var h = 0; h < outH; h++)
                    for (var w = 0; w < outW; w += Vector<float>.Count)
                    {
                        // The last segment of a row overlaps the one before it, rather than to go beyond the row.
                        var first = Math.Max(0, Math.Min(w, outW - Vector<float>.Count));
                        from.Add((d * height + h) * width + first);
                        to.Add((d * outH + h) * outW + first);
                    }

            return new Slide(taps.ToArray(), from.ToArray(), to.ToArray(), outD * outH * outW, outW);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Put(Vector<float> value, ref float to, int width)
    {
        if (width == Vector<float>.Count)
            value.StoreUnsafe(ref to);
        else
            for (var i = 0; i < width; i++)
                Unsafe.Add(ref to, i) = value[i];
    }
    #endregion

    #region Convolve : Slide
    /// <summary>A convolution, four outputs and two segments at a time.</summary>
    internal static void Convolve(
        ReadOnlySpan<float> x, Span<float> y, float[] weight, float[] bias, Slide slide, int first, int outputs)
    {
        ref var input = ref MemoryMarshal.GetReference(x);
        var taps = slide.Taps;
        for (var o = 0; o < outputs; o += o + 4 <= outputs ? 4 : 1)
        {
            ref var filter = ref weight[(first + o) * taps.Length];
            ref var map = ref y[o * slide.Size];
            for (var s = 0; s < slide.From.Length; s += 2)
            {
                var last = Math.Min(s + 1, slide.From.Length - 1);
                ref var here = ref Unsafe.Add(ref input, slide.From[s]);
                ref var there = ref Unsafe.Add(ref input, slide.From[last]);
                if (o + 4 <= outputs)
                    Four(ref here, ref there, ref filter, bias.AsSpan(first + o, 4), taps,
                        ref Unsafe.Add(ref map, slide.To[s]), ref Unsafe.Add(ref map, slide.To[last]), slide);
                else
                    One(ref here, ref there, ref filter, bias[first + o], taps,
                        ref Unsafe.Add(ref map, slide.To[s]), ref Unsafe.Add(ref map, slide.To[last]), slide);
            }
        }
    }

    internal static void Four(
        ref float here, ref float there, ref float filter, ReadOnlySpan<float> bias, int[] taps,
        ref float to, ref float other, Slide slide)
    {
        var (a, b) = (new Vector<float>(bias[0]), new Vector<float>(bias[1]));
        var (c, d) = (new Vector<float>(bias[2]), new Vector<float>(bias[3]));
        var (e, f, g, h) = (a, b, c, d);
        ref var second = ref Unsafe.Add(ref filter, taps.Length);
        ref var third = ref Unsafe.Add(ref second, taps.Length);
        ref var fourth = ref Unsafe.Add(ref third, taps.Length);
        for (var t = 0; t < taps.Length; t++)
        {
            var (left, right) = (Load(ref here, taps[t]), Load(ref there, taps[t]));
            var w = new Vector<float>(Unsafe.Add(ref filter, t));
            (a, e) = (MultiplyAdd(left, w, a), MultiplyAdd(right, w, e));
            w = new Vector<float>(Unsafe.Add(ref second, t));
            (b, f) = (MultiplyAdd(left, w, b), MultiplyAdd(right, w, f));
            w = new Vector<float>(Unsafe.Add(ref third, t));
            (c, g) = (MultiplyAdd(left, w, c), MultiplyAdd(right, w, g));
            w = new Vector<float>(Unsafe.Add(ref fourth, t));
            (d, h) = (MultiplyAdd(left, w, d), MultiplyAdd(right, w, h));
        }

        var (size, width) = (slide.Size, slide.Width);
        Put(a, ref to, width);
        Put(b, ref Unsafe.Add(ref to, size), width);
        Put(c, ref Unsafe.Add(ref to, 2 * size), width);
        Put(d, ref Unsafe.Add(ref to, 3 * size), width);
        Put(e, ref other, width);
        Put(f, ref Unsafe.Add(ref other, size), width);
        Put(g, ref Unsafe.Add(ref other, 2 * size), width);
        Put(h, ref Unsafe.Add(ref other, 3 * size), width);
    }

    internal static void One(
        ref float here, ref float there, ref float filter, float bias, int[] taps, ref float to, ref float other, Slide slide)
    {
        var a = new Vector<float>(bias);
        var b = a;
        for (var t = 0; t < taps.Length; t++)
        {
            var w = new Vector<float>(Unsafe.Add(ref filter, t));
            a = MultiplyAdd(Load(ref here, taps[t]), w, a);
            b = MultiplyAdd(Load(ref there, taps[t]), w, b);
        }

        Put(a, ref to, slide.Width);
        Put(b, ref other, slide.Width);
    }
    #endregion

    #region ConvolveRows : Slide, SparseRows
    /// <summary>A convolution whose filters are mostly zero, four segments at a time.</summary>
    internal static void ConvolveRows(
        ReadOnlySpan<float> x, Span<float> y, SparseRows weight, float[] bias, Slide slide, int first, int outputs)
    {
        ref var input = ref MemoryMarshal.GetReference(x);
        var (taps, from, to) = (slide.Taps, slide.From, slide.To);
        for (var o = 0; o < outputs; o++)
        {
            var (begin, end) = (first + o == 0 ? 0 : weight.Ends[first + o - 1], weight.Ends[first + o]);
            ref var map = ref y[o * slide.Size];
            for (var s = 0; s < from.Length; s += 4)
            {
                var last = from.Length - 1;
                var (s1, s2, s3) = (Math.Min(s + 1, last), Math.Min(s + 2, last), Math.Min(s + 3, last));
                var a = new Vector<float>(bias[first + o]);
                var (b, c, d) = (a, a, a);
                for (var i = begin; i < end; i++)
                {
                    var (w, tap) = (new Vector<float>(weight.Values[i]), taps[weight.Places[i]]);
                    a = MultiplyAdd(Load(ref input, from[s] + tap), w, a);
                    b = MultiplyAdd(Load(ref input, from[s1] + tap), w, b);
                    c = MultiplyAdd(Load(ref input, from[s2] + tap), w, c);
                    d = MultiplyAdd(Load(ref input, from[s3] + tap), w, d);
                }

                Put(a, ref Unsafe.Add(ref map, to[s]), slide.Width);
                Put(b, ref Unsafe.Add(ref map, to[s1]), slide.Width);
                Put(c, ref Unsafe.Add(ref map, to[s2]), slide.Width);
                Put(d, ref Unsafe.Add(ref map, to[s3]), slide.Width);
            }
        }
    }
    #endregion

    #region Place
    /// <summary>
    /// A map [channels, d, h, w] amid zeros [channels, D, H, W]: what stands at i goes to pad + i step; what falls outside is left out.
    /// </summary>
    internal static void Place(
        ReadOnlySpan<float> x, Span<float> y, int channels, ReadOnlySpan<int> size, ReadOnlySpan<int> into, ReadOnlySpan<int> pad,
        ReadOnlySpan<int> step)
    {
        y.Clear();
        for (var channel = 0; channel < channels; channel++)
            for (var d = 0; d < size[0]; d++)
                for (var h = 0; h < size[1]; h++)
                {
                    var (toD, toH) = (pad[0] + d * step[0], pad[1] + h * step[1]);
                    if (toD < 0 || toD >= into[0] || toH < 0 || toH >= into[1])
                        continue;
                    var from = x.Slice(((channel * size[0] + d) * size[1] + h) * size[2], size[2]);
                    var to = y.Slice(((channel * into[0] + toD) * into[1] + toH) * into[2], into[2]);
                    for (var w = 0; w < from.Length; w++)
                        if (pad[2] + w * step[2] is >= 0 and var toW && toW < to.Length)
                            to[toW] = from[w];
                }
    }
    #endregion

    #region Unroll
    /// <summary>For each number of a filter, all that it is multiplied by: [channels kernel, outputs].</summary>
    internal static void Unroll(
        ReadOnlySpan<float> x, Span<float> y, int channels, ReadOnlySpan<int> size, ReadOnlySpan<int> output, ReadOnlySpan<int> kernel,
        ReadOnlySpan<int> stride, ReadOnlySpan<int> pad, ReadOnlySpan<int> dilation)
    {
        var at = 0;
        for (var channel = 0; channel < channels; channel++)
            for (var kd = 0; kd < kernel[0]; kd++)
                for (var kh = 0; kh < kernel[1]; kh++)
                    for (var kw = 0; kw < kernel[2]; kw++)
                        for (var d = 0; d < output[0]; d++)
                            for (var h = 0; h < output[1]; h++)
                            {
                                var fromD = d * stride[0] - pad[0] + kd * dilation[0];
                                var fromH = h * stride[1] - pad[1] + kh * dilation[1];
                                var inside = fromD >= 0 && fromD < size[0] && fromH >= 0 && fromH < size[1];
                                var row = inside ? ((channel * size[0] + fromD) * size[1] + fromH) * size[2] : 0;
                                for (var w = 0; w < output[2]; w++)
                                {
                                    var fromW = w * stride[2] - pad[2] + kw * dilation[2];
                                    y[at++] = inside && fromW >= 0 && fromW < size[2] ? x[row + fromW] : 0;
                                }
                            }
    }
    #endregion
}
