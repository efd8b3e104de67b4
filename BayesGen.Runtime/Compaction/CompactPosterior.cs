using BayesGen.Parameters;
using BayesGen.Serialization;

namespace BayesGen.Compaction;

/// <summary>Takes what a Bayesian neural network has learned over to one of its kept units.</summary>
internal static class CompactPosterior
{
    /// <summary>What stands for the zero mean of a weight that was not pruned: small enough for every sum to pass it over.</summary>
    private const double AlmostZero = 1e-30;

    /// <summary>
    /// Writes something else than zero for weights whose mean is zero though they were never pruned: their posterior is wide, so the units
    /// that they feed are alive.
    /// </summary>
    /// <param name="arena">The large network.</param>
    /// <param name="plain">A plain network with its weights.</param>
    public static void ShowZeroMeans(NetworkArena arena, nn.Module plain)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var state = PlainNetwork.StateOf(plain);
        foreach (var weight in arena.Inventory.Weights.Where(weight => !NetworkWeight.IsBiasName(weight.Name)))
            if (arena.Inventory.Keys.ArenaOf(weight) is { } family && state.TryGetValue(weight.Key, out var tensor))
            {
                var isWide = family.Posterior.WindowOf(weight).Variance().reshape(weight.Shape).gt(Operand(0));
                var stays = family.Mask.Windows[weight.Place.Index].logical_and(isWide).logical_and(tensor.eq(Operand(0)));
                tensor.detach().masked_fill_(stays, Operand(tensor.dtype == ScalarType.Float16 ? 1e-7 : AlmostZero));
            }
    }

    /// <summary>
    /// Gives a small network the posterior, the masks, the learned priors and the buffers of a large one, without the units that went. A
    /// bias that constants were added to keeps the posterior that it started with, whose mean has them.
    /// </summary>
    /// <param name="from">The large network.</param>
    /// <param name="to">The small one, made from the small plain network.</param>
    /// <param name="cuts">What went.</param>
    public static void Carry(NetworkArena from, NetworkArena to, IReadOnlyList<LayerCut> cuts)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var shapes = to.Inventory.Weights.ToDictionary(weight => weight.Key, weight => weight.Shape);
        var before = from.Inventory.Weights.ToDictionary(weight => weight.Key);
        foreach (var weight in to.Inventory.Weights)
            if (before.TryGetValue(weight.Key, out var known) && from.Inventory.Keys.ArenaOf(known) is { } old
                && to.Inventory.Keys.ArenaOf(weight) is { } small)
                small.Priors.Set(weight.Place.Index, old.Priors[known.Place.Index]);
        var folded = cuts.Where(cut => cut.Folded is not null).Select(cut => $"{cut.Key}.{cut.Folded}").ToHashSet();
        var source = new Dictionary<string, Tensor>();
        foreach (var (key, tensor) in from.LiveState())
        {
            var cut = cuts.FirstOrDefault(cut => key.StartsWith($"{cut.Key}.", StringComparison.Ordinal));
            var name = cut is null ? "" : key[(cut.Key.Length + 1)..].Split('.')[0];
            if (folded.Contains($"{cut?.Key}.{name}"))
                continue;
            source[key] = cut is null ? tensor : cut.Beside(
                name, shapes.TryGetValue($"{cut.Key}.{name}", out var shape) ? shape : tensor.shape, tensor);
        }

        to.LoadStateDict(source, strict: false);
    }
}
