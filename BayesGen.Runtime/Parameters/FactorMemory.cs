using BayesGen.Kernels;
using BayesGen.Variational;

namespace BayesGen.Parameters;

/// <summary>Where one factor of the products of an arena lies: addresses, and the buffers that are its own.</summary>
internal sealed class FactorMemory : IDisposable
{
    private readonly ArenaParameters _all;
    private readonly Func<long, Tensor> _buffer;
    private readonly List<Tensor> _own = [];
    private readonly int _first;
    private nint[] _slopes = [];

    /// <param name="factor">The factor.</param>
    /// <param name="extent">What its numbers belong to.</param>
    /// <param name="first">The first of its parameters.</param>
    /// <param name="all">The parameters of the arena.</param>
    /// <param name="isLocal">Whether its noise is at the outputs of layers, so that there is none to keep.</param>
    /// <param name="buffer">Makes a buffer.</param>
    public FactorMemory(
        KernelFactor factor, ParameterExtent extent, int first, ArenaParameters all, bool isLocal, Func<long, Tensor> buffer)
    {
        (Factor, Extent, _first, _all, _buffer) = (factor, extent, first, all, buffer);
        Parameters = [.. Enumerable.Range(first, factor.ParameterCount).Select(index => TensorMemory.AddressOf(all[index]))];
        Noise = isLocal ? [] : Buffers(factor.Kernel.NoiseCount);
    }

    public KernelFactor Factor { get; }

    public FamilyKernel Kernel => Factor.Kernel;

    public ParameterExtent Extent { get; }

    /// <summary>Its parameters.</summary>
    public nint[] Parameters { get; }

    /// <summary>What the last draw left of its noise.</summary>
    public nint[] Noise { get; }

    /// <summary>The drawn factor; where it is plain, its parameter.</summary>
    public nint Values { get; private set; }

    /// <summary>The factor times all coarser ones.</summary>
    public nint Products { get; private set; }

    /// <summary>The gradients of the products, and then of the factor.</summary>
    public nint Gradients { get; private set; }

    /// <summary>The slopes of its divergence with respect to its parameters.</summary>
    public nint[] Slopes => _slopes.Length > 0 ? _slopes : _slopes = Buffers(Parameters.Length);

    /// <summary>Those of all rows, one for each parameter of the family, that are of its parameters.</summary>
    public ReadOnlySpan<nint> Of(nint[] rows) => rows.AsSpan(_first, Parameters.Length);

    /// <summary>Says where products and gradients lie: the finest product is W, and its gradient G.</summary>
    /// <param name="isCoarsest">Whether there is nothing to multiply the factor by.</param>
    /// <param name="finest">The weights, where the factor is the finest.</param>
    public void Place(bool isCoarsest, WeightStore? finest)
    {
        Products = finest is null ? Buffers(1)[0] : TensorMemory.AddressOf(finest.Weights);
        Gradients = finest is null ? Buffers(1)[0] : TensorMemory.AddressOf(finest.Gradients);
        Values = Factor.IsPlain ? Parameters[0] : isCoarsest ? Products : Buffers(1)[0];
    }

    public void Dispose()
    {
        foreach (var buffer in _own)
            buffer.Dispose();
    }

    private nint[] Buffers(int count) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        var buffer = _buffer(_all.CountOf(Extent));
        _own.Add(buffer);
        return TensorMemory.AddressOf(buffer);
    })];
}
