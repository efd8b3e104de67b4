using BayesGen.Kernels;
using BayesGen.Optimizers;
using BayesGen.Variational;

namespace BayesGen.Training;

/// <summary>
/// KL(N(mu, sigma^2) || N(m, s^2)) over flat weights as a number and nothing else: IVON has no use for its slopes.
/// </summary>
internal sealed class IvonDivergence(double center, double scale)
{
    private readonly GaussianDivergence _divergence = new(center, scale);

    /// <summary>The sum over all weights, or null where the tensors are not in flat memory on the CPU.</summary>
    public double? Of(Tensor mu, Tensor logSigma) => !FlatMemory.IsFlat(mu, logSigma)
        ? null
        : mu.dtype == ScalarType.Float32
            ? KernelRunner.Run<float>(mu.numel(), _divergence.Sum, TensorMemory.AddressOf(mu), TensorMemory.AddressOf(logSigma))
            : KernelRunner.Run<double>(mu.numel(), _divergence.Sum, TensorMemory.AddressOf(mu), TensorMemory.AddressOf(logSigma));
}
