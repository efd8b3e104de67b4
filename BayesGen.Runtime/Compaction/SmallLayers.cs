namespace BayesGen.Compaction;

/// <summary>The layers of a network while they are without the units that go.</summary>
internal sealed class SmallLayers
{
    private readonly List<LayerResizing> _resizings = [];
    private readonly List<LayerCut> _cuts = [];

    private SmallLayers()
    {
    }

    /// <summary>What was taken out of which layer.</summary>
    public IReadOnlyList<LayerCut> Cuts => _cuts;

    /// <summary>Takes units out of layers. Where one of them refuses, all are as they were.</summary>
    /// <param name="layers">The layers.</param>
    /// <param name="stays">Whether a unit stays.</param>
    public static SmallLayers Of(IEnumerable<LayerUnits> layers, Func<int, bool> stays)
    {
        var small = new SmallLayers();
        try
        {
            foreach (var layer in layers)
                if (LayerRemoval.Apply(layer, stays) is var (cut, resizing))
                {
                    small._cuts.Add(cut);
                    small._resizings.Add(resizing);
                }

            return small;
        }
        catch
        {
            small.PutBack();
            throw;
        }
    }

    /// <summary>Gives every layer the very tensors that it had.</summary>
    public void PutBack() => _resizings.ForEach(resizing => resizing.PutBack());

    /// <summary>Leaves the layers small.</summary>
    public void Keep() => _resizings.ForEach(resizing => resizing.Keep());
}
