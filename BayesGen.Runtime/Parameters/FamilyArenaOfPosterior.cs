using BayesGen.Variational;

namespace BayesGen.Parameters;

/// <summary>The arena of the family <typeparamref name="TPosterior"/>.</summary>
internal sealed class FamilyArena<TPosterior> : FamilyArena
    where TPosterior : Posterior, IPosterior<TPosterior>
{
    private readonly TPosterior _posterior;
    private readonly TPosterior[] _windows;

    public FamilyArena(PosteriorFamily<TPosterior> family, IReadOnlyList<NetworkWeight> weights) : base(family, weights)
    {
        using var _ = no_grad();
        _posterior = TPosterior.Over(Flat);
        _windows = [.. weights.Select(Window)];
        foreach (var (weight, window) in weights.Zip(_windows))
            TPosterior.Initialize(window, weight.Parameter, weight.Options);
        Store.Adopt(weights);
        DrawByKernel();
    }

    public override Posterior Posterior => _posterior;

    public override Posterior WindowOf(NetworkWeight weight) => _windows[IndexOf(weight)];

    public override Posterior CopyOfWindow(NetworkWeight weight) => Window(weight);

    public override void Restart(NetworkWeight weight, Tensor mean)
    {
        using var _ = no_grad();
        TPosterior.Initialize(_windows[IndexOf(weight)], mean, weight.Options);
        MaskWindowOf(weight).fill_(true);
    }

    public override Tensor Divergence(object loss, IReadOnlyList<ArenaDraw> draws)
    {
        List<ScoredWeights<TPosterior>> runs = [.. draws.SelectMany(draw => ((FamilyArena<TPosterior>)draw.Arena).ScoredWeights(draw))];
        return runs.Count > 0 ? ((IScores<TPosterior>)loss).Divergence(runs) : zeros([], dtype: Store.Dtype, device: Store.Device);
    }

    public override void Dispose()
    {
        foreach (var parameter in _windows.SelectMany(window => window.Parameters))
            parameter.Dispose();
        base.Dispose();
    }

    private IEnumerable<ScoredWeights<TPosterior>> ScoredWeights(ArenaDraw draw)
    {
        var mask = draw.Mask;
        foreach (var (offset, count, prior) in PriorRuns())
        {
            Tensor? Kl() => draw.Kl(offset, count, prior);
            yield return new ScoredWeights<TPosterior>(
                () => TPosterior.Over([.. Flat.Select(flat => Part(flat))]),
                prior,
                () => Part(draw.Sample),
                mask is null ? null : Part(mask),
                Kl);

            Tensor Part(Tensor flat) => count == Count ? flat.alias() : flat.narrow(0, offset, count);
        }
    }

    protected override Tensor MeanOf(long offset, long count)
    {
        using var _ = no_grad();
        List<Tensor> parts = [.. Flat.Select(flat => flat.narrow(0, offset, count))];
        var mean = TPosterior.Over(parts).Mean();
        foreach (var part in parts)
            part.Dispose();
        return mean;
    }

    /// <summary>Detached slices: they share memory with the flat parameters and may be written without a no_grad.</summary>
    private TPosterior Window(NetworkWeight weight) => TPosterior.Over([.. Flat.Select(flat =>
    {
        using var detached = flat.detach();
        return weight.SliceOf(detached).DetachFromDisposeScope();
    })]);
}
