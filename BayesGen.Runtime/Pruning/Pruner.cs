using BayesGen.Parameters;

namespace BayesGen.Pruning;

/// <summary>Turns thresholds into masks of the arenas.</summary>
internal static class Pruner
{
    /// <summary>Masks weights whose score is below their threshold; see <see cref="PruningExtensions.Prune"/>.</summary>
    public static PruneReport Prune(NetworkArena arena, Thresholds thresholds)
    {
        using var turn = arena.TakeTurn();
        arena.Lease.RequireIdle("prune");
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var (family, keep) in arena.Families.Zip(KeepMasks(arena, thresholds)))
            family.Mask.Prune(keep);
        arena.AdoptState();
        return Statistics(arena);
    }

    /// <summary>Takes every mask back.</summary>
    public static void Unprune(NetworkArena arena)
    {
        using var turn = arena.TakeTurn();
        arena.Lease.RequireIdle("unprune");
        using var _ = no_grad();
        foreach (var family in arena.Families)
            family.Mask.Unprune();
        arena.AdoptState();
    }

    /// <summary>What is kept now, or would be with the given thresholds.</summary>
    public static PruneReport Statistics(NetworkArena arena, Thresholds? thresholds = null)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var masks = thresholds is null ? null : KeepMasks(arena, thresholds);
        var weights = new List<PrunedWeight>();
        for (var i = 0; i < arena.Families.Count; i++)
        {
            foreach (var weight in arena.Families[i].Weights)
            {
                using var kept = arena.Families[i].Mask.Windows[weight.Place.Index] is var own && masks is null
                    ? own.sum()
                    : (own & weight.Place.SliceOf(masks![i])).sum();
                weights.Add(new PrunedWeight(weight.Key, weight.FreeCount, kept.item<long>()));
            }
        }

        var order = arena.BayesianWeights.Select((weight, index) => (weight.Key, index)).ToDictionary(pair => pair.Key, pair => pair.index);
        return new PruneReport([.. weights.OrderBy(weight => order[weight.Key])], arena.TotalCount);
    }

    /// <summary>Flat boolean masks, one for each arena, of the weights that reach their threshold; those without one are kept.</summary>
    public static IReadOnlyList<Tensor> KeepMasks(NetworkArena arena, Thresholds thresholds)
    {
        ArgumentNullException.ThrowIfNull(thresholds);
        thresholds.RequireFit(arena.Families);
        using var _ = no_grad();
        var masks = new List<Tensor>();
        foreach (var family in arena.Families)
        {
            using var scores = thresholds.Score == PruningScore.TotalNoise ? family.Posterior.TotalNoiseScore() : family.Posterior.Score();
            var keep = ones(family.Store.Count, dtype: ScalarType.Bool, device: family.Store.Device);
            foreach (var weight in family.Weights)
            {
                if (thresholds.Of(weight.Key, family.Family.PosteriorType) is not { } threshold)
                    continue;
                using var slice = weight.Place.SliceOf(scores);
                using var target = weight.Place.SliceOf(keep);
                using var reached = slice >= threshold;
                target.copy_(reached);
            }

            masks.Add(keep);
        }

        return masks;
    }
}
