using System.Numerics;

namespace BayesGen;

/// <summary>
/// KL(N(mu, sigma^2) || N(m, s^2)) over flat weights as a number and nothing else: IVON has no use for its slopes. Rows: mu, log_sigma.
/// </summary>
internal sealed class IvonDivergence(double center, double scale)
{
    /// <summary>The sum over all weights, or null where the tensors are not in flat memory on the CPU.</summary>
    public double? Of(Tensor mu, Tensor logSigma) => !FlatMemory.IsFlat(mu, logSigma)
        ? null
        : mu.dtype == ScalarType.Float32
            ? KernelRunner.Run<float>(mu.numel(), Run, TensorMemory.AddressOf(mu), TensorMemory.AddressOf(logSigma))
            : KernelRunner.Run<double>(mu.numel(), Run, TensorMemory.AddressOf(mu), TensorMemory.AddressOf(logSigma));

    private Vector<T> Run<T>(KernelRows<T> rows)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (mu, logSigma) = (rows[0], rows[1]);
        var (mean, precision) = (VectorMath.Of<T>(center), VectorMath.Of<T>(1 / (scale * scale)));
        var (half, constant) = (VectorMath.Of<T>(0.5), VectorMath.Of<T>(Math.Log(scale) - 0.5));
        var sum = Vector<T>.Zero;
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
        {
            var offset = mu[i] - mean;
            sum += half * precision * (VectorMath.Exp(logSigma[i] + logSigma[i]) + offset * offset) - logSigma[i] + constant;
        }

        return sum;
    }
}
