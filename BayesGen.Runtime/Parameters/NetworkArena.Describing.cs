namespace BayesGen.Parameters;

/// <summary>What became of the weights when the network was built.</summary>
public sealed partial class NetworkArena
{
    /// <summary>Every weight in the order of the network, and the layers that they belong to.</summary>
    public NetworkDescription Describe()
    {
        Enter();
        ReadFrozen();
        return new(
            [.. _weights.Select(DescribeWeight)],
            [.. _weights.GroupBy(weight => weight.LayerKey).Select(layer => DescribeLayer([.. layer]))]);
    }

    private WeightDescription DescribeWeight(NetworkWeight weight)
    {
        var arena = _byKey.TryGetValue(weight.Key, out var found) ? found.Arena : null;
        return new WeightDescription(
            weight.Key,
            weight.IsFrozen || weight.IsHeld ? WeightRole.Frozen : arena is null ? WeightRole.Deterministic : WeightRole.Bayesian,
            arena?.Family.Name,
            [.. weight.TiedKeys],
            weight.Shape,
            weight.FreeCount,
            weight.Dtype,
            arena is null ? 0 : arena.WindowOf(weight).Parameters.Sum(parameter => parameter.numel() * parameter.ElementSize))
        {
            FrozenParameters = arena is null
                ? []
                : [.. arena.Family.ParameterNames.Where((_, i) => weight.IsHeld || !arena.Flat[i].requires_grad)],
        };
    }

    private LayerDescription DescribeLayer(IReadOnlyList<NetworkWeight> weights)
    {
        var bayesian = weights.Where(weight => _byKey.ContainsKey(weight.Key)).ToList();
        return new LayerDescription(
            weights[0].LayerKey,
            weights[0].LayerClass,
            bayesian.Count == 0 ? null : bayesian[0].Options.Estimator,
            [.. bayesian.Select(weight => _byKey[weight.Key].Arena.PriorOf(weight)).Distinct()]);
    }
}
