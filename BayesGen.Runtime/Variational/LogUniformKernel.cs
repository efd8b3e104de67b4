using System.Numerics;
using BayesGen.Kernels;

namespace BayesGen.Variational;

/// <summary>The kernels of <see cref="LogUniformPosterior"/>. Rows: mu, log_sigma, scale_mu, log_alpha.</summary>
internal sealed class LogUniformKernel : FamilyKernel
{
    public static LogUniformKernel Instance { get; } = new();

    public override int NoiseCount => 2;

    /// <summary>w = scale_mu (1 + a) (mu + d) with a = sqrt(alpha) e1 and d = sigma e2, which are kept.</summary>
    public override Vector<T> Draw<T>(FlatRows<T> rows)
    {
        var (mu, logSigma, scaleMu, logAlpha) = (rows[0], rows[1], rows[2], rows[3]);
        var (scaleNoise, valueNoise, weights) = (rows[4], rows[5], rows[6]);
        var half = Lanes.Of<T>(0.5);
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
        {
            var relative = Lanes.Exp(half * logAlpha[i]) * scaleNoise[i];
            var deviation = Lanes.Exp(logSigma[i]) * valueNoise[i];
            scaleNoise[i] = relative;
            valueNoise[i] = deviation;
            weights[i] = scaleMu[i] * (Vector<T>.One + relative) * (mu[i] + deviation);
        }

        return Vector<T>.Zero;
    }

    /// <summary>
    /// With z = scale_mu (1 + a) and v = mu + d: dw/dmu = z, dw/dlog_sigma = z d, dw/dscale_mu = v (1 + a), dw/dlog_alpha = v scale_mu a /
    /// 2.
    /// </summary>
    public override Vector<T> PullBack<T>(FlatRows<T> rows)
    {
        var (mu, scaleMu, relative, deviation, gradient) = (rows[0], rows[2], rows[4], rows[5], rows[6]);
        var (ofMu, ofLogSigma, ofScaleMu, ofLogAlpha) = (rows[7], rows[8], rows[9], rows[10]);
        var half = Lanes.Of<T>(0.5);
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
        {
            var whole = Vector<T>.One + relative[i];
            var slope = gradient[i];
            var ofValue = slope * scaleMu[i] * whole;
            var ofScale = slope * (mu[i] + deviation[i]);
            ofMu[i] += ofValue;
            ofLogSigma[i] += ofValue * deviation[i];
            ofScaleMu[i] += ofScale * whole;
            ofLogAlpha[i] += half * ofScale * scaleMu[i] * relative[i];
            gradient[i] = Vector<T>.Zero;
        }

        return Vector<T>.Zero;
    }

    public override DivergenceKernel? KlTo(Prior prior) => prior is LogUniformPrior ? new ToLogUniform() : null;

    /// <summary>The value's KL to N(0, 1), slopes mu and sigma^2 - 1, and the scale's, a function of log alpha.</summary>
    private sealed class ToLogUniform : DivergenceKernel
    {
        public override Vector<T> Run<T>(FlatRows<T> rows)
        {
            var (mu, logSigma, logAlpha) = (rows[0], rows[1], rows[3]);
            var (ofMu, ofLogSigma, ofScaleMu, ofLogAlpha) = (rows[4], rows[5], rows[6], rows[7]);
            var half = Lanes.Of<T>(0.5);
            var sum = Vector<T>.Zero;
            for (var i = 0; i < rows.Length; i += Vector<T>.Count)
            {
                var variance = Lanes.Exp(logSigma[i] + logSigma[i]);
                var (value, slope) = LogUniformDivergence.OfLogAlpha(logAlpha[i]);
                ofMu[i] = mu[i];
                ofLogSigma[i] = variance - Vector<T>.One;
                ofScaleMu[i] = Vector<T>.Zero;
                ofLogAlpha[i] = slope;
                sum += half * (variance + mu[i] * mu[i] - Vector<T>.One) - logSigma[i] + value;
            }

            return sum;
        }
    }
}
