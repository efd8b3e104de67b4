using BayesGen.Parameters;

namespace BayesGen.Structure;

/// <summary>Reads what became of the weights of a network when it was built.</summary>
internal static class NetworkDescriber
{
    /// <summary>Every weight in the order of the network, and the layers that they belong to.</summary>
    public static NetworkDescription Describe(NetworkArena arena)
    {
        arena.Freezing.Enter();
        arena.Freezing.Read();
        var (weights, keys) = (arena.Inventory.Weights, arena.Inventory.Keys);
        return new(
            [.. weights.Select(weight => DescribeWeight(weight, keys.ArenaOf(weight)))],
            [.. weights.GroupBy(weight => weight.LayerName.Key).Select(layer => DescribeLayer([.. layer], keys))]);
    }

    private static WeightDescription DescribeWeight(NetworkWeight weight, FamilyArena? arena) => new(
        weight.Key,
        weight.IsFrozen || weight.IsHeld ? WeightRole.Frozen : arena is null ? WeightRole.Deterministic : WeightRole.Bayesian,
        arena?.Family.Name,
        [.. weight.Owners.TiedKeys],
        weight.Shape,
        weight.FreeCount,
        weight.Dtype,
        arena is null ? 0 : arena.Posterior.WindowOf(weight).Parameters.Sum(parameter => parameter.numel() * parameter.ElementSize))
    {
        FrozenParameters = arena is null
            ? []
            : [.. arena.Family.ParameterNames.Where((_, i) => weight.IsHeld || !arena.Flat[i].requires_grad)],
        Units = arena is { Family.HasUnits: true } ? weight.Units.CountWithout(weight.Fixed) : null,
    };

    private static LayerDescription DescribeLayer(IReadOnlyList<NetworkWeight> weights, WeightKeys keys)
    {
        List<(NetworkWeight Weight, FamilyArena Arena)> bayesian = [.. weights
            .Select(weight => (Weight: weight, Arena: keys.ArenaOf(weight)!))
            .Where(pair => pair.Arena is not null)];
        return new LayerDescription(
            weights[0].LayerName.Key,
            weights[0].LayerName.Class,
            bayesian.Count == 0 ? null : bayesian[0].Weight.Options.Estimator,
            [.. bayesian.Select(pair => pair.Arena.Priors[pair.Weight.Place.Index]).Distinct()]);
    }
}
