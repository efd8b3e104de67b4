using BayesGen.Parameters;
using BayesGen.Serialization;

namespace BayesGen.Compaction;

/// <summary>Takes what a Bayesian neural network has learned over to one of its kept units.</summary>
internal static class CompactPosterior
{
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
