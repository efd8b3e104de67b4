namespace BayesGen.Mpi.Shards;

/// <summary>How the flat gradients of a training lie end to end in one array of floats and one of doubles.</summary>
internal sealed class FlatLayout
{
    private readonly (bool IsDouble, long Offset, long Count)[] _places;

    /// <param name="gradients">The flat gradients.</param>
    public FlatLayout(IReadOnlyList<Tensor> gradients)
    {
        _places = new (bool, long, long)[gradients.Count];
        for (var i = 0; i < gradients.Count; i++)
        {
            var isDouble = gradients[i].dtype == ScalarType.Float64;
            var count = gradients[i].numel();
            _places[i] = (isDouble, isDouble ? Doubles : Floats, count);
            if (isDouble)
                Doubles += count;
            else
                Floats += count;
        }
    }

    /// <summary>The number of floats.</summary>
    public long Floats { get; }

    /// <summary>The number of doubles.</summary>
    public long Doubles { get; }

    /// <summary>Whether gradients are those of the layout.</summary>
    public bool Fits(IReadOnlyList<Tensor> gradients) => gradients.Count == _places.Length
        && gradients.Zip(_places).All(pair => pair.First.numel() == pair.Second.Count
            && pair.First.dtype == ScalarType.Float64 == pair.Second.IsDouble);

    /// <summary>The places of the gradients in a sum.</summary>
    /// <returns>Handles of their own.</returns>
    public List<Tensor> ViewsOf(FlatSum sum) =>
        [.. _places.Select(place =>
            (place.IsDouble ? sum.Doubles : sum.Floats).narrow(0, place.Offset, place.Count).DetachFromDisposeScope())];
}
