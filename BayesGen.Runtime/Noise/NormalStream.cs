using System.Runtime.Intrinsics;
using BayesGen.Kernels;

namespace BayesGen.Noise;

/// <summary>Standard normal and uniform numbers of a Philox stream, written into flat arrays by as many threads as there are.</summary>
/// <remarks>Box and Muller, 1958: sqrt(-2 log u) (cos t, sin t) with u uniform in (0, 1] and t uniform in [-pi, pi].</remarks>
internal static unsafe class NormalStream
{
    /// <summary>Sixteen blocks of four words make this many floats. It and the next divide <see cref="FlatLoop.Alignment"/>.</summary>
    private const int FloatGroup = 64;

    /// <summary>Eight blocks of two 64-bit words make this many doubles.</summary>
    private const int DoubleGroup = 16;

    public static void FillNormal(float* target, long count, ulong seed, ulong stream) =>
        Fill(target, count, FloatGroup, (buffer, group) => NormalGroup(buffer, seed, stream, group));

    public static void FillNormal(double* target, long count, ulong seed, ulong stream) =>
        Fill(target, count, DoubleGroup, (buffer, group) => NormalGroup(buffer, seed, stream, group));

    /// <summary>Uniform in (0, 1].</summary>
    public static void FillUniform(double* target, long count, ulong seed, ulong stream) =>
        Fill(target, count, DoubleGroup, (buffer, group) =>
        {
            var (a, b, c, d) = Philox.Words(seed, stream, (ulong)group * Philox.Blocks);
            Vector512.Store(Unit(a, b), buffer);
            Vector512.Store(Unit(c, d), buffer + Vector512<double>.Count);
        });

    /// <summary>The same numbers as those of the whole array, for a part of it.</summary>
    /// <param name="target">The first element of the array.</param>
    /// <param name="first">The first element of the part, a multiple of <see cref="FlatLoop.Alignment"/>.</param>
    /// <param name="end">The element after the last of the part.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="stream">The number of the stream.</param>
    public static void FillNormalPart<T>(T* target, long first, long end, ulong seed, ulong stream)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
            FillPart((float*)target, first, end, FloatGroup, (buffer, group) => NormalGroup(buffer, seed, stream, group));
        else
            FillPart((double*)target, first, end, DoubleGroup, (buffer, group) => NormalGroup(buffer, seed, stream, group));
    }

    private delegate void Group<T>(T* buffer, long group)
        where T : unmanaged;

    private static void Fill<T>(T* target, long count, int size, Group<T> write)
        where T : unmanaged
    {
        var start = (nint)target;
        FlatLoop.Share((count + size - 1) / size, count >= FlatLoop.WorthSharing, (first, last) =>
            FillPart((T*)start, first * size, Math.Min(last * size, count), size, write));
    }

    private static void FillPart<T>(T* target, long first, long end, int size, Group<T> write)
        where T : unmanaged
    {
        var whole = first + (end - first) / size * size;
        for (var at = first; at < whole; at += size)
            write(target + at, at / size);
        if (whole == end)
            return;
        var rest = stackalloc T[size];
        write(rest, whole / size);
        new Span<T>(rest, checked((int)(end - whole))).CopyTo(new Span<T>(target + whole, checked((int)(end - whole))));
    }

    private static void NormalGroup(float* target, ulong seed, ulong stream, long group)
    {
        var block = (ulong)group * (2 * Philox.Blocks);
        var (a, b, c, d) = Philox.Words(seed, stream, block);
        var (e, f, g, h) = Philox.Words(seed, stream, block + Philox.Blocks);
        BoxMuller(target, Vector512.Narrow(a, e), Vector512.Narrow(b, f));
        BoxMuller(target + FloatGroup / 2, Vector512.Narrow(c, g), Vector512.Narrow(d, h));
    }

    private static void BoxMuller(float* target, Vector512<uint> radius, Vector512<uint> angle)
    {
        // 2^-33 keeps the logarithm finite: the largest number is 6.8.
        var unit = Vector512.ConvertToSingle(radius) * Vector512.Create(1f / (1L << 32)) + Vector512.Create(0.5f / (1L << 32));
        var length = Vector512.Sqrt(Vector512.Log(unit) * Vector512.Create(-2f));
        var (sine, cosine) = SinCos(angle.AsInt32());
        Vector512.Store(length * cosine, target);
        Vector512.Store(length * sine, target + Vector512<float>.Count);
    }

    /// <summary>The sine and the cosine of an angle whose unit is a turn over 2^32.</summary>
    /// <remarks>
    /// The run time's go by way of double precision and take twice as long. Here the nearest quarter turn comes off without rounding; what
    /// is left, t quarter turns with |t| at most 1/2, goes into polynomials fitted at Chebyshev's nodes: sin(pi t / 2) / t to 5e-9 and
    /// cos(pi t / 2) to 5e-11.
    /// </remarks>
    internal static (Vector512<float> Sine, Vector512<float> Cosine) SinCos(Vector512<int> angle)
    {
        var quarter = (angle + Vector512.Create(1 << 29)) >> 30;
        var t = Vector512.ConvertToSingle(angle - (quarter << 30)) * Vector512.Create(1f / (1 << 30));
        var square = t * t;
        var sine = Vector512.Create(-0.00460214921f);
        sine = Vector512.FusedMultiplyAdd(sine, square, Vector512.Create(0.0796802176f));
        sine = Vector512.FusedMultiplyAdd(sine, square, Vector512.Create(-0.645963478f));
        sine = Vector512.FusedMultiplyAdd(sine, square, Vector512.Create(1.57079632f)) * t;
        var cosine = Vector512.Create(0.000903628066f);
        cosine = Vector512.FusedMultiplyAdd(cosine, square, Vector512.Create(-0.0208600695f));
        cosine = Vector512.FusedMultiplyAdd(cosine, square, Vector512.Create(0.253669204f));
        cosine = Vector512.FusedMultiplyAdd(cosine, square, Vector512.Create(-1.23370054f));
        cosine = Vector512.FusedMultiplyAdd(cosine, square, Vector512<float>.One);

        // A quarter turn more makes (sin, cos) into (cos, -sin), a half turn turns both signs.
        var isOdd = Vector512.Equals(quarter & Vector512<int>.One, Vector512<int>.One).AsSingle();
        var signOfSine = ((quarter & Vector512.Create(2)) << 30).AsSingle();
        var signOfCosine = (((quarter + Vector512<int>.One) & Vector512.Create(2)) << 30).AsSingle();
        return (
            Vector512.ConditionalSelect(isOdd, cosine, sine) ^ signOfSine, Vector512.ConditionalSelect(isOdd, sine, cosine) ^ signOfCosine);
    }

    private static void NormalGroup(double* target, ulong seed, ulong stream, long group)
    {
        var block = (ulong)group * Philox.Blocks;
        var (a, b, c, d) = Philox.Words(seed, stream, block);
        var length = Vector512.Sqrt(Vector512.Log(Unit(a, b)) * Vector512.Create(-2.0));
        var (sine, cosine) = Vector512.SinCos((Unit(c, d) - Vector512.Create(0.5)) * Vector512.Create(2 * Math.PI));
        Vector512.Store(length * cosine, target);
        Vector512.Store(length * sine, target + Vector512<double>.Count);
    }

    /// <summary>53 of 64 bits as a number in (0, 1].</summary>
    private static Vector512<double> Unit(Vector512<ulong> low, Vector512<ulong> high) =>
        (Vector512.ConvertToDouble(((high << 32) | low) >>> 11) + Vector512<double>.One) * Vector512.Create(1.0 / (1L << 53));
}
