using System.Numerics;
using BayesGen.Kernels;

namespace BayesGen.Variational;

/// <summary>The kernels of <see cref="SparseDropoutPosterior"/>. Rows: mu, log_sigma2.</summary>
internal sealed class SparseDropoutKernel : AdditiveNoiseKernel
{
    public static SparseDropoutKernel Instance { get; } = new();

    public override DivergenceKernel? KlTo(Prior prior) => prior is LogUniformPrior ? new ToLogUniform() : null;

    /// <summary>A function of log alpha = log_sigma2 - log(mu^2 + epsilon), which has no slope outside its clamp.</summary>
    private sealed class ToLogUniform : DivergenceKernel
    {
        public override Vector<T> Run<T>(KernelRows<T> rows)
        {
            var (mu, logSigma2, ofMu, ofLogSigma2) = (rows[0], rows[1], rows[2], rows[3]);
            var epsilon = VectorMath.Of<T>(SparseDropoutPosterior.Epsilon);
            var bound = VectorMath.Of<T>(SparseDropoutPosterior.LogAlphaBound);
            var sum = Vector<T>.Zero;
            for (var i = 0; i < rows.Length; i += Vector<T>.Count)
            {
                var power = mu[i] * mu[i] + epsilon;
                var free = logSigma2[i] - VectorMath.Log(power);
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
