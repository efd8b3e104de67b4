using System.Numerics;

namespace BayesGen.Kernels;

/// <summary>
/// Functions of a vector's lanes for float and double alike; the type tests vanish when the code is compiled for one of them.
/// </summary>
internal static class VectorMath
{
    public static Vector<T> Of<T>(double value)
        where T : unmanaged, IFloatingPointIeee754<T> => new(T.CreateChecked(value));

    /// <summary>a b + c, rounded once, as Torch does it.</summary>
    public static Vector<T> MultiplyAdd<T>(Vector<T> a, Vector<T> b, Vector<T> c)
        where T : unmanaged, IFloatingPointIeee754<T> => typeof(T) == typeof(float)
            ? Vector.FusedMultiplyAdd(a.As<T, float>(), b.As<T, float>(), c.As<T, float>()).As<float, T>()
            : Vector.FusedMultiplyAdd(a.As<T, double>(), b.As<T, double>(), c.As<T, double>()).As<double, T>();

    public static Vector<T> Exp<T>(Vector<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => typeof(T) == typeof(float)
            ? Vector.Exp(x.As<T, float>()).As<float, T>()
            : Vector.Exp(x.As<T, double>()).As<double, T>();

    public static Vector<T> Log<T>(Vector<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => typeof(T) == typeof(float)
            ? Vector.Log(x.As<T, float>()).As<float, T>()
            : Vector.Log(x.As<T, double>()).As<double, T>();

    /// <summary>
    /// log(1 + e^x) = max(x, 0) + log(1 + e^-|x|) and its slope, the logistic function: 1 / (1 + e^-x) of a positive x, e^x / (1 + e^x) of
    /// a negative one. No power overflows.
    /// </summary>
    public static (Vector<T> Value, Vector<T> Slope) Softplus<T>(Vector<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var power = Exp(-Vector.Abs(x));
        return (Vector.Max(x, Vector<T>.Zero) + LogOnePlus(power),
            Vector.ConditionalSelect(Vector.LessThan(x, Vector<T>.Zero), power, Vector<T>.One) / (Vector<T>.One + power));
    }

    /// <summary>log(1 + x) for x in [0, 1], exact also where 1 + x rounds (Kahan): log(y) x / (y - 1) with y = 1 + x.</summary>
    private static Vector<T> LogOnePlus<T>(Vector<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var sum = Vector<T>.One + x;
        var added = sum - Vector<T>.One;
        var isNothing = Vector.Equals(added, Vector<T>.Zero);
        return Vector.ConditionalSelect(isNothing, x, Log(sum) * x / Vector.ConditionalSelect(isNothing, Vector<T>.One, added));
    }
}
