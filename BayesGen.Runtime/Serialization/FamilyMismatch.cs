using BayesGen.Parameters;
using BayesGen.Variational;

namespace BayesGen.Serialization;

/// <summary>What a state says of the families that its weights had, where they are others here.</summary>
internal static class FamilyMismatch
{
    /// <summary>What stands beside the parameters under the key of a weight.</summary>
    private const string MaskName = "mask";

    /// <summary>A sentence for each pair of families, with the weights that it is about.</summary>
    /// <param name="arena">The network.</param>
    /// <param name="state">The state, under the keys of today.</param>
    public static IReadOnlyList<string> In(NetworkArena arena, IReadOnlyDictionary<string, Tensor> state)
    {
        var names = state.Keys
            .Where(key => key.LastIndexOf('.') > 0)
            .ToLookup(key => key[..key.LastIndexOf('.')], key => key[(key.LastIndexOf('.') + 1)..]);
        return
        [
            .. arena.Inventory.Weights
                .Select(weight => (weight.Key, Here: arena.Inventory.Keys.ArenaOf(weight)?.Family.Descriptor, There: Parameters(weight)))
                .Where(entry => entry.There is not null && !entry.There.SetEquals(entry.Here?.ParameterNames ?? []))
                .GroupBy(entry => (Here: Said(entry.Here), There: Said(entry.There!)), entry => PlainText.Name(entry.Key))
                .Select(group => $"{Weights([.. group])} {group.Key.Here} here and {group.Key.There} in the state: annotate as the network "
                    + "that was saved."),
        ];

        // Null where nothing of the weight is there at all.
        HashSet<string>? Parameters(NetworkWeight weight) =>
            names[weight.Key].Where(name => name != MaskName).ToHashSet() is { Count: > 0 } found ? found
            : state.ContainsKey(weight.Key) ? []
            : null;

        static string Weights(IReadOnlyCollection<string> keys) =>
            $"'{keys.First()}'" + (keys.Count == 1 ? " has" : $" and {keys.Count - 1} more have");
    }

    private static string Said(FamilyDescriptor? here) => here is null ? "no posterior" : $"a {here.Name} posterior";

    /// <summary>A family by its parameters, where one that is known has them.</summary>
    private static string Said(HashSet<string> parameters)
    {
        List<string> known = [.. FamilyDescriptor.Met.Concat(ShippedFamilies.All)
            .Where(family => parameters.SetEquals(family.ParameterNames))
            .Select(family => family.Name)
            .Distinct()
            .Order(StringComparer.Ordinal)];
        return parameters.Count == 0 ? "no posterior"
            : known.Count > 0 ? $"a {string.Join(" or ", known)} posterior"
            : $"a posterior of {PlainText.List([.. parameters.Order(StringComparer.Ordinal)])}";
    }
}
