using System.Numerics;
using BayesGen.Kernels;
using BayesGen.Noise;
using BayesGen.Variational;

namespace BayesGen.Parameters;

/// <summary>
/// The kernels of a family over the memory of one arena on the CPU, with the buffers that a step needs, which live as long as the arena.
/// </summary>
internal sealed class ArenaKernel : IDisposable
{
    private readonly FamilyArena _arena;
    private readonly FamilyKernel _kernel;
    private readonly Tensor[] _noise;
    private readonly nint[] _noiseRows;
    private readonly nint[] _parameterRows;
    private readonly nint _weights;
    private readonly nint _gradients;
    private readonly Dictionary<(long Offset, long Count), HeldDivergence> _held = [];
    private Tensor[] _klGradients = [];
    private nint[] _klRows = [];
    private bool _isHeld;

    private ArenaKernel(FamilyArena arena, FamilyKernel kernel)
    {
        _arena = arena;
        _kernel = kernel;
        _noise = arena.Local is null ? Buffers(kernel.NoiseCount) : [];
        _noiseRows = Rows(_noise);
        _parameterRows = Rows(arena.Flat);
        _weights = TensorMemory.AddressOf(arena.Store.Weights);
        _gradients = TensorMemory.AddressOf(arena.Store.Gradients);
    }

    /// <summary>What the last draw left of its noise; nothing where the noise is at the outputs.</summary>
    public IReadOnlyList<Tensor> Noise => _noise;

    /// <summary>Whether a draw ended with the gradient of a divergence that nobody carried on.</summary>
    public bool HasLostDivergence { get; set; }

    /// <summary>The kernels of an arena; null where the family has none, or none for its dtype and device.</summary>
    public static ArenaKernel? For(FamilyArena arena) =>
        arena.Posterior is IHasKernel family && arena.Store.Count > 0 && FlatLoop.Takes(arena.Store.Weights)
            ? new ArenaKernel(arena, family.Kernel)
            : null;

    /// <summary>Writes a draw into W; with a local estimator the means, and their variances beside.</summary>
    public void Draw(NoiseSource noise)
    {
        if (_arena.Local is { } local)
            Run(_kernel.Moments<float>, _kernel.Moments<double>, [.. _parameterRows, _weights, TensorMemory.AddressOf(local.Variances)]);
        else
        {
            IFlatSource[] calls = [.. _noise.Select(_ => noise.NextNormal())];
            Run(_kernel.Draw<float>, _kernel.Draw<double>, [.. _parameterRows, .. _noiseRows, _weights], 0, _arena.Count, calls,
                _parameterRows.Length);
        }

        _arena.Keep(_arena.Store.Weights);
        _arena.WriteFixed(_arena.Store.Weights);
        if (_arena.Local is not null)
            _arena.Keep(_arena.Local.Variances);
        _arena.Store.RaiseVersions();
    }

    /// <summary>Adds what G means for the parameters to their gradients, and makes G zero.</summary>
    public void PullBack()
    {
        // What a pruned weight is told changes nothing.
        _arena.Keep(_arena.Store.Gradients);
        if (_arena.Local is not { } local)
        {
            Run(_kernel.PullBack<float>, _kernel.PullBack<double>, [.. _parameterRows, .. _noiseRows, _gradients, .. GradientRows()]);
            return;
        }

        _arena.Keep(local.Gradients);
        Run(_kernel.PullBackMoments<float>, _kernel.PullBackMoments<double>,
            [TensorMemory.AddressOf(local.Variances), _gradients, TensorMemory.AddressOf(local.Gradients), .. GradientRows()]);
    }

    /// <summary>
    /// From now on the posterior stays as it is: a divergence is computed once for all draws, and its slopes are carried on once, by
    /// <see cref="Settle"/>.
    /// </summary>
    public void Hold() => _isHeld = true;

    /// <summary>Carries on the slopes of the divergences that draws went backward through since <see cref="Hold"/>.</summary>
    public void Settle()
    {
        foreach (var ((offset, count), held) in _held)
        {
            if (held.Factor != 0)
                AddSlopes(offset, count, held.Factor);
            held.Factor = 0;
        }
    }

    /// <summary>The posterior may move again.</summary>
    public void Release()
    {
        _held.Clear();
        _isHeld = false;
    }

    /// <summary>Forgets slopes that were not carried on.</summary>
    public void Forget()
    {
        HasLostDivergence = false;
        foreach (var held in _held.Values)
            held.Factor = 0;
    }

    /// <summary>
    /// The divergence of a run of weights, whose slopes are kept for <see cref="PullBackKl"/>; null without a closed form.
    /// </summary>
    public double? Kl(long offset, long count, Prior prior)
    {
        if (_held.TryGetValue((offset, count), out var held) && held.Prior.Equals(prior))
            return held.Value;

        // A divergence of the kept weights alone is left to autograd.
        if (_arena.Mask is not null || _kernel.KlTo(prior) is not { } divergence)
            return null;
        if (_klGradients.Length == 0)
        {
            _klGradients = Buffers(_parameterRows.Length);
            _klRows = Rows(_klGradients);
        }

        var value = Run(divergence.Run<float>, divergence.Run<double>, [.. _parameterRows, .. _klRows], offset, count);
        if (_isHeld)
            _held[(offset, count)] = new HeldDivergence(prior, value);
        return value;
    }

    /// <summary>
    /// Adds the slopes of the divergence of a run, times a factor, to the gradients of the parameters, which exist by then.
    /// </summary>
    public void PullBackKl(long offset, long count, double factor)
    {
        if (_held.TryGetValue((offset, count), out var held))
            held.Factor += factor;
        else
            AddSlopes(offset, count, factor);
    }

    public void Dispose()
    {
        foreach (var buffer in _noise.Concat(_klGradients))
            buffer.Dispose();
    }

    private void AddSlopes(long offset, long count, double factor)
    {
        var slopes = new SlopesKernel(_klRows.Length, factor);
        Run(slopes.Run<float>, slopes.Run<double>, [.. _klRows, .. GradientRows()], offset, count);
    }

    private double Run(FlatKernel<float> single, FlatKernel<double> twice, ReadOnlySpan<nint> rows) =>
        Run(single, twice, rows, 0, _arena.Count);

    private double Run(
        FlatKernel<float> single, FlatKernel<double> twice, ReadOnlySpan<nint> rows, long offset, long count, IFlatSource[]? sources = null,
        int firstRow = 0)
    {
        Span<nint> starts = stackalloc nint[rows.Length];
        for (var i = 0; i < rows.Length; i++)
            starts[i] = rows[i] + (nint)(offset * _arena.Store.Weights.ElementSize);
        return _arena.Store.Dtype == ScalarType.Float32
            ? FlatLoop.Run(count, single, sources ?? [], firstRow, starts)
            : FlatLoop.Run(count, twice, sources ?? [], firstRow, starts);
    }

    /// <summary>The gradients of the parameters, zeros where there were none: an optimizer may have dropped them.</summary>
    private nint[] GradientRows() => [.. _arena.Flat.Select(flat =>
    {
        using var gradient = flat.grad;
        if (gradient is not null && gradient.is_contiguous())
            return TensorMemory.AddressOf(gradient);
        using var _ = no_grad();
        using var fresh = gradient?.contiguous() ?? zeros_like(flat, dtype: flat.dtype, device: flat.device, requires_grad: false);
        flat.grad = fresh;
        return TensorMemory.AddressOf(fresh);
    })];

    private Tensor[] Buffers(int count) => [.. Enumerable.Range(0, count).Select(_ =>
        zeros(_arena.Count, dtype: _arena.Store.Dtype, device: _arena.Store.Device).DetachFromDisposeScope())];

    private static nint[] Rows(IEnumerable<Tensor> tensors) => [.. tensors.Select(TensorMemory.AddressOf)];

    /// <summary>The divergence of a run while the posterior stays as it is, and how much of its slopes is owed to the gradients.</summary>
    private sealed class HeldDivergence(Prior prior, double value)
    {
        public Prior Prior { get; } = prior;

        public double Value { get; } = value;

        public double Factor { get; set; }
    }
}
