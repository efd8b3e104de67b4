using System.Text.RegularExpressions;

namespace BayesGen.Parameters;

/// <summary>The weights of a network by their keys, and the keys of the tensors that a weight consists of.</summary>
internal sealed class WeightKeys
{
    /// <summary>The part of a key before the numbers of a prior that are learned, and their name among the optimizer's tensors.</summary>
    public const string PriorName = "prior";

    private readonly IReadOnlyList<NetworkWeight> _weights;
    private readonly Dictionary<string, (FamilyArena Arena, NetworkWeight Weight)> _bayesian;

    public WeightKeys(IReadOnlyList<NetworkWeight> weights, IReadOnlyList<FamilyArena> families)
    {
        _weights = weights;
        _bayesian = families
            .SelectMany(arena => arena.Weights.Select(weight => (Arena: arena, Weight: weight)))
            .ToDictionary(pair => pair.Weight.Key);
    }

    /// <summary>The arena of a Bayesian weight; null where a weight is a plain number.</summary>
    public FamilyArena? ArenaOf(NetworkWeight weight) => _bayesian.GetValueOrDefault(weight.Key).Arena;

    /// <summary>The weight of a key with its arena, where it is Bayesian.</summary>
    public bool TryFind(string key, out (FamilyArena Arena, NetworkWeight Weight) found) => _bayesian.TryGetValue(key, out found);

    /// <summary>A Bayesian weight by its key, or by that of another place where the same weight is used.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public (FamilyArena Arena, NetworkWeight Weight) Find(string key) => _bayesian.TryGetValue(key, out var found)
        || (_weights.FirstOrDefault(weight => weight.Owners.TiedKeys.Contains(key)) is { } tied
            && _bayesian.TryGetValue(tied.Key, out found))
        ? found
        : throw new KeyNotFoundException(
            $"The network has no Bayesian weight '{key}'. It has: {string.Join(", ", _bayesian.Keys.Select(name => $"'{name}'"))}.");

    /// <summary>
    /// The weights of a layer, or one weight: a key counts for all that is under it. A * in it stands for any letters, so that
    /// <c>*.bias</c> names every bias.
    /// </summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public IReadOnlyList<NetworkWeight> Under(string key)
    {
        var found = _weights.Where(weight => weight.Owners.TiedKeys.Prepend(weight.Key)
            .Any(name => Fits(key, name))).ToList();
        return found.Count > 0
            ? found
            : throw new KeyNotFoundException(
                $"The network has no layer and no weight '{key}'. Its weights: "
                    + $"{string.Join(", ", _weights.Select(weight => $"'{weight.Key}'"))}.");
    }

    private static bool Fits(string key, string name) => key.Contains('*')
        ? Regex.IsMatch(name, "^" + Regex.Escape(key).Replace("\\*", ".*") + @"($|\.)", RegexOptions.CultureInvariant)
        : name == key || name.StartsWith(key + ".", StringComparison.Ordinal);

    /// <summary>The Bayesian weights of one layer by their names within it.</summary>
    public IEnumerable<string> NamesUnder(string key) => _weights
        .Where(weight => _bayesian.ContainsKey(weight.Key))
        .SelectMany(weight => weight.Owners.TiedKeys.Prepend(weight.Key))
        .Where(name => name.StartsWith(key + ".", StringComparison.Ordinal))
        .Select(name => name[(key.Length + 1)..]);

    /// <summary>The variational parameters of a weight under keys such as <c>fc1.weight.mu</c>; of a plain one the weight itself.</summary>
    public IEnumerable<(string Key, Tensor Tensor)> ParametersOf(NetworkWeight weight) => ArenaOf(weight) is { } arena
        ? arena.Family.ParameterNames.Zip(arena.Posterior.WindowOf(weight).Parameters, (name, tensor) => ($"{weight.Key}.{name}", tensor))
        : [(weight.Key, weight.Parameter)];

    /// <summary>What is learned of the prior of a weight, under keys such as <c>fc1.weight.prior.log_scale</c>.</summary>
    public IEnumerable<(string Key, Tensor Tensor)> LearnedPriorOf(NetworkWeight weight) => ArenaOf(weight) is { } arena
        ? arena.Priors.LearnedOf(weight.Place.Index).Select(entry => ($"{weight.Key}.{PriorName}.{entry.Name}", entry.Tensor))
        : [];
}
