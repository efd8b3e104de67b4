using System.Numerics;
using BayesGen.Kernels;

namespace BayesGen.Variational;

/// <summary>The kernels of <see cref="HorseshoeScale"/>. Rows: m_a, log v_a, m_b, log v_b.</summary>
internal sealed class HorseshoeScaleKernel : FamilyKernel
{
    public static HorseshoeScaleKernel Instance { get; } = new();

    public override int NoiseCount => 1;

    /// <summary>z = exp(m + d) with d = sqrt(v_a + v_b) eps / 2; the noise is overwritten by d, and z stays in its row.</summary>
    public override Vector<T> Draw<T>(KernelRows<T> rows)
    {
        var (meanA, logA, meanB, logB, noise, scales) = (rows[0], rows[1], rows[2], rows[3], rows[4], rows[5]);
        var half = VectorMath.Of<T>(0.5);
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
        {
            var deviation = half * Vector.SquareRoot(VectorMath.Exp(logA[i]) + VectorMath.Exp(logB[i])) * noise[i];
            noise[i] = deviation;
            scales[i] = VectorMath.Exp(half * (meanA[i] + meanB[i]) + deviation);
        }

        return Vector<T>.Zero;
    }

    /// <summary>dz/dm_a = z / 2, dz/dlog v_a = z d v_a / (2 (v_a + v_b)), and the same of b.</summary>
    public override Vector<T> PullBack<T>(KernelRows<T> rows)
    {
        var (meanA, logA, meanB, logB, deviation, gradient) = (rows[0], rows[1], rows[2], rows[3], rows[4], rows[5]);
        var (ofMeanA, ofLogA, ofMeanB, ofLogB) = (rows[6], rows[7], rows[8], rows[9]);
        var half = VectorMath.Of<T>(0.5);
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
        {
            var d = deviation[i];
            var ofLogScale = half * gradient[i] * VectorMath.Exp(half * (meanA[i] + meanB[i]) + d);
            // v_a / (v_a + v_b) as the logistic function of log v_a - log v_b.
            var (_, part) = VectorMath.Softplus(logA[i] - logB[i]);
            ofMeanA[i] += ofLogScale;
            ofMeanB[i] += ofLogScale;
            ofLogA[i] += ofLogScale * d * part;
            ofLogB[i] += ofLogScale * d * (Vector<T>.One - part);
            gradient[i] = Vector<T>.Zero;
        }

        return Vector<T>.Zero;
    }

    /// <summary>None: what a scale is scored against is no prior of weights.</summary>
    public override DivergenceKernel? KlTo(Prior prior) => null;
}
