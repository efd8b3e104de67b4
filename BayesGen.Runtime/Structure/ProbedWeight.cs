using BayesGen.Kernels;
using BayesGen.Parameters;
using TorchSharp.Modules;

namespace BayesGen.Structure;

/// <summary>A weight tensor of a network that is probed, whether it has a posterior or not. Tied ones are one.</summary>
/// <param name="key">Its key in the state.</param>
/// <param name="layer">The module that it is named by.</param>
/// <param name="layerKey">The key of that module.</param>
/// <param name="count">How many of its numbers are weights.</param>
/// <param name="parameter">The parameter itself.</param>
internal sealed class ProbedWeight(string key, nn.Module layer, string layerKey, long count, Parameter parameter)
{
    public string Key { get; } = key;

    public nn.Module Layer { get; } = layer;

    public string LayerKey { get; } = layerKey;

    public long Count { get; } = count;

    public bool IsBias { get; } = NetworkWeight.IsBiasName(key[(key.LastIndexOf('.') + 1)..]);

    public int Rank { get; } = (int)parameter.dim();

    /// <summary>Where its numbers lie, by which tied ones are known.</summary>
    public nint Address { get; } = TensorMemory.AddressOf(parameter);

    /// <summary>The weights of a Bayesian neural network.</summary>
    public static IReadOnlyList<ProbedWeight> Of(ParameterInventory inventory) => [.. inventory.Weights.Select(weight =>
        new ProbedWeight(weight.Key, weight.Layer, weight.LayerName.Key, weight.FreeCount, weight.Parameter))];

    /// <summary>The weights of a plain network.</summary>
    public static IReadOnlyList<ProbedWeight> Of(nn.Module network)
    {
        var (seen, weights) = (new HashSet<nint>(), new List<ProbedWeight>());
        foreach (var (name, module) in network.named_modules().Prepend(("", network)))
            foreach (var (own, parameter) in module.named_parameters(recurse: false))
                if (parameter.numel() > 0 && seen.Add(TensorMemory.AddressOf(parameter)))
                {
                    var key = GraphBuilder.KeyOf(name);
                    weights.Add(new(key.Length == 0 ? own : $"{key}.{own}", module, key, parameter.numel(), parameter));
                }

        return weights;
    }
}
