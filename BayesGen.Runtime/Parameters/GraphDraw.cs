using BayesGen.Kernels;
using BayesGen.Noise;

namespace BayesGen.Parameters;

/// <summary>
/// A draw that autograd differentiates: for every family that can sample, whatever its formula, dtype and device.
/// </summary>
/// <param name="arena">The arena.</param>
/// <param name="weights">The weights with their graph.</param>
/// <param name="variances">
/// Their variances with their graph, where the noise is added to the outputs; null where it is not, and where they have none.
/// </param>
internal sealed class GraphDraw(FamilyArena arena, Tensor weights, Tensor? variances) : ArenaDraw(arena)
{
    public override Tensor Weights => weights;

    public override bool HasGradient { get; } = is_grad_enabled();

    /// <summary>Draws and writes the draw into W.</summary>
    public static GraphDraw Make(FamilyArena arena, NoiseSource noise)
    {
        if (arena.Local is not { } local)
        {
            var drawn = arena.Sample(noise).DetachFromDisposeScope();
            arena.Store.Write(drawn);
            return new GraphDraw(arena, drawn, null);
        }

        var mean = arena.LocalMean().DetachFromDisposeScope();
        var variances = arena.LocalVariance()?.DetachFromDisposeScope();
        using (no_grad())
            if (variances is not null)
                local.Variances.copy_(variances);
        local.Begin(noise);
        arena.Store.Write(mean);
        return new GraphDraw(arena, mean, variances);
    }

    public override void Dispose()
    {
        base.Dispose();
        variances?.Dispose();
        weights.Dispose();
    }

    /// <remarks>The graph is retained, so that a second Backward of the same draw works as it does for any other leaf.</remarks>
    protected override void CarryOn()
    {
        // Without a graph is what depends on frozen parameters alone.
        List<(Tensor From, Tensor Gradient)> starts = [(weights, Arena.Store.Gradients)];
        if (variances is not null)
            starts.Add((variances, Arena.Local!.Gradients));
        starts.RemoveAll(start => !start.From.requires_grad);
        if (starts.Count > 0)
            autograd.backward([.. starts.Select(start => start.From)], [.. starts.Select(start => start.Gradient)], retain_graph: true);
        Arena.Store.Gradients.ZeroInPlace();
        Arena.Local?.Gradients.ZeroInPlace();
    }
}
