using System.Collections;
using BayesGen.Variational;

namespace BayesGen.Parameters;

/// <summary>The posteriors of one layer, by the name that TorchSharp gives each weight (<c>weight_ih_l0</c>, <c>0.weight</c>).</summary>
/// <typeparam name="TPosterior">The family.</typeparam>
/// <param name="arena">The memory of the network.</param>
/// <param name="key">The key of the layer.</param>
public class PosteriorGroup<TPosterior>(NetworkArena arena, string key) : IEnumerable<KeyValuePair<string, TPosterior>>
    where TPosterior : Posterior
{
    /// <summary>The key of the layer.</summary>
    public string Key { get; } = key;

    /// <summary>The window onto one weight.</summary>
    /// <param name="name">The name of the weight within the layer.</param>
    /// <exception cref="KeyNotFoundException">The layer has no Bayesian weight of this name.</exception>
    public TPosterior this[string name] => arena.Posterior<TPosterior>($"{Key}.{name}");

    /// <summary>The names of the layer's Bayesian weights.</summary>
    public IEnumerable<string> Names => arena.NamesUnder(Key);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, TPosterior>> GetEnumerator() =>
        Names.Select(name => KeyValuePair.Create(name, this[name])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>The posterior of a layer that has a weight and nothing else that is Bayesian.</summary>
/// <inheritdoc/>
public class WeightPosterior<TPosterior>(NetworkArena arena, string key) : PosteriorGroup<TPosterior>(arena, key)
    where TPosterior : Posterior
{
    /// <summary>The posterior of the weight.</summary>
    public TPosterior Weight => this["weight"];
}

/// <summary>The posterior of a layer with weight and bias.</summary>
/// <inheritdoc/>
public sealed class WeightBiasPosterior<TPosterior>(NetworkArena arena, string key) : WeightPosterior<TPosterior>(arena, key)
    where TPosterior : Posterior
{
    /// <summary>The posterior of the bias.</summary>
    public TPosterior Bias => this["bias"];
}
