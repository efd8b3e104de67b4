namespace BayesGen.Structure;

/// <summary>
/// Where units are marked and their readers see it by NaN alone: something between makes one number of every number, such as a mask that is
/// zero for the example, and shows nothing of what the unit is for another input.
/// </summary>
internal sealed class VeiledInputs : IDisposable
{
    private readonly Dictionary<(ProbedLayer Layer, int Call), Tensor> _places = [];

    /// <summary>Adds where the marks of a run show; the run with NaN comes first.</summary>
    /// <param name="mark">The mark.</param>
    /// <param name="layer">The reader.</param>
    /// <param name="call">Which of its calls.</param>
    /// <param name="places">[row, unit, place]: whether it shows.</param>
    public void Note(ProbeMark mark, ProbedLayer layer, int call, Tensor places)
    {
        if (mark == ProbeMark.NaN)
        {
            if (places.any().item<bool>())
                _places[(layer, call)] = places.clone().DetachFromDisposeScope();
        }
        else if (_places.TryGetValue((layer, call), out var known))
            known.logical_and_(places.logical_not());
    }

    /// <summary>Tells the readers what stayed hidden from every mark but NaN.</summary>
    public void Tell()
    {
        foreach (var ((layer, _), places) in _places)
        {
            using var scope = NewDisposeScope();
            layer.Zeros.Exclude(places.any(2).any(0).cpu().data<bool>().ToArray());
        }
    }

    public void Dispose()
    {
        foreach (var places in _places.Values)
            places.Dispose();
    }
}
