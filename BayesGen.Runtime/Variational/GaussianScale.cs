using System.Numerics;
using BayesGen.Kernels;
using BayesGen.Noise;

namespace BayesGen.Variational;

/// <summary>
/// The posterior N(mu, sigma^2) of the scale of a unit, measured by log alpha = log sigma^2 - log mu^2: how much of it is noise.
/// </summary>
/// <param name="mu">The means.</param>
/// <param name="logSigma2">The logarithms of the variances.</param>
internal sealed class GaussianScale(Tensor mu, Tensor logSigma2)
{
    /// <summary>Keeps log mu^2 finite where mu is zero.</summary>
    private const double Epsilon = 1e-8;

    /// <summary>The start of Louizos et al. 2017 and Dai et al. 2018: sigma = 0.011.</summary>
    public const double DefaultLogSigma2 = -9;

    /// <summary>One draw of each scale: mu + sigma eps.</summary>
    public Tensor Sample(NoiseSource noise)
    {
        using var epsilon = noise.Normal(mu);
        return WithNoise(epsilon);
    }

    /// <summary>A draw of each scale for each of several examples.</summary>
    /// <returns>A new tensor [examples, scales].</returns>
    public Tensor Sample(NoiseSource noise, long examples)
    {
        using var like = mu.expand(examples, mu.numel());
        using var epsilon = noise.Normal(like);
        return WithNoise(epsilon);
    }

    /// <summary>E z = mu.</summary>
    public Tensor Mean() => mu.alias();

    /// <summary>E z^2 = mu^2 + sigma^2.</summary>
    public Tensor Power()
    {
        using var square = mu.Squared();
        using var variance = logSigma2.exp();
        return square.AddTo(variance);
    }

    /// <summary>log alpha.</summary>
    public Tensor LogAlpha()
    {
        using var square = mu.Squared();
        using var positive = square + Operand(Epsilon);
        using var log = positive.log();
        return logSigma2.Subtract(log);
    }

    private Tensor WithNoise(Tensor epsilon)
    {
        using var half = logSigma2 * Operand(0.5);
        using var sigma = half.exp();
        return addcmul(mu, sigma, epsilon, Operand(1));
    }

    /// <summary>The kernels of such scales; their divergence is the family's own.</summary>
    public sealed class Kernel : AdditiveNoiseKernel
    {
        /// <summary>The kernels.</summary>
        public static Kernel Instance { get; } = new();

        /// <summary>None: what a scale is scored against is no prior of weights.</summary>
        public override DivergenceKernel? KlTo(Prior prior) => null;
    }

    /// <summary>A divergence that is a function of log alpha. Rows: mu, log_sigma2; the slopes.</summary>
    public abstract class Divergence : DivergenceKernel
    {
        /// <summary>d log alpha / d mu = -2 mu / (mu^2 + epsilon), d log alpha / d log sigma^2 = 1.</summary>
        public override Vector<T> Run<T>(KernelRows<T> rows)
        {
            var (mu, logSigma2, ofMu, ofLogSigma2) = (rows[0], rows[1], rows[2], rows[3]);
            var epsilon = VectorMath.Of<T>(Epsilon);
            var sum = Vector<T>.Zero;
            for (var i = 0; i < rows.Length; i += Vector<T>.Count)
            {
                var power = mu[i] * mu[i] + epsilon;
                var (value, slope) = OfLogAlpha(logSigma2[i] - VectorMath.Log(power));
                ofMu[i] = -slope * (mu[i] + mu[i]) / power;
                ofLogSigma2[i] = slope;
                sum += value;
            }

            return sum;
        }

        /// <summary>The divergence and its slope.</summary>
        protected abstract (Vector<T> Value, Vector<T> Slope) OfLogAlpha<T>(Vector<T> logAlpha)
            where T : unmanaged, IFloatingPointIeee754<T>;
    }
}
