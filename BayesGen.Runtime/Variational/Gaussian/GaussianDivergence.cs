using System.Numerics;
using BayesGen.Kernels;

namespace BayesGen.Variational;

/// <summary>
/// KL(N(mu, sigma^2) || N(m, s^2)) = log(s / sigma) + (sigma^2 + (mu - m)^2) / (2 s^2) - 1/2 of each weight, in all the forms that are
/// needed: as a graph, flat with its slopes, and flat as a number alone. Rows: mu, log_sigma; the slopes.
/// </summary>
/// <remarks>The forms round differently in the last digit, and each keeps its own order of operations, so that no number moves.</remarks>
internal sealed class GaussianDivergence(double mean, double scale) : DivergenceKernel
{
    /// <summary>As a graph.</summary>
    public static Tensor Of(GaussianPosterior posterior, double mean, double scale)
    {
        using var spread = Spread(posterior, mean);
        using var scaled = spread * Operand(0.5 / (scale * scale));
        using var shifted = scaled + Operand(Math.Log(scale) - 0.5);
        return shifted.Subtract(posterior.LogSigma);
    }

    /// <summary>The same with gradients to the scale of the prior.</summary>
    public static Tensor Of(GaussianPosterior posterior, double mean, Tensor logScale)
    {
        using var spread = Spread(posterior, mean);
        using var twice = logScale * Operand(-2);
        using var precision = twice.exp();
        using var ratio = spread * precision;
        using var scaled = ratio * Operand(0.5);
        using var constant = logScale - Operand(0.5);
        using var shifted = scaled.AddTo(constant);
        return shifted.Subtract(posterior.LogSigma);
    }

    /// <summary>With the slopes (mu - m) / s^2 and sigma^2 / s^2 - 1.</summary>
    public override Vector<T> Run<T>(KernelRows<T> rows)
    {
        var (mu, logSigma, ofMu, ofLogSigma) = (rows[0], rows[1], rows[2], rows[3]);
        var (center, precision, half, constant) = Constants<T>();
        var sum = Vector<T>.Zero;
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
        {
            var offset = mu[i] - center;
            var ratio = VectorMath.Exp(logSigma[i] + logSigma[i]) * precision;
            ofMu[i] = offset * precision;
            ofLogSigma[i] = ratio - Vector<T>.One;
            sum += half * (ratio + offset * offset * precision) - logSigma[i] + constant;
        }

        return sum;
    }

    /// <summary>Without the slopes, for a trainer that has no use for them.</summary>
    public Vector<T> Sum<T>(KernelRows<T> rows)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (mu, logSigma) = (rows[0], rows[1]);
        var (center, precision, half, constant) = Constants<T>();
        var sum = Vector<T>.Zero;
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
        {
            var offset = mu[i] - center;
            sum += half * precision * (VectorMath.Exp(logSigma[i] + logSigma[i]) + offset * offset) - logSigma[i] + constant;
        }

        return sum;
    }

    private (Vector<T> Center, Vector<T> Precision, Vector<T> Half, Vector<T> Constant) Constants<T>()
        where T : unmanaged, IFloatingPointIeee754<T> =>
        (VectorMath.Of<T>(mean), VectorMath.Of<T>(1 / (scale * scale)), VectorMath.Of<T>(0.5), VectorMath.Of<T>(Math.Log(scale) - 0.5));

    /// <summary>sigma^2 + (mu - m)^2.</summary>
    private static Tensor Spread(GaussianPosterior posterior, double mean)
    {
        using var variance = posterior.Variance();
        using var offset = posterior.Mu - Operand(mean);
        using var square = offset.Squared();
        return variance.AddTo(square);
    }
}
