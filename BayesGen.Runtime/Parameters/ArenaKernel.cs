using BayesGen.Kernels;
using BayesGen.Noise;
using BayesGen.Variational;

namespace BayesGen.Parameters;

/// <summary>
/// The kernels of a family over the memory of one arena on the CPU, with the buffers that a step needs, which live as long as the arena.
/// </summary>
/// <param name="arena">The arena.</param>
internal abstract class ArenaKernel(FamilyArena arena) : IDisposable
{
    private readonly Dictionary<(long Offset, long Count), HeldDivergence> _held = [];
    private readonly long _elementSize = arena.Store.Weights.ElementSize;
    private bool _isHeld;

    /// <summary>What the last draw left of its noise, a number for each weight; nothing where there is no such noise.</summary>
    public virtual IReadOnlyList<Tensor> Noise => [];

    /// <summary>Whether a draw ended with the gradient of a divergence that nobody carried on.</summary>
    public bool HasLostDivergence { get; set; }

    protected FamilyArena Arena { get; } = arena;

    /// <summary>The kernels of an arena; null where the family has none, or none for its dtype and device.</summary>
    public static ArenaKernel? For(FamilyArena arena)
    {
        if (arena.Store.Count == 0 || !KernelRunner.Takes(arena.Store.Weights))
            return null;
        if (arena.Posterior.Kernel is { } kernel)
            return new ElementwiseArenaKernel(arena, kernel);

        // The noise of a product as a whole has no moments that could move to the outputs.
        return arena.Posterior.Factors is { } factors && (arena.Local is null || arena.Posterior.HasUnitScales)
            ? new ProductArenaKernel(arena, factors)
            : null;
    }

    /// <summary>Writes a draw into W; with a local estimator the means, and their variances beside.</summary>
    public void Draw(NoiseSource noise)
    {
        WriteDraw(noise);
        Arena.Mask.Apply(Arena.Store.Weights);
        Arena.WriteFixed(Arena.Store.Weights);
        if (Arena.Local is not null)
            Arena.Mask.Apply(Arena.Local.Variances);
        Arena.Store.BumpVersions();
    }

    /// <summary>Adds what G means for the parameters to their gradients, and makes G zero.</summary>
    public void PullBack()
    {
        // What a pruned weight is told changes nothing.
        Arena.Mask.Apply(Arena.Store.Gradients);
        Arena.Mask.ZeroFixed(Arena.Store.Gradients);
        if (Arena.Local is not null)
            Arena.Mask.Apply(Arena.Local.Gradients);
        CarryOn();
    }

    /// <summary>
    /// From now on the posterior stays as it is: a divergence is computed once for all draws, and its slopes are carried on once, by
    /// <see cref="Settle"/>.
    /// </summary>
    public void Hold() => _isHeld = true;

    /// <summary>Carries on the slopes of the divergences that draws went backward through since <see cref="Hold"/>.</summary>
    public void Settle()
    {
        Carry([.. _held.Where(held => held.Value.Factor != 0).Select(held => (held.Key.Offset, held.Key.Count, held.Value.Factor))]);
        foreach (var held in _held.Values)
            held.Factor = 0;
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
        if (Arena.Mask.Kept is not null || Divergence(offset, count, prior) is not { } value)
            return null;
        if (_isHeld)
            _held[(offset, count)] = new HeldDivergence(prior, value);
        return value;
    }

    /// <summary>
    /// Adds the slopes of the divergences of runs, times their factors, to the gradients of the parameters, which exist by then.
    /// </summary>
    public void PullBackKl(IEnumerable<(long Offset, long Count, double Factor)> runs)
    {
        List<(long, long, double)> now = [];
        foreach (var (offset, count, factor) in runs)
        {
            if (_held.TryGetValue((offset, count), out var held))
                held.Factor += factor;
            else
                now.Add((offset, count, factor));
        }

        Carry(now);
    }

    public abstract void Dispose();

    /// <summary>Writes a draw into W, whatever is pruned or fixed.</summary>
    protected abstract void WriteDraw(NoiseSource noise);

    /// <summary>Adds what G means for the parameters to their gradients, and makes G zero.</summary>
    protected abstract void CarryOn();

    /// <summary>The divergence of a run, with its slopes written into buffers; null without a closed form.</summary>
    protected abstract double? Divergence(long offset, long count, Prior prior);

    /// <summary>Adds these slopes, times a factor, to the gradients of the parameters.</summary>
    /// <param name="offset">Where the first weight or run of weights begins.</param>
    /// <param name="count">How many weights there are from there to the end of the last.</param>
    /// <param name="factor">The factor.</param>
    /// <param name="gradients">The rows of the gradients.</param>
    protected abstract void AddSlopes(long offset, long count, double factor, nint[] gradients);

    /// <summary>Runs a kernel over a part of arrays.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="rows">The addresses of the arrays.</param>
    /// <param name="offset">The first element of the part.</param>
    /// <param name="count">The number of elements.</param>
    /// <param name="sources">What writes some of the rows first, each from its own beginning.</param>
    /// <param name="firstRow">The first of these.</param>
    protected double Run(
        in KernelPair kernel, ReadOnlySpan<nint> rows, long offset, long count, IRowSource[]? sources = null, int firstRow = 0)
    {
        Span<nint> starts = stackalloc nint[rows.Length];
        for (var i = 0; i < rows.Length; i++)
            starts[i] = AddressAt(rows[i], offset);
        return IsSingle
            ? KernelRunner.Run(count, kernel.Single, sources ?? [], firstRow, starts)
            : KernelRunner.Run(count, kernel.Twice, sources ?? [], firstRow, starts);
    }

    /// <summary>Whether the weights are floats, else they are doubles.</summary>
    protected bool IsSingle { get; } = arena.Store.Dtype == ScalarType.Float32;

    /// <summary>The address of an element.</summary>
    protected nint AddressAt(nint start, long offset) => start + (nint)(offset * _elementSize);

    /// <summary>The gradients of the parameters, zeros where there were none: an optimizer may have dropped them.</summary>
    protected nint[] GradientRows() => [.. Arena.Flat.Select(flat =>
    {
        using var gradient = flat.grad;
        if (gradient is not null && gradient.is_contiguous())
            return TensorMemory.AddressOf(gradient);
        using var _ = no_grad();
        using var fresh = gradient?.contiguous() ?? zeros_like(flat, dtype: flat.dtype, device: flat.device, requires_grad: false);
        flat.grad = fresh;
        return TensorMemory.AddressOf(fresh);
    })];

    /// <summary>A buffer of zeros.</summary>
    protected Tensor Buffer(long length) =>
        zeros(length, dtype: Arena.Store.Dtype, device: Arena.Store.Device).DetachFromDisposeScope();

    protected static nint[] Rows(IEnumerable<Tensor> tensors) => [.. tensors.Select(TensorMemory.AddressOf)];

    /// <summary>Carries slopes on; neighbors with one factor, as all of a loss have, go together.</summary>
    private void Carry(List<(long Offset, long Count, double Factor)> runs)
    {
        if (runs.Count == 0)
            return;
        var gradients = GradientRows();
        for (var first = 0; first < runs.Count;)
        {
            var (offset, count, factor) = runs[first];
            for (first++; first < runs.Count && runs[first] is var next && next.Offset == offset + count && next.Factor == factor; first++)
                count += next.Count;
            AddSlopes(offset, count, factor, gradients);
        }
    }

    /// <summary>The divergence of a run while the posterior stays as it is, and how much of its slopes is owed to the gradients.</summary>
    private sealed class HeldDivergence(Prior prior, double value)
    {
        public Prior Prior { get; } = prior;

        public double Value { get; } = value;

        public double Factor { get; set; }
    }
}
