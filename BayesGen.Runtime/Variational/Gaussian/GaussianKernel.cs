using System.Numerics;
using BayesGen.Kernels;

namespace BayesGen.Variational;

/// <summary>The kernels of <see cref="GaussianPosterior"/>. Rows: mu, log_sigma.</summary>
internal sealed class GaussianKernel : FamilyKernel
{
    public static GaussianKernel Instance { get; } = new();

    public override int NoiseCount => 1;

    /// <summary>w = mu + d with d = sigma eps, which is kept.</summary>
    public override Vector<T> Draw<T>(KernelRows<T> rows)
    {
        var (mu, logSigma, noise, weights) = (rows[0], rows[1], rows[2], rows[3]);
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
        {
            var deviation = VectorMath.Exp(logSigma[i]) * noise[i];
            noise[i] = deviation;
            weights[i] = mu[i] + deviation;
        }

        return Vector<T>.Zero;
    }

    /// <summary>dw/dmu = 1, dw/dlog_sigma = d.</summary>
    public override Vector<T> PullBack<T>(KernelRows<T> rows)
    {
        var (deviation, gradient, ofMu, ofLogSigma) = (rows[2], rows[3], rows[4], rows[5]);
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
        {
            var slope = gradient[i];
            ofMu[i] += slope;
            ofLogSigma[i] += slope * deviation[i];
            gradient[i] = Vector<T>.Zero;
        }

        return Vector<T>.Zero;
    }

    /// <summary>E w = mu, Var w = sigma^2.</summary>
    public override Vector<T> Moments<T>(KernelRows<T> rows)
    {
        var (mu, logSigma, mean, variance) = (rows[0], rows[1], rows[2], rows[3]);
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
        {
            mean[i] = mu[i];
            variance[i] = VectorMath.Exp(logSigma[i] + logSigma[i]);
        }

        return Vector<T>.Zero;
    }

    /// <summary>dVar/dlog_sigma = 2 Var.</summary>
    public override Vector<T> PullBackMoments<T>(KernelRows<T> rows)
    {
        var (variance, ofMean, ofVariance, ofMu, ofLogSigma) = (rows[0], rows[1], rows[2], rows[3], rows[4]);
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
        {
            ofMu[i] += ofMean[i];
            var half = ofVariance[i] * variance[i];
            ofLogSigma[i] += half + half;
            ofMean[i] = Vector<T>.Zero;
            ofVariance[i] = Vector<T>.Zero;
        }

        return Vector<T>.Zero;
    }

    public override DivergenceKernel? KlTo(Prior prior) =>
        prior is GaussianPrior(var mean, var scale) ? new GaussianDivergence(mean, scale) : null;
}
