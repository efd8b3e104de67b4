using System.Numerics;
using BayesGen.Kernels;

namespace BayesGen.Variational;

/// <summary>The kernels of <see cref="GaussianPosterior"/>. Rows: mu, log_sigma.</summary>
internal sealed class GaussianKernel : FamilyKernel
{
    public static GaussianKernel Instance { get; } = new();

    public override int NoiseCount => 1;

    /// <summary>w = mu + d with d = sigma eps, which is kept.</summary>
    public override Vector<T> Draw<T>(FlatRows<T> rows)
    {
        var (mu, logSigma, noise, weights) = (rows[0], rows[1], rows[2], rows[3]);
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
        {
            var deviation = Lanes.Exp(logSigma[i]) * noise[i];
            noise[i] = deviation;
            weights[i] = mu[i] + deviation;
        }

        return Vector<T>.Zero;
    }

    /// <summary>dw/dmu = 1, dw/dlog_sigma = d.</summary>
    public override Vector<T> PullBack<T>(FlatRows<T> rows)
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
    public override Vector<T> Moments<T>(FlatRows<T> rows)
    {
        var (mu, logSigma, mean, variance) = (rows[0], rows[1], rows[2], rows[3]);
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
        {
            mean[i] = mu[i];
            variance[i] = Lanes.Exp(logSigma[i] + logSigma[i]);
        }

        return Vector<T>.Zero;
    }

    /// <summary>dVar/dlog_sigma = 2 Var.</summary>
    public override Vector<T> PullBackMoments<T>(FlatRows<T> rows)
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

    public override DivergenceKernel? KlTo(Prior prior) => prior is GaussianPrior(var mean, var scale) ? new ToGaussian(mean, scale) : null;

    /// <summary>log(s / sigma) + (sigma^2 + (mu - m)^2) / (2 s^2) - 1/2: slopes (mu - m) / s^2 and sigma^2 / s^2 - 1.</summary>
    private sealed class ToGaussian(double priorMean, double scale) : DivergenceKernel
    {
        public override Vector<T> Run<T>(FlatRows<T> rows)
        {
            var (mu, logSigma, ofMu, ofLogSigma) = (rows[0], rows[1], rows[2], rows[3]);
            var (center, precision) = (Lanes.Of<T>(priorMean), Lanes.Of<T>(1 / (scale * scale)));
            var (half, constant) = (Lanes.Of<T>(0.5), Lanes.Of<T>(Math.Log(scale) - 0.5));
            var sum = Vector<T>.Zero;
            for (var i = 0; i < rows.Length; i += Vector<T>.Count)
            {
                var offset = mu[i] - center;
                var ratio = Lanes.Exp(logSigma[i] + logSigma[i]) * precision;
                ofMu[i] = offset * precision;
                ofLogSigma[i] = ratio - Vector<T>.One;
                sum += half * (ratio + offset * offset * precision) - logSigma[i] + constant;
            }

            return sum;
        }
    }
}
