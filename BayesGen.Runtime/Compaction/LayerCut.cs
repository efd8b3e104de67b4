namespace BayesGen.Compaction;

/// <summary>What was taken out of a layer.</summary>
/// <param name="Key">The key of the layer.</param>
/// <param name="Tensors">For each of its tensors the places that stay along each dimension; null where all do.</param>
/// <param name="Folded">The name of the bias that constants were added to; null where none was.</param>
internal sealed record LayerCut(string Key, IReadOnlyList<KeyValuePair<string, long[]?[]>> Tensors, string? Folded)
{
    /// <summary>The tensors of the layer without what was taken.</summary>
    public Dictionary<string, Tensor> Of(IReadOnlyDictionary<string, Tensor> tensors) =>
        Tensors.ToDictionary(entry => entry.Key, entry => Cut(tensors[entry.Key], entry.Value));

    /// <summary>
    /// What belongs to a tensor of the layer, such as a parameter of its posterior, without what was taken: a dimension that it has one
    /// number for is left as it is.
    /// </summary>
    /// <param name="name">The name of the tensor.</param>
    /// <param name="shape">Its shape in the small network.</param>
    /// <param name="beside">What belongs to it in the large one.</param>
    public Tensor Beside(string name, long[] shape, Tensor beside)
    {
        var places = Tensors.FirstOrDefault(entry => entry.Key == name).Value;
        return places is null || beside.dim() != shape.Length ? beside
            : Cut(beside, [.. places.Select((kept, dimension) => beside.shape[dimension] == 1 ? null : kept)]);
    }

    private static Tensor Cut(Tensor tensor, long[]?[] places)
    {
        for (var dimension = 0; dimension < places.Length; dimension++)
            if (places[dimension] is { } kept)
                tensor = tensor.index_select(dimension, torch.tensor(kept, dtype: ScalarType.Int64, device: tensor.device));
        return tensor;
    }
}
