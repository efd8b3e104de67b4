using System.Numerics;
using System.Runtime.InteropServices;

namespace BayesGen.Export.Emitted;

using static BayesGen.Export.Emitted.DenseKernels;

/// <summary>Functions of one number; see <see cref="DenseKernels"/>.</summary>
internal static class MapKernels
{
    #region Map
    /// <summary>A function of one number, with two constants.</summary>
    internal interface IFunction
    {
        static abstract float Of(float x, float a, float b);
    }

    /// <summary>y = f(x), number by number; y may be x.</summary>
    internal static void Map<TFunction>(ReadOnlySpan<float> x, Span<float> y, int count, float a = 0, float b = 0)
        where TFunction : struct, IFunction
    {
        for (var i = 0; i < count; i++)
            y[i] = TFunction.Of(x[i], a, b);
    }
    #endregion

    #region Relu : Spare
    /// <summary>max(x, 0), number by number; y may be x.</summary>
    internal static void Relu(ReadOnlySpan<float> x, Span<float> y, int count)
    {
        ref var from = ref MemoryMarshal.GetReference(x);
        ref var to = ref MemoryMarshal.GetReference(y);
        var at = 0;
        for (; at + Vector<float>.Count <= count; at += Vector<float>.Count)
            Vector.Max(Load(ref from, at), Vector<float>.Zero).StoreUnsafe(ref to, (nuint)at);
        for (; at < count; at++)
            y[at] = Math.Max(x[at], 0);
    }
    #endregion

    #region Scaled : Map
    internal readonly struct Scaled : IFunction
    {
        public static float Of(float x, float a, float b) => a * x + b;
    }
    #endregion

    #region Clamp : Map
    internal readonly struct Clamp : IFunction
    {
        public static float Of(float x, float a, float b) => MathF.Min(MathF.Max(x, a), b);
    }
    #endregion

    #region LeakyRelu : Map
    internal readonly struct LeakyRelu : IFunction
    {
        public static float Of(float x, float a, float b) => x >= 0 ? x : a * x;
    }
    #endregion

    #region Elu : Map
    /// <summary>x, or a (exp(b x) - 1) below 0.</summary>
    internal readonly struct Elu : IFunction
    {
        public static float Of(float x, float a, float b) => x > 0 ? x : (float)(a * (Math.Exp(b * x) - 1));
    }
    #endregion

    #region Selu : Map
    internal readonly struct Selu : IFunction
    {
        public static float Of(float x, float a, float b) =>
            (float)(1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (Math.Exp(x) - 1)));
    }
    #endregion

    #region Erf : Map
    internal readonly struct Erf : IFunction
    {
        public static float Of(float x, float a, float b) => (float)Value(x);

        /// <summary>By its series near 0, by a continued fraction further out; it is 1 to all digits beyond 6.</summary>
        public static double Value(double x)
        {
            var z = Math.Abs(x);
            if (z > 6)
                return Math.CopySign(1, x);
            if (z < 2.5)
            {
                var (term, sum) = (x, x);
                for (var n = 1; n < 60 && Math.Abs(term) > 1e-17; n++)
                {
                    term *= -x * x / n;
                    sum += term / (2 * n + 1);
                }

                return 2 / Math.Sqrt(Math.PI) * sum;
            }

            var fraction = z;
            for (var n = 40; n > 0; n--)
                fraction = z + n / 2.0 / fraction;
            return Math.CopySign(1, x) * (1 - Math.Exp(-z * z) / (Math.Sqrt(Math.PI) * fraction));
        }
    }
    #endregion

    #region Gelu : Erf
    internal readonly struct Gelu : IFunction
    {
        public static float Of(float x, float a, float b) => (float)(0.5 * x * (1 + Erf.Value(x * 0.70710678118654752)));
    }
    #endregion

    #region GeluTanh : Map
    internal readonly struct GeluTanh : IFunction
    {
        public static float Of(float x, float a, float b) =>
            (float)(0.5 * x * (1 + Math.Tanh(0.79788456080286536 * (x + 0.044715 * x * x * x))));
    }
    #endregion

    #region Sigmoid : Map
    internal readonly struct Sigmoid : IFunction
    {
        public static float Of(float x, float a, float b) => 1 / (1 + MathF.Exp(-x));
    }
    #endregion

    #region LogSigmoid : Map
    internal readonly struct LogSigmoid : IFunction
    {
        public static float Of(float x, float a, float b) => (float)(Math.Min(x, 0) - Math.Log(1 + Math.Exp(-Math.Abs(x))));
    }
    #endregion

    #region Silu : Map
    internal readonly struct Silu : IFunction
    {
        public static float Of(float x, float a, float b) => x / (1 + MathF.Exp(-x));
    }
    #endregion

    #region Softplus : Map
    /// <summary>log(1 + exp(a x)) / a, and x where a x is above b.</summary>
    internal readonly struct Softplus : IFunction
    {
        public static float Of(float x, float a, float b) => a * x > b ? x : (float)(Math.Log(1 + Math.Exp((double)a * x)) / a);
    }
    #endregion

    #region Mish : Map
    internal readonly struct Mish : IFunction
    {
        public static float Of(float x, float a, float b) => (float)(x * Math.Tanh(x > 20 ? x : Math.Log(1 + Math.Exp(x))));
    }
    #endregion

    #region Hardsigmoid : Map
    internal readonly struct Hardsigmoid : IFunction
    {
        public static float Of(float x, float a, float b) => MathF.Min(MathF.Max(x + 3, 0), 6) / 6;
    }
    #endregion

    #region Hardswish : Map
    internal readonly struct Hardswish : IFunction
    {
        public static float Of(float x, float a, float b) => x * MathF.Min(MathF.Max(x + 3, 0), 6) / 6;
    }
    #endregion

    #region Softsign : Map
    internal readonly struct Softsign : IFunction
    {
        public static float Of(float x, float a, float b) => x / (1 + MathF.Abs(x));
    }
    #endregion

    #region Tanh : Map
    internal readonly struct Tanh : IFunction
    {
        public static float Of(float x, float a, float b) => MathF.Tanh(x);
    }
    #endregion

    #region Exp : Map
    internal readonly struct Exp : IFunction
    {
        public static float Of(float x, float a, float b) => MathF.Exp(x);
    }
    #endregion

    #region Log : Map
    internal readonly struct Log : IFunction
    {
        public static float Of(float x, float a, float b) => MathF.Log(x);
    }
    #endregion

    #region Sqrt : Map
    internal readonly struct Sqrt : IFunction
    {
        public static float Of(float x, float a, float b) => MathF.Sqrt(x);
    }
    #endregion

    #region Abs : Map
    internal readonly struct Abs : IFunction
    {
        public static float Of(float x, float a, float b) => MathF.Abs(x);
    }
    #endregion

    #region Reciprocal : Map
    internal readonly struct Reciprocal : IFunction
    {
        public static float Of(float x, float a, float b) => 1 / x;
    }
    #endregion

    #region Power : Map
    internal readonly struct Power : IFunction
    {
        public static float Of(float x, float a, float b) => MathF.Pow(x, a);
    }
    #endregion
}
