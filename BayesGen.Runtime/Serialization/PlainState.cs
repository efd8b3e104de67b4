using BayesGen.Parameters;

namespace BayesGen.Serialization;

/// <summary>
/// A network under the keys of a plain one, as PyTorch and others save it: <c>conv1.weight</c>, <c>bn.running_mean</c>.
/// </summary>
internal static class PlainState
{
    /// <summary>
    /// The weights of the network as they are now, and its buffers, live. A tied weight stands under each of its keys.
    /// </summary>
    public static IReadOnlyList<KeyValuePair<string, Tensor>> Of(ParameterInventory inventory) =>
    [
        .. inventory.Weights.SelectMany(
            weight => weight.Owners.TiedKeys.Prepend(weight.Key).Select(key => KeyValuePair.Create<string, Tensor>(key, weight.Parameter))),
        .. inventory.Buffers.All.Select(buffer => KeyValuePair.Create(buffer.Key, buffer.Buffer)),
        .. inventory.Buffers.Tied.Select(buffer => KeyValuePair.Create(buffer.Key, buffer.Buffer)),
    ];

    /// <summary>
    /// Makes plain weights the means of their posteriors, which start over, and writes deterministic weights and buffers as they are.
    /// Everything is checked before anything is written.
    /// </summary>
    /// <param name="arena">The memory of the network.</param>
    /// <param name="source">Tensors by plain key.</param>
    /// <param name="strict">Whether a missing or an unexpected key is an error.</param>
    /// <returns>
    /// The keys that were loaded, those of the network that the source lacks, and those of the source that were left out.
    /// </returns>
    /// <exception cref="StateMismatchException">Keys or shapes do not fit; the message names each.</exception>
    /// <exception cref="ArgumentException">A tensor has a dtype that cannot become that of its weight.</exception>
    public static (IReadOnlyList<string> Loaded, IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected) Load(
        NetworkArena arena, IReadOnlyDictionary<string, Tensor> source, bool strict)
    {
        using var turn = arena.TakeTurn();
        arena.Lease.RequireIdle("load means", "load");
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var inventory = arena.Inventory;
        var targets = Of(inventory);
        var found = new FormerKeys(inventory.FormerNames).Translate(source, targets.Select(entry => entry.Key).ToHashSet())
            .ToDictionary(entry => entry.Key, entry => entry.Value);
        foreach (var (key, target) in targets)
            if (BatchCounter.Is(key) && found.TryGetValue(key, out var counter) && counter.numel() == target.numel())
                found[key] = counter.reshape(target.shape);

        // What stands under several keys is there once it is there under one of them.
        var tied = inventory.Weights.Where(weight => weight.Owners.TiedKeys.Count > 0).ToList();
        List<List<string>> several = [.. tied.Select(weight => weight.Owners.TiedKeys.Prepend(weight.Key).ToList())];
        several.AddRange(inventory.Buffers.Tied.GroupBy(buffer => buffer.Buffer, ReferenceEqualityComparer.Instance).Select(same =>
            inventory.Buffers.All.Where(first => ReferenceEquals(first.Buffer, same.Key)).Take(1).Concat(same)
                .Select(buffer => buffer.Key).ToList()));
        var spared = several
            .Where(keys => keys.Exists(found.ContainsKey))
            .SelectMany(keys => keys.Where(key => !found.ContainsKey(key)))
            .ToHashSet();
        List<KeyValuePair<string, Tensor>> expected = [.. targets.Where(entry =>
            !spared.Contains(entry.Key) && (!BatchCounter.Is(entry.Key) || found.ContainsKey(entry.Key)))];
        var names = expected.Select(entry => entry.Key).ToHashSet();
        List<string> passedOver = [.. found.Keys.Where(key => BatchCounter.Is(key) && !names.Contains(key))];
        foreach (var key in passedOver)
            found.Remove(key);
        var comparison = StateComparison.Of(expected, found);
        comparison.RequireFit(strict);
        foreach (var keys in several)
            RequireOne([.. keys.Where(found.ContainsKey)], found);
        foreach (var (key, target) in expected)
            if (found.TryGetValue(key, out var value))
                TensorConversion.Require(key, target.dtype, value);

        var loaded = new List<string>();
        foreach (var (key, target) in expected)
        {
            if (!found.TryGetValue(key, out var value))
                continue;
            loaded.Add(key);
            var first = tied.FirstOrDefault(weight => weight.Owners.TiedKeys.Contains(key))?.Key ?? key;
            if (inventory.Keys.TryFind(first, out var bayesian))
            {
                bayesian.Arena.Posterior.Restart(bayesian.Weight, value.to(target.dtype, target.device));
                bayesian.Arena.Mask.Windows[bayesian.Weight.Place.Index].fill_(Operand(true));
            }
            else
                target.copy_(value);
        }

        arena.AdoptState();
        return (loaded, comparison.Missing, [.. comparison.Unexpected, .. passedOver]);
    }

    private static void RequireOne(IReadOnlyList<string> keys, Dictionary<string, Tensor> found)
    {
        foreach (var key in keys.Skip(1))
        {
            using var same = found[keys[0]].eq(found[key].to(found[keys[0]].dtype)).all();
            if (!same.item<bool>())
                throw new ArgumentException(
                    $"'{keys[0]}' and '{key}' are one weight of the network, and the file gives them different numbers. Untie them in the "
                    + "network, or leave one out of the file. Nothing was loaded.");
        }
    }
}
