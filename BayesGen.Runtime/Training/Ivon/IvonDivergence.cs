using System.Numerics;
using BayesGen.Kernels;
using BayesGen.Optimizers;

namespace BayesGen.Training;

/// <summary>
/// KL(N(mu, sigma^2) || N(m, s^2)) over flat weights as a number and nothing else: IVON has no use for its slopes. Rows: mu, log_sigma.
/// </summary>
internal sealed class IvonDivergence(double center, double scale)
{
    /// <summary>The sum over all weights, or null where the tensors are not in flat memory on the CPU.</summary>
    public double? Of(Tensor mu, Tensor logSigma) => !FlatMemory.IsFlat(mu, logSigma)
        ? null
        : mu.dtype == ScalarType.Float32
            ? FlatLoop.Run<float>(mu.numel(), Run, TensorMemory.AddressOf(mu), TensorMemory.AddressOf(logSigma))
            : FlatLoop.Run<double>(mu.numel(), Run, TensorMemory.AddressOf(mu), TensorMemory.AddressOf(logSigma));

    private Vector<T> Run<T>(FlatRows<T> rows)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (mu, logSigma) = (rows[0], rows[1]);
        var (mean, precision) = (Lanes.Of<T>(center), Lanes.Of<T>(1 / (scale * scale)));
        var (half, constant) = (Lanes.Of<T>(0.5), Lanes.Of<T>(Math.Log(scale) - 0.5));
        var sum = Vector<T>.Zero;
        for (var i = 0; i < rows.Length; i += Vector<T>.Count)
        {
            var offset = mu[i] - mean;
            sum += half * precision * (Lanes.Exp(logSigma[i] + logSigma[i]) + offset * offset) - logSigma[i] + constant;
        }

        return sum;
    }
}
