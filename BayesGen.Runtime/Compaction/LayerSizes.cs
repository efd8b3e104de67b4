using BayesGen.Serialization;
using TorchSharp.Modules;

namespace BayesGen.Compaction;

/// <summary>The sizes of the layers of a network, which those of another one of its class are given.</summary>
internal static class LayerSizes
{
    /// <summary>The groups of its convolutions that have several, by the keys of the layers.</summary>
    public static Dictionary<string, long> GroupsOf(nn.Module network) => network.named_modules()
        .Where(entry => entry.Item2 is Convolution { groups: > 1 })
        .ToDictionary(entry => PlainNetwork.KeyOf(entry.name), entry => ((Convolution)entry.Item2).groups);

    /// <summary>Gives layers the sizes of tensors, and their numbers.</summary>
    /// <param name="network">The network, of the class that they are of.</param>
    /// <param name="tensors">Tensors by the keys of a state. What no layer of it has is passed over.</param>
    /// <param name="groups">The groups of convolutions that have several.</param>
    public static void Give(nn.Module network, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, long> groups)
    {
        foreach (var (name, module) in network.named_modules())
            Give(PlainNetwork.KeyOf(name), module, tensors, groups);
    }

    private static void Give(
        string key, nn.Module module, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, long> groups)
    {
        if (module is not (Linear or Convolution or NormBase or PReLU or Embedding) && !RecurrentUnits.Are(module))
            return;
        var own = tensors.Where(entry => entry.Key.StartsWith(key + ".", StringComparison.Ordinal) && entry.Value.dim() > 0)
            .ToDictionary(entry => entry.Key[(key.Length + 1)..], entry => entry.Value);
        if (own.Count == 0)
            return;
        var present = module.state_dict();

        // A layer of another class: whoever fills the network says so.
        if (present.Any(entry => entry.Value.dim() > 0
            && (!own.TryGetValue(entry.Key, out var tensor) || tensor.dim() != entry.Value.dim())))
            return;
        if (own.All(entry => present.TryGetValue(entry.Key, out var tensor) && tensor.shape.SequenceEqual(entry.Value.shape)))
            return;
        var beside = present.Values.First(tensor => tensor.dim() > 0);
        LayerResizing.Of(
            module, own.ToDictionary(entry => entry.Key, entry => entry.Value.to(beside.device)), groups.GetValueOrDefault(key, 1)).Keep();
    }
}
