using System.Collections;
using System.Globalization;
using BayesGen.Parameters;

namespace BayesGen.Pruning;

/// <summary>
/// The thresholds of a pruning: a weight is kept where its score is at least the threshold. One bare number where the network has one
/// family, a number per family, or a number for a single weight, which wins over that of its family. They are a value: once made they
/// do not change.
/// </summary>
/// <example><c>new() { [LogUniform] = 1.0, [Gaussian] = -1.0, ["conv1.weight"] = 2.0 }</c></example>
public sealed class Thresholds : IEnumerable<KeyValuePair<string, double>>
{
    private readonly Dictionary<Type, double> _families = [];
    private readonly Dictionary<string, double> _weights = [];
    private double? _bare;

    /// <summary>The score that the thresholds are compared with.</summary>
    public PruningScore Score { get; init; } = PruningScore.Family;

    /// <summary>The threshold of a shipped family.</summary>
    /// <param name="family">The family.</param>
    public double this[Family family]
    {
        init => _families[PosteriorFamily.TypeOf(family)] = Number(value);
    }

    /// <summary>The threshold of a family of your own.</summary>
    /// <param name="posterior">The posterior class.</param>
    public double this[Type posterior]
    {
        init => _families[posterior] = Number(value);
    }

    /// <summary>The threshold of one weight.</summary>
    /// <param name="key">The key of the weight, for example <c>conv1.weight</c>.</param>
    public double this[string key]
    {
        init => _weights[key] = Number(value);
    }

    private Thresholds(Thresholds other)
    {
        (_families, _weights, _bare, Score) = (new(other._families), new(other._weights), other._bare, other.Score);
    }

    /// <summary>Thresholds without any number in them; an initializer adds some.</summary>
    public Thresholds()
    {
    }

    /// <summary>The same with another threshold of a shipped family: a copy.</summary>
    /// <param name="family">The family.</param>
    /// <param name="threshold">The threshold.</param>
    public Thresholds With(Family family, double threshold) => With(PosteriorFamily.TypeOf(family), threshold);

    /// <summary>The same with another threshold of a family of your own: a copy.</summary>
    /// <param name="posterior">The posterior class.</param>
    /// <param name="threshold">The threshold.</param>
    public Thresholds With(Type posterior, double threshold) => new(this) { [posterior] = threshold };

    /// <summary>The same with another threshold of one weight: a copy.</summary>
    /// <param name="key">The key of the weight, for example <c>conv1.weight</c>.</param>
    /// <param name="threshold">The threshold.</param>
    public Thresholds With(string key, double threshold) => new(this) { [key] = threshold };

    /// <summary>One threshold for a network of one family.</summary>
    /// <param name="threshold">The threshold.</param>
    public static implicit operator Thresholds(double threshold) => new() { _bare = Number(threshold) };

    /// <summary>The thresholds as text, for example <c>LogUniform 1, conv1.weight 2</c>.</summary>
    public override string ToString() => string.Join(", ", this.Select(entry =>
        (entry.Key.Length == 0 ? "" : entry.Key + " ") + entry.Value.ToString(CultureInfo.InvariantCulture)));

    /// <summary>The thresholds by name: empty for a bare one, the posterior's name for a family, the key for a weight.</summary>
    public IEnumerator<KeyValuePair<string, double>> GetEnumerator()
    {
        if (_bare is { } bare)
            yield return new("", bare);
        foreach (var (family, threshold) in _families)
            yield return new(family.Name.Replace("Posterior", "", StringComparison.Ordinal), threshold);
        foreach (var entry in _weights)
            yield return entry;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The threshold of a weight, or null where nothing is said about it.</summary>
    internal double? Of(string key, Type posterior) =>
        _weights.TryGetValue(key, out var own) ? own : _families.TryGetValue(posterior, out var family) ? family : _bare;

    /// <summary>Checks that every threshold means something in this network.</summary>
    internal void RequireFit(IReadOnlyList<FamilyArena> arenas)
    {
        var families = arenas.Select(arena => arena.Family).Distinct().ToList();
        var names = string.Join(", ", families.Select(family => family.Name));
        if (_bare is { } bare && families.Count > 1)
            throw new ArgumentException(
                $"One bare threshold {bare.ToString(CultureInfo.InvariantCulture)} stands for several families ({names}), whose scores "
                + "mean different things. Give one for each: new() { [LogUniform] = 1.0, [Gaussian] = -1.0 }.");
        if (_families.Keys.FirstOrDefault(type => families.All(family => family.PosteriorType != type)) is { } unused)
            throw new ArgumentException($"A threshold is given for {unused.Name}, and the network has only {names}.");
        var keys = arenas.SelectMany(arena => arena.Weights).Select(weight => weight.Key).ToHashSet();
        if (_weights.Keys.FirstOrDefault(key => !keys.Contains(key)) is { } unknown)
            throw new ArgumentException(
                $"A threshold is given for '{unknown}', and the network has no Bayesian weight of that key. It has: "
                + $"{string.Join(", ", keys.Select(key => $"'{key}'"))}.");
    }

    private static double Number(double value) => double.IsNaN(value)
        ? throw new ArgumentException("A threshold is a number, not NaN.", nameof(value))
        : value;
}
