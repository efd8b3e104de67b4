namespace BayesGen;

/// <summary>What became of the weights when the network was built.</summary>
public sealed partial class NetworkArena
{
    /// <summary>Every weight in the order of the network, and the layers that they belong to.</summary>
    public NetworkDescription Describe() => new(
        [.. _weights.Select(DescribeWeight)],
        [.. _weights.GroupBy(weight => weight.Layer, ReferenceEqualityComparer.Instance).Select(layer => DescribeLayer([.. layer]))]);

    private WeightDescription DescribeWeight(NetworkWeight weight)
    {
        var arena = _byKey.TryGetValue(weight.Key, out var found) ? found.Arena : null;
        return new WeightDescription(
            weight.Key,
            weight.IsFrozen ? WeightRole.Frozen : arena is null ? WeightRole.Deterministic : WeightRole.Bayesian,
            arena?.Family.Name,
            [.. weight.TiedKeys],
            weight.Shape,
            weight.Count,
            weight.Dtype,
            arena is null ? 0 : arena.WindowOf(weight).Parameters.Sum(parameter => parameter.numel() * parameter.ElementSize));
    }

    private LayerDescription DescribeLayer(IReadOnlyList<NetworkWeight> weights)
    {
        var bayesian = weights.Where(weight => _byKey.ContainsKey(weight.Key)).ToList();
        var key = weights[0].Key;
        return new LayerDescription(
            ReferenceEquals(weights[0].Layer, _network) ? "" : key[..^(weights[0].Name.Length + 1)],
            weights[0].Layer.GetType().Name,
            bayesian.Count == 0 ? null : bayesian[0].Options.Estimator,
            [.. bayesian.Select(weight => _byKey[weight.Key].Arena.PriorOf(weight)).Distinct()]);
    }
}
