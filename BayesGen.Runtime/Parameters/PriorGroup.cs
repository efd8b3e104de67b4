using System.Collections;
using BayesGen.Variational;

namespace BayesGen.Parameters;

/// <summary>The priors of one layer, by the name that TorchSharp gives each weight. Assign one to change it.</summary>
/// <param name="arena">The memory of the network.</param>
/// <param name="key">The key of the layer.</param>
public class PriorGroup(NetworkArena arena, string key) : IEnumerable<KeyValuePair<string, Prior>>
{
    /// <summary>The key of the layer.</summary>
    public string Key { get; } = key;

    /// <summary>The prior of one weight.</summary>
    /// <param name="name">The name of the weight within the layer.</param>
    /// <exception cref="KeyNotFoundException">The layer has no Bayesian weight of this name.</exception>
    public Prior this[string name]
    {
        get => arena.Prior($"{Key}.{name}");
        set => arena.SetPrior($"{Key}.{name}", value);
    }

    /// <summary>The names of the layer's Bayesian weights.</summary>
    public IEnumerable<string> Names => arena.NamesUnder(Key);

    /// <summary>Gives every Bayesian weight of the layer the same prior.</summary>
    /// <param name="prior">The prior.</param>
    public void SetAll(Prior prior)
    {
        foreach (var name in Names.ToList())
            this[name] = prior;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, Prior>> GetEnumerator() =>
        Names.Select(name => KeyValuePair.Create(name, this[name])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>The prior of a layer that has a weight and nothing else that is Bayesian.</summary>
/// <inheritdoc/>
public class WeightPrior(NetworkArena arena, string key) : PriorGroup(arena, key)
{
    /// <summary>The prior of the weight.</summary>
    public Prior Weight
    {
        get => this["weight"];
        set => this["weight"] = value;
    }
}

/// <summary>The priors of a layer with weight and bias.</summary>
/// <inheritdoc/>
public sealed class WeightBiasPrior(NetworkArena arena, string key) : WeightPrior(arena, key)
{
    /// <summary>The prior of the bias.</summary>
    public Prior Bias
    {
        get => this["bias"];
        set => this["bias"] = value;
    }
}
