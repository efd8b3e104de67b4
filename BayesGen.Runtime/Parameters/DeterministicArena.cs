using BayesGen.Kernels;
using TorchSharp.Modules;

namespace BayesGen.Parameters;

/// <summary>
/// The weights that nobody annotated (of one dtype and device), in one flat parameter, so that an optimizer has one tensor to update
/// instead of dozens. The network's own parameters and gradients are aliases of it.
/// </summary>
internal sealed class DeterministicArena : IDisposable
{
    public DeterministicArena(IReadOnlyList<NetworkWeight> weights)
    {
        Weights = weights;
        Store = new WeightStore(weights);
        Store.Adopt(weights);
        Flat = new Parameter(Store.Weights.detach());
        Flat.DetachFromDisposeScope();
        Flat.grad = Store.Gradients;
    }

    public IReadOnlyList<NetworkWeight> Weights { get; }

    public WeightStore Store { get; }

    /// <summary>The leaf that an optimizer sees.</summary>
    public Parameter Flat { get; }

    /// <summary>Forgets the gradient and keeps the buffer.</summary>
    public void ZeroGradient()
    {
        Store.Gradients.ZeroInPlace();
        Store.AliasGradients();
        Flat.grad = Store.Gradients;
    }

    public void Verify()
    {
        Store.Verify();
        using var gradient = Flat.grad;
        if (gradient is null)
            Flat.grad = Store.Gradients;
    }

    public void Dispose()
    {
        Flat.grad = null;
        Flat.Dispose();
        Store.Dispose();
    }
}
