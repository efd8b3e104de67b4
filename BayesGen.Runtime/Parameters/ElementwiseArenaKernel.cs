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
    private readonly KernelPair _draw;
    private readonly KernelPair _pullBack;
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
        _draw = arena.Local is null
            ? new(kernel.Draw<float>, kernel.Draw<double>)
            : new(kernel.Moments<float>, kernel.Moments<double>);
        _pullBack = arena.Local is null
            ? new(kernel.PullBack<float>, kernel.PullBack<double>)
            : new(kernel.PullBackMoments<float>, kernel.PullBackMoments<double>);
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
            Run(_draw, [.. _parameterRows, _weights, TensorMemory.AddressOf(local.Variances)]);
            return;
        }

        IRowSource[] calls = [.. _noise.Select(_ => noise.NextNormal())];
        Run(_draw, [.. _parameterRows, .. _noiseRows, _weights], 0, Arena.Store.Count, calls, _parameterRows.Length);
    }

    protected override void CarryOn()
    {
        if (Arena.Local is { } local)
            Run(_pullBack,
                [TensorMemory.AddressOf(local.Variances), _gradients, TensorMemory.AddressOf(local.Gradients), .. GradientRows()]);
        else
            Run(_pullBack, [.. _parameterRows, .. _noiseRows, _gradients, .. GradientRows()]);
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

        return Run(new(divergence.Run<float>, divergence.Run<double>), [.. _parameterRows, .. _slopeRows], offset, count);
    }

    protected override void AddSlopes(long offset, long count, double factor, nint[] gradients)
    {
        var slopes = new AxpyKernel(_slopeRows.Length, factor);
        Run(new(slopes.Run<float>, slopes.Run<double>), [.. _slopeRows, .. gradients], offset, count);
    }

    private double Run(in KernelPair kernel, ReadOnlySpan<nint> rows) => Run(kernel, rows, 0, Arena.Store.Count);

    private Tensor[] Buffers(int count) => [.. Enumerable.Range(0, count).Select(_ => Buffer(Arena.Store.Count))];
}
