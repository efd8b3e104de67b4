using BayesGen.Execution;
using BayesGen.Parameters;
using BayesGen.Structure;

namespace BayesGen.Pruning;

/// <summary>Turns thresholds into masks of the arenas.</summary>
internal static class Pruner
{
    /// <summary>How many examples are answered twice, to compare.</summary>
    private const long MostExamples = 64;

    /// <summary>Masks weights whose score is below their threshold, and with an example what became useless by it.</summary>
    public static PruneReport Prune(NetworkArena arena, Thresholds thresholds, Tensor? example = null)
    {
        using var turn = arena.TakeTurn();
        arena.Lease.RequireIdle("prune");
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var keep = KeepMasks(arena, thresholds);
        RequireSomethingLeft(arena, keep);
        var map = example is null ? null : UnitProbe.Map(arena, example);
        if (map is not null)
        {
            keep = Propagated(arena, map, keep, example!);
            RequireSomethingLeft(arena, keep);
        }

        foreach (var (family, mask) in arena.Families.Zip(keep))
            family.Mask.Prune(mask);
        arena.AdoptState();
        return Report(arena, null, map);
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
    public static PruneReport Statistics(NetworkArena arena, Thresholds? thresholds = null, Tensor? example = null)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var keep = thresholds is null ? null : KeepMasks(arena, thresholds);
        var map = example is null ? null : UnitProbe.Map(arena, example);
        if (map is not null && keep is not null)
            keep = Propagated(arena, map, keep, example!);
        return Report(arena, keep, map);
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
            var keep = KeepAll(family);
            foreach (var weight in family.Weights)
            {
                if (thresholds.Of(weight.Key, family.Family.PosteriorType) is not { } threshold)
                    continue;
                using var slice = weight.Place.SliceOf(scores);
                using var target = weight.Place.SliceOf(keep);
                using var reached = slice >= Operand(threshold);
                target.copy_(reached);
            }

            masks.Add(keep);
        }

        return masks;
    }

    /// <summary>Checks that no layer loses the last of its weights.</summary>
    /// <exception cref="ArgumentException">A layer does; the message names it.</exception>
    public static void RequireSomethingLeft(NetworkArena arena, IReadOnlyList<Tensor> keep)
    {
        using var scope = NewDisposeScope();
        var left = new Dictionary<NetworkWeight, (long Before, long After)>();
        for (var i = 0; i < arena.Families.Count; i++)
            foreach (var weight in arena.Families[i].Weights)
                left[weight] = (Sum(arena.Families[i].Mask.Windows[weight.Place.Index]),
                    Sum(weight.Place.SliceOf(keep[i]) & arena.Families[i].Mask.Windows[weight.Place.Index]));
        foreach (var layer in arena.Inventory.Weights
            .Where(weight => weight.Shape.Length > 1 && !NetworkWeight.IsBiasName(weight.Name))
            .GroupBy(weight => weight.LayerName.Key))
        {
            if (layer.All(left.ContainsKey) && layer.All(weight => left[weight].After == 0) && layer.Any(weight => left[weight].Before > 0))
                throw new ArgumentException(
                    $"Nothing of '{(layer.Key.Length == 0 ? layer.First().Key : layer.Key)}' would be left: every one of its "
                    + $"{layer.Sum(weight => weight.FreeCount)} weights is below its threshold, or what it reads or feeds is. A layer "
                    + "without weights answers the same to everything. Lower the threshold, of this layer alone by "
                    + $"[\"{layer.First().Key}\"] = ... Nothing was changed.");
        }

        static long Sum(Tensor mask) => mask.sum().item<long>();
    }

    private static PruneReport Report(NetworkArena arena, IReadOnlyList<Tensor>? keep, UnitMap? map)
    {
        var weights = new List<PrunedWeight>();
        for (var i = 0; i < arena.Families.Count; i++)
        {
            foreach (var weight in arena.Families[i].Weights)
            {
                using var kept = arena.Families[i].Mask.Windows[weight.Place.Index] is var own && keep is null
                    ? own.sum()
                    : (own & weight.Place.SliceOf(keep![i])).sum();
                weights.Add(new PrunedWeight(weight.Key, weight.FreeCount, kept.item<long>()));
            }
        }

        var order = arena.BayesianWeights.Select((weight, index) => (weight.Key, index)).ToDictionary(pair => pair.Key, pair => pair.index);
        return new PruneReport([.. weights.OrderBy(weight => order[weight.Key])], arena.TotalCount)
        {
            Structure = map is null ? null : StructureOf(arena, map, keep ?? [.. arena.Families.Select(KeepAll)]),
        };
    }

    private static PrunedStructure StructureOf(NetworkArena arena, UnitMap map, IReadOnlyList<Tensor> keep)
    {
        var counted = new HashSet<string>();
        return new([.. map.Layers.Where(layer => layer.Kind != UnitLayerKind.PerChannel).Select(layer =>
        {
            var mask = new LayerMask(arena, layer);
            var (outputs, inputs) = mask.Kept(keep);
            var compact = layer.IsFollowed ? mask.CompactWeights(keep) : layer.Weights;

            // A weight that two layers share is there once, and works in both.
            var isAgain = layer.WeightKey is { } key && !counted.Add(key);
            return new PrunedLayer(
                layer.Key, layer.Kind, layer.Inputs, inputs.Count(kept => kept), layer.Outputs, outputs.Count(kept => kept),
                isAgain ? 0 : layer.Weights, isAgain ? 0 : compact,
                layer.Macs, layer.Macs == 0 ? 0 : compact * layer.Positions);
        })]);
    }

    private static IReadOnlyList<Tensor> Propagated(NetworkArena arena, UnitMap map, IReadOnlyList<Tensor> keep, Tensor example)
    {
        // What was frozen by hand stays as it is, too.
        arena.Freezing.Read();
        var propagation = new UnitPropagation(arena, map, keep);
        RequireSameAnswers(arena, propagation, example);
        return propagation.Keep;
    }

    /// <summary>
    /// Runs the example with and without the units that nothing reads: where the answers differ, the network uses weights in a way that
    /// running its layers does not show.
    /// </summary>
    private static void RequireSameAnswers(NetworkArena arena, UnitPropagation propagation, Tensor example)
    {
        using var scope = NewDisposeScope();
        using var weights = arena.Lease.Override("prune");
        using var mode = new EvaluationMode(arena.Network);
        var buffers = arena.Inventory.Buffers.Copy();
        var (expected, found) = (Answers(propagation.Needed), Answers(propagation.Keep));
        foreach (var (one, other) in expected.Zip(found))
        {
            var tolerance = one.dtype == ScalarType.Float64 ? 1e-9 : 1e-4;
            if (!(one.Subtract(other).abs().max() <= one.abs().max().AddTo(Operand(1)) * Operand(tolerance)).item<bool>())
                throw new NotSupportedException(
                    "Units that no layer reads change the answer of the network, so it uses weights past its layers, for example by "
                    + "functional.linear(x, layer.weight). It cannot be pruned by units; without an example it is pruned weight by weight. "
                    + "Nothing was changed.");
        }

        IReadOnlyList<Tensor> Answers(IReadOnlyList<Tensor> keep)
        {
            weights.Write(WeightState.Mean, keep);
            try
            {
                return UnitProbe.Forward(arena.Network, example.narrow(0, 0, Math.Min(example.size(0), MostExamples)).to(arena.Device));
            }
            finally
            {
                arena.Inventory.Buffers.Restore(buffers);
            }
        }
    }

    private static Tensor KeepAll(FamilyArena family) => ones(family.Store.Count, dtype: ScalarType.Bool, device: family.Store.Device);
}
