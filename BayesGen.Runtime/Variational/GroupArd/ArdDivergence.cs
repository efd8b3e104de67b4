using System.Numerics;
using BayesGen.Kernels;

namespace BayesGen.Variational;

/// <summary>
/// KL(N(m, s^2) || N(0, best)) = log(1 + m^2 / s^2) / 2 = softplus(-log alpha) / 2 with the best variance m^2 + s^2: as a graph, and flat
/// with its slopes.
/// </summary>
/// <param name="cost">How many times it counts.</param>
internal sealed class ArdDivergence(double cost) : GaussianScale.Divergence
{
    /// <summary>Beyond this, softplus(x) = x to the last bit of a double.</summary>
    private const double SoftplusThreshold = 40;

    /// <summary>As a graph.</summary>
    public static Tensor Of(Tensor logAlpha, double cost)
    {
        using var negative = -logAlpha;
        using var soft = nn.functional.softplus(negative, 1, SoftplusThreshold);
        return soft * Operand(0.5 * cost);
    }

    protected override (Vector<T> Value, Vector<T> Slope) OfLogAlpha<T>(Vector<T> logAlpha)
    {
        var half = VectorMath.Of<T>(0.5 * cost);
        var (soft, slope) = VectorMath.Softplus(-logAlpha);
        return (half * soft, -half * slope);
    }
}
