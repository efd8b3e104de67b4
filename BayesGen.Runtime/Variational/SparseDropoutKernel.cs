using System.Numerics;
using BayesGen.Kernels;

namespace BayesGen.Variational;

/// <summary>The kernels of <see cref="SparseDropoutPosterior"/>. Rows: mu, log_sigma2.</summary>
internal sealed class SparseDropoutKernel : FamilyKernel
{
    public static SparseDropoutKernel Instance { get; } = new();

    public override int NoiseCount => 1;

    /// <summary>w = mu + d with d = sigma eps, which is kept.</summary>
    public override Vector<T> Draw<T>(FlatRows<T> rows)
    {
        var (mu, logSigma2, noise, weights) = (rows[0], rows[1], rows[2], rows[3]);
        var half = Lanes.Of<T>(0.5);
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
        {
            var deviation = Lanes.Exp(half * logSigma2[i]) * noise[i];
            noise[i] = deviation;
            weights[i] = mu[i] + deviation;
        }

        return Vector<T>.Zero;
    }

    /// <summary>dw/dmu = 1, dw/dlog_sigma2 = d / 2.</summary>
    public override Vector<T> PullBack<T>(FlatRows<T> rows)
    {
        var (deviation, gradient, ofMu, ofLogSigma2) = (rows[2], rows[3], rows[4], rows[5]);
        var half = Lanes.Of<T>(0.5);
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
    public override Vector<T> Moments<T>(FlatRows<T> rows)
    {
        var (mu, logSigma2, mean, variance) = (rows[0], rows[1], rows[2], rows[3]);
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
        {
            mean[i] = mu[i];
            variance[i] = Lanes.Exp(logSigma2[i]);
        }

        return Vector<T>.Zero;
    }

    /// <summary>dVar/dlog_sigma2 = Var.</summary>
    public override Vector<T> PullBackMoments<T>(FlatRows<T> rows)
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

    public override DivergenceKernel? KlTo(Prior prior) => prior is LogUniformPrior ? new ToLogUniform() : null;

    /// <summary>A function of log alpha = log_sigma2 - log(mu^2 + tiny), which has no slope outside its clamp.</summary>
    private sealed class ToLogUniform : DivergenceKernel
    {
        public override Vector<T> Run<T>(FlatRows<T> rows)
        {
            var (mu, logSigma2, ofMu, ofLogSigma2) = (rows[0], rows[1], rows[2], rows[3]);
            var (tiny, bound) = (Lanes.Of<T>(SparseDropoutPosterior.Tiny), Lanes.Of<T>(SparseDropoutPosterior.LogAlphaBound));
            var sum = Vector<T>.Zero;
            for (var i = 0; i < rows.Length; i += Vector<T>.Count)
            {
                var power = mu[i] * mu[i] + tiny;
                var free = logSigma2[i] - Lanes.Log(power);
                var logAlpha = Vector.Min(Vector.Max(free, -bound), bound);
                var (value, slope) = LogUniformDivergence.OfLogAlpha(logAlpha);
                slope = Vector.ConditionalSelect(Vector.Equals(free, logAlpha), slope, Vector<T>.Zero);
                ofMu[i] = -slope * (mu[i] + mu[i]) / power;
                ofLogSigma2[i] = slope;
                sum += value;
            }

            return sum;
        }
    }
}
