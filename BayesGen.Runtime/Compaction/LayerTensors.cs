namespace BayesGen.Compaction;

/// <summary>The tensors of a layer.</summary>
internal static class LayerTensors
{
    /// <summary>The tensors of a layer itself by their names.</summary>
    public static Dictionary<string, Tensor> Of(nn.Module module) => module.state_dict()
        .Where(entry => !entry.Key.Contains('.') && entry.Value.dim() > 0)
        .ToDictionary(entry => entry.Key, entry => entry.Value.detach());
}
