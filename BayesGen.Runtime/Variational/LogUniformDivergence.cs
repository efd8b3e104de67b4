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
        using var scaled = logAlpha * Operand(K3);
        using var argument = scaled + Operand(K2);
        using var logistic = argument.sigmoid();
        using var weighted = logistic * Operand(-K1);
        using var negative = -logAlpha;
        using var soft = nn.functional.softplus(negative, 1, SoftplusThreshold);
        using var half = soft * Operand(0.5);
        using var sum = weighted.AddTo(half);
        return sum + Operand(K1);
    }

    /// <summary>The same for flat arrays: the divergence and its slope, k1 k3 S (S - 1) - S(-log alpha) / 2.</summary>
    public static (Vector<T> Value, Vector<T> Slope) OfLogAlpha<T>(Vector<T> logAlpha)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (one, half, k1) = (Vector<T>.One, VectorMath.Of<T>(0.5), VectorMath.Of<T>(K1));
        var logistic = one / (one + VectorMath.Exp(-(VectorMath.Of<T>(K3) * logAlpha + VectorMath.Of<T>(K2))));
        var (soft, tail) = VectorMath.Softplus(-logAlpha);
        return (k1 - k1 * logistic + half * soft, VectorMath.Of<T>(K1 * K3) * logistic * (logistic - one) - half * tail);
    }
}
