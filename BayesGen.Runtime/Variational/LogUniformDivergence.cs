using System.Numerics;
using BayesGen.Kernels;

namespace BayesGen.Variational;

/// <summary>
/// KL(N(m, alpha m^2) || log-uniform), as a function of log alpha alone, up to the constant that the improper prior leaves open.
/// </summary>
/// <remarks>
/// Molchanov et al. 2017, eq. 14: k1 + softplus(-log alpha) / 2 - k1 S(k2 + k3 log alpha) with the logistic function S and constants
/// fitted to the exact -log(alpha) / 2 + E log|e|, e ~ N(1, alpha). It falls to 0 as alpha grows.
/// </remarks>
internal static class LogUniformDivergence
{
    private const double K1 = 0.63576;
    private const double K2 = 1.87320;
    private const double K3 = 1.48695;

    /// <summary>Beyond this, softplus(x) = x to the last bit of a double.</summary>
    private const double SoftplusThreshold = 40;

    public static Tensor OfLogAlpha(Tensor logAlpha)
    {
        using var scaled = logAlpha * K3;
        using var argument = scaled + K2;
        using var logistic = argument.sigmoid();
        using var weighted = logistic * -K1;
        using var negative = -logAlpha;
        using var soft = nn.functional.softplus(negative, 1, SoftplusThreshold);
        using var half = soft * 0.5;
        using var sum = weighted + half;
        return sum + K1;
    }

    /// <summary>The same for flat arrays: the divergence and its slope, k1 k3 S (S - 1) - S(-log alpha) / 2.</summary>
    public static (Vector<T> Value, Vector<T> Slope) OfLogAlpha<T>(Vector<T> logAlpha)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (one, half, k1) = (Vector<T>.One, Lanes.Of<T>(0.5), Lanes.Of<T>(K1));
        var logistic = one / (one + Lanes.Exp(-(Lanes.Of<T>(K3) * logAlpha + Lanes.Of<T>(K2))));
        // softplus(x) = max(x, 0) + log(1 + e^-|x|): no power overflows.
        var power = Lanes.Exp(-Vector.Abs(logAlpha));
        var soft = Vector.Max(-logAlpha, Vector<T>.Zero) + LogOnePlus(power);
        // S(-x) of a positive x is e^-x / (1 + e^-x), of a negative one 1 / (1 + e^x).
        var tail = Vector.ConditionalSelect(Vector.GreaterThan(logAlpha, Vector<T>.Zero), power, one) / (one + power);
        return (k1 - k1 * logistic + half * soft, Lanes.Of<T>(K1 * K3) * logistic * (logistic - one) - half * tail);
    }

    /// <summary>log(1 + x) for x in [0, 1], exact also where 1 + x rounds (Kahan): log(y) x / (y - 1) with y = 1 + x.</summary>
    private static Vector<T> LogOnePlus<T>(Vector<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var sum = Vector<T>.One + x;
        var added = sum - Vector<T>.One;
        var isNothing = Vector.Equals(added, Vector<T>.Zero);
        return Vector.ConditionalSelect(isNothing, x, Lanes.Log(sum) * x / Vector.ConditionalSelect(isNothing, Vector<T>.One, added));
    }
}
