using System.Runtime.InteropServices;

namespace BayesGen.Parameters;

/// <summary>Tells whether a tensor was written since the probe was made, by whatever operation, without a look at its numbers.</summary>
/// <remarks>
/// TorchSharp shows the version counter of a tensor to nobody. Autograd compares it before it uses what it saved, so a graph over none of
/// the tensor's elements asks the question.
/// </remarks>
internal sealed class VersionProbe : IDisposable
{
    private readonly Tensor _leaf;
    private readonly Tensor _sum;

    public VersionProbe(Tensor tensor)
    {
        using var _ = enable_grad();
        using var detached = tensor.detach();
        using var line = detached.view(-1);
        using var nothing = line.narrow(0, 0, 0);
        _leaf = zeros(0, dtype: tensor.dtype, device: tensor.device).requires_grad_().DetachFromDisposeScope();
        using var product = _leaf * nothing;
        _sum = product.sum().DetachFromDisposeScope();
    }

    /// <summary>Whether the tensor was written.</summary>
    public bool HasChanged()
    {
        try
        {
            autograd.backward([_sum], retain_graph: true);
            return false;
        }
        catch (ExternalException)
        {
            return true;
        }
    }

    public void Dispose()
    {
        _leaf.grad = null;
        _leaf.Dispose();
        _sum.Dispose();
    }
}
