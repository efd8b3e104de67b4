using BayesGen.Kernels;
using BayesGen.Noise;
using BayesGen.Variational;

namespace BayesGen.Parameters;

/// <summary>A draw by the kernels of the family: no graph, no temporaries, derivatives in closed form.</summary>
internal sealed class KernelDraw : ArenaDraw
{
    private readonly ArenaKernel _kernel;
    private readonly List<(long Offset, long Count, Tensor Leaf)> _divergences = [];

    private KernelDraw(FamilyArena arena, ArenaKernel kernel) : base(arena)
    {
        _kernel = kernel;
        HasGradient = is_grad_enabled();
    }

    public override Tensor Weights => Arena.Store.Weights;

    public override bool HasGradient { get; }

    /// <summary>Draws into W.</summary>
    public static KernelDraw Make(FamilyArena arena, ArenaKernel kernel, NoiseSource noise)
    {
        kernel.Draw(noise);
        arena.Local?.Begin(noise);
        return new KernelDraw(arena, kernel);
    }

    /// <summary>The value is a leaf: the gradient that a backward leaves there is the factor of the divergence's own.</summary>
    public override Tensor? Kl(long offset, long count, Prior prior)
    {
        if (_kernel.Kl(offset, count, prior) is not { } value)
            return null;
        var leaf = tensor(value, dtype: Arena.Store.Dtype, device: Arena.Store.Device);
        if (!HasGradient)
            return leaf;
        _divergences.Add((offset, count, leaf.requires_grad_().DetachFromDisposeScope()));
        return leaf.alias();
    }

    public override void ForgetGradient()
    {
        base.ForgetGradient();
        foreach (var (_, _, leaf) in _divergences)
            Zero(leaf);
    }

    /// <summary>A divergence that only a bare backward() has been through tells the arena, since its slopes have gone nowhere.</summary>
    public override void Dispose()
    {
        base.Dispose();
        foreach (var (_, _, leaf) in _divergences)
        {
            _kernel.HasLostDivergence |= FactorOf(leaf) != 0;
            leaf.Dispose();
        }

        _divergences.Clear();
    }

    protected override void CarryOn()
    {
        _kernel.PullBack();
        _kernel.PullBackKl(_divergences.Select(entry => (entry.Offset, entry.Count, FactorOf(entry.Leaf))).Where(run => run.Item3 != 0));
        foreach (var (_, _, leaf) in _divergences)
            Zero(leaf);
    }

    private static double FactorOf(Tensor leaf)
    {
        using var gradient = leaf.grad;
        return gradient?.Number() ?? 0;
    }
}
