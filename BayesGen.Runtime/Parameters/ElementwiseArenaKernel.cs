using BayesGen.Kernels;
using BayesGen.Noise;
using BayesGen.Variational;

namespace BayesGen.Parameters;

/// <summary>
/// The kernels of a family with a number of each parameter for every weight: one pass over the flat arrays draws, one pulls back.
/// </summary>
internal sealed class ElementwiseArenaKernel : ArenaKernel
{
    private readonly FamilyKernel _kernel;
    private readonly Tensor[] _noise;
    private readonly nint[] _noiseRows;
    private readonly nint[] _parameterRows;
    private readonly nint _weights;
    private readonly nint _gradients;
    private Tensor[] _slopes = [];
    private nint[] _slopeRows = [];

    public ElementwiseArenaKernel(FamilyArena arena, FamilyKernel kernel) : base(arena)
    {
        _kernel = kernel;
        _noise = arena.Local is null ? Buffers(kernel.NoiseCount) : [];
        _noiseRows = Rows(_noise);
        _parameterRows = Rows(arena.Flat);
        _weights = TensorMemory.AddressOf(arena.Store.Weights);
        _gradients = TensorMemory.AddressOf(arena.Store.Gradients);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> Noise => _noise;

    public override void Dispose()
    {
        foreach (var buffer in _noise.Concat(_slopes))
            buffer.Dispose();
    }

    protected override void WriteDraw(NoiseSource noise)
    {
        if (Arena.Local is { } local)
        {
            Run(_kernel.Moments<float>, _kernel.Moments<double>, [.. _parameterRows, _weights, TensorMemory.AddressOf(local.Variances)]);
            return;
        }

        IRowSource[] calls = [.. _noise.Select(_ => noise.NextNormal())];
        Run(_kernel.Draw<float>, _kernel.Draw<double>, [.. _parameterRows, .. _noiseRows, _weights], 0, Arena.Store.Count, calls,
            _parameterRows.Length);
    }

    protected override void CarryOn()
    {
        if (Arena.Local is { } local)
            Run(_kernel.PullBackMoments<float>, _kernel.PullBackMoments<double>,
                [TensorMemory.AddressOf(local.Variances), _gradients, TensorMemory.AddressOf(local.Gradients), .. GradientRows()]);
        else
            Run(_kernel.PullBack<float>, _kernel.PullBack<double>, [.. _parameterRows, .. _noiseRows, _gradients, .. GradientRows()]);
    }

    protected override double? Divergence(long offset, long count, Prior prior)
    {
        if (_kernel.KlTo(prior) is not { } divergence)
            return null;
        if (_slopes.Length == 0)
        {
            _slopes = Buffers(_parameterRows.Length);
            _slopeRows = Rows(_slopes);
        }

        return Run(divergence.Run<float>, divergence.Run<double>, [.. _parameterRows, .. _slopeRows], offset, count);
    }

    protected override void AddSlopes(long offset, long count, double factor)
    {
        var slopes = new AxpyKernel(_slopeRows.Length, factor);
        Run(slopes.Run<float>, slopes.Run<double>, [.. _slopeRows, .. GradientRows()], offset, count);
    }

    private double Run(KernelFunction<float> single, KernelFunction<double> twice, ReadOnlySpan<nint> rows) =>
        Run(single, twice, rows, 0, Arena.Store.Count);

    private Tensor[] Buffers(int count) => [.. Enumerable.Range(0, count).Select(_ => Buffer(Arena.Store.Count))];
}
