using TorchSharp.Modules;

namespace BayesGen.Compaction;

/// <summary>The tensors of a layer before units are taken out, to put them back where the small network is refused.</summary>
/// <param name="module">The layer.</param>
internal sealed class LayerTensors(nn.Module module)
{
    private readonly Dictionary<string, Tensor> _tensors = Of(module);
    private readonly long _groups = module is Convolution convolution ? convolution.groups : 1;

    /// <summary>The tensors of a layer itself by their names.</summary>
    public static Dictionary<string, Tensor> Of(nn.Module module) => module.state_dict()
        .Where(entry => !entry.Key.Contains('.') && entry.Value.dim() > 0)
        .ToDictionary(entry => entry.Key, entry => entry.Value.detach());

    /// <summary>Gives the layer what it had.</summary>
    public void PutBack() => LayerResizing.Set(module, _tensors, _groups);
}
