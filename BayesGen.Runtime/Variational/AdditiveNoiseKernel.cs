using System.Numerics;
using BayesGen.Kernels;

namespace BayesGen.Variational;

/// <summary>
/// The kernels of x ~ N(mu, sigma^2) in the additive parameterization of variational dropout, for weights and for scales. Rows: mu,
/// log_sigma2.
/// </summary>
internal abstract class AdditiveNoiseKernel : FamilyKernel
{
    public override int NoiseCount => 1;

    /// <summary>w = mu + d with d = sigma eps, which is kept.</summary>
    public override Vector<T> Draw<T>(KernelRows<T> rows)
    {
        var (mu, logSigma2, noise, weights) = (rows[0], rows[1], rows[2], rows[3]);
        var half = VectorMath.Of<T>(0.5);
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
        {
            var deviation = VectorMath.Exp(half * logSigma2[i]) * noise[i];
            noise[i] = deviation;
            weights[i] = mu[i] + deviation;
        }

        return Vector<T>.Zero;
    }

    /// <summary>dw/dmu = 1, dw/dlog_sigma2 = d / 2.</summary>
    public override Vector<T> PullBack<T>(KernelRows<T> rows)
    {
        var (deviation, gradient, ofMu, ofLogSigma2) = (rows[2], rows[3], rows[4], rows[5]);
        var half = VectorMath.Of<T>(0.5);
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
        {
            var slope = gradient[i];
            ofMu[i] += slope;
            ofLogSigma2[i] += half * slope * deviation[i];
            gradient[i] = Vector<T>.Zero;
        }

        return Vector<T>.Zero;
    }

    /// <summary>E w = mu, Var w = sigma^2.</summary>
    public override Vector<T> Moments<T>(KernelRows<T> rows)
    {
        var (mu, logSigma2, mean, variance) = (rows[0], rows[1], rows[2], rows[3]);
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
        {
            mean[i] = mu[i];
            variance[i] = VectorMath.Exp(logSigma2[i]);
        }

        return Vector<T>.Zero;
    }

    /// <summary>dVar/dlog_sigma2 = Var.</summary>
    public override Vector<T> PullBackMoments<T>(KernelRows<T> rows)
    {
        var (variance, ofMean, ofVariance, ofMu, ofLogSigma2) = (rows[0], rows[1], rows[2], rows[3], rows[4]);
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
        {
            ofMu[i] += ofMean[i];
            ofLogSigma2[i] += ofVariance[i] * variance[i];
            ofMean[i] = Vector<T>.Zero;
            ofVariance[i] = Vector<T>.Zero;
        }

        return Vector<T>.Zero;
    }
}
