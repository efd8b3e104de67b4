namespace BayesGen;

/// <summary>Masks.</summary>
public sealed partial class NetworkArena
{
    /// <summary>Masks weights whose score is below their threshold; see <see cref="PruningExtensions.Prune"/>.</summary>
    /// <param name="thresholds">The thresholds.</param>
    public PruneReport Prune(Thresholds thresholds)
    {
        RequireNoDraw("prune");
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var (arena, keep) in _families.Zip(KeepMasks(thresholds)))
            arena.Prune(keep);
        WriteResting();
        return PruneStatistics();
    }

    /// <summary>Takes every mask back.</summary>
    public void Unprune()
    {
        RequireNoDraw("unprune");
        using var _ = no_grad();
        foreach (var arena in _families)
            arena.Unprune();
        WriteResting();
    }

    /// <summary>What is kept now, or would be with the given thresholds.</summary>
    /// <param name="thresholds">The thresholds to try, or null.</param>
    public PruneReport PruneStatistics(Thresholds? thresholds = null)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var masks = thresholds is null ? null : KeepMasks(thresholds);
        var weights = new List<PrunedWeight>();
        for (var i = 0; i < _families.Count; i++)
        {
            foreach (var weight in _families[i].Weights)
            {
                using var kept = _families[i].MaskWindowOf(weight) is var own && masks is null
                    ? own.sum()
                    : (own & weight.SliceOf(masks![i])).sum();
                weights.Add(new PrunedWeight(weight.Key, weight.Count, kept.item<long>()));
            }
        }

        var order = BayesianWeights.Select((weight, index) => (weight.Key, index)).ToDictionary(pair => pair.Key, pair => pair.index);
        return new PruneReport([.. weights.OrderBy(weight => order[weight.Key])], TotalCount);
    }

    /// <summary>Flat boolean masks, one for each arena, of the weights that reach their threshold; those without one are kept.</summary>
    internal IReadOnlyList<Tensor> KeepMasks(Thresholds thresholds)
    {
        ArgumentNullException.ThrowIfNull(thresholds);
        thresholds.RequireFit(_families);
        using var _ = no_grad();
        var masks = new List<Tensor>();
        foreach (var arena in _families)
        {
            using var scores = arena.Posterior.Score();
            var keep = ones(arena.Count, dtype: ScalarType.Bool, device: arena.Store.Device);
            foreach (var weight in arena.Weights)
            {
                if (thresholds.Of(weight.Key, arena.Family.PosteriorType) is not { } threshold)
                    continue;
                using var slice = weight.SliceOf(scores);
                using var target = weight.SliceOf(keep);
                using var reached = slice >= threshold;
                target.copy_(reached);
            }

            masks.Add(keep);
        }

        return masks;
    }
}
