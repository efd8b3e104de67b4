namespace BayesGen.Export.Emitted;

/// <summary>Functions of two numbers; see <see cref="DenseKernels"/>.</summary>
internal static class PairKernels
{
    #region Combine
    /// <summary>A function of two numbers.</summary>
    internal interface IPair
    {
        static abstract float Of(float a, float b);
    }

    /// <summary>y = f(a, b) over a shape, where a step of 0 says that an input is the same along that dimension.</summary>
    internal static void Combine<TPair>(
        ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y, ReadOnlySpan<int> shape, ReadOnlySpan<int> stepsA,
        ReadOnlySpan<int> stepsB)
        where TPair : struct, IPair
    {
        if (shape.Length > 1)
        {
            var inner = 1;
            foreach (var size in shape[1..])
                inner *= size;
            for (var i = 0; i < shape[0]; i++)
                Combine<TPair>(a[(i * stepsA[0])..], b[(i * stepsB[0])..], y[(i * inner)..], shape[1..], stepsA[1..], stepsB[1..]);
        }
        else
        {
            for (var i = 0; i < shape[0]; i++)
                y[i] = TPair.Of(a[i * stepsA[0]], b[i * stepsB[0]]);
        }
    }
    #endregion

    #region Add : Combine
    internal readonly struct Add : IPair
    {
        public static float Of(float a, float b) => a + b;
    }
    #endregion

    #region Subtract : Combine
    internal readonly struct Subtract : IPair
    {
        public static float Of(float a, float b) => a - b;
    }
    #endregion

    #region Multiply : Combine
    internal readonly struct Multiply : IPair
    {
        public static float Of(float a, float b) => a * b;
    }
    #endregion

    #region Divide : Combine
    internal readonly struct Divide : IPair
    {
        public static float Of(float a, float b) => a / b;
    }
    #endregion

    #region Maximum : Combine
    internal readonly struct Maximum : IPair
    {
        public static float Of(float a, float b) => MathF.Max(a, b);
    }
    #endregion

    #region Minimum : Combine
    internal readonly struct Minimum : IPair
    {
        public static float Of(float a, float b) => MathF.Min(a, b);
    }
    #endregion

    #region Raise : Combine
    internal readonly struct Raise : IPair
    {
        public static float Of(float a, float b) => MathF.Pow(a, b);
    }
    #endregion

    #region Prelu : Combine
    internal readonly struct Prelu : IPair
    {
        public static float Of(float a, float b) => a >= 0 ? a : a * b;
    }
    #endregion
}
