using System.Numerics;
using BayesGen.Kernels;

namespace BayesGen.Variational;

/// <summary>
/// KL of log-normal a = exp N(m_a, v_a) and b = exp N(m_b, v_b) to Gamma(1/2, scale k^2) and to the inverse Gamma(1/2, 1), of which
/// C+(0, k) is made: as graphs, and flat with its slopes. Rows: m_a, log v_a, m_b, log v_b; the slopes.
/// </summary>
/// <remarks>
/// log k + exp(m_a + v_a / 2) / k^2 - (m_a + log v_a + 1 + log 2) / 2, and exp(v_b / 2 - m_b) - (-m_b + log v_b + 1 + log 2) / 2. Each is
/// least at v = 2, with (1 - log 2) / 2. Louizos, Ullrich, Welling 2017, appendix; there with k^2 for the scale.
/// </remarks>
/// <param name="median">k.</param>
internal sealed class HorseshoeDivergence(double median) : DivergenceKernel
{
    private const double OnePlusLogTwo = 1.69314718055994530942;

    /// <summary>To Gamma(1/2, scale k^2).</summary>
    public static Tensor ToGamma(Tensor mean, Tensor logVariance, double median)
    {
        var logMedian = Math.Log(median);
        using var centered = mean - Operand(2 * logMedian);
        using var ratio = Moment(centered, logVariance);
        using var logs = centered.AddTo(logVariance);
        using var half = logs * Operand(-0.5);
        using var sum = ratio.AddTo(half);
        return sum - Operand(OnePlusLogTwo / 2);
    }

    /// <summary>To the inverse Gamma(1/2, 1).</summary>
    public static Tensor ToInverseGamma(Tensor mean, Tensor logVariance)
    {
        using var negative = -mean;
        return ToGamma(negative, logVariance, 1);
    }

    /// <summary>d/dm_a = r_a - 1/2 with r_a = exp(m_a + v_a / 2) / k^2, d/dlog v_a = (r_a v_a - 1) / 2; of b with -m_b.</summary>
    public override Vector<T> Run<T>(KernelRows<T> rows)
    {
        var (meanA, logA, meanB, logB) = (rows[0], rows[1], rows[2], rows[3]);
        var (ofMeanA, ofLogA, ofMeanB, ofLogB) = (rows[4], rows[5], rows[6], rows[7]);
        var center = VectorMath.Of<T>(2 * Math.Log(median));
        var sum = Vector<T>.Zero;
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
        {
            var (ofA, slopeA, slopeLogA) = Of(meanA[i] - center, logA[i]);
            var (ofB, slopeB, slopeLogB) = Of(-meanB[i], logB[i]);
            ofMeanA[i] = slopeA;
            ofLogA[i] = slopeLogA;
            ofMeanB[i] = -slopeB;
            ofLogB[i] = slopeLogB;
            sum += ofA + ofB;
        }

        return sum;
    }

    /// <summary>exp(m + v / 2).</summary>
    private static Tensor Moment(Tensor mean, Tensor logVariance)
    {
        using var variance = logVariance.exp();
        using var log = mean.add(variance, Operand(0.5));
        return log.exp();
    }

    private static (Vector<T> Value, Vector<T> OfMean, Vector<T> OfLogVariance) Of<T>(Vector<T> mean, Vector<T> logVariance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var half = VectorMath.Of<T>(0.5);
        var variance = VectorMath.Exp(logVariance);
        var ratio = VectorMath.Exp(mean + half * variance);
        return (
            ratio - half * (mean + logVariance) - VectorMath.Of<T>(OnePlusLogTwo / 2),
            ratio - half,
            half * (ratio * variance - Vector<T>.One));
    }
}
