namespace BayesGen.Serialization;

/// <summary>How a set of tensors by key differs from the one that is expected.</summary>
/// <param name="Missing">Keys that are expected and not there, in order.</param>
/// <param name="Unexpected">Keys that are there and not expected, in order.</param>
/// <param name="Misshapen">Keys whose tensors have another shape.</param>
/// <param name="Renamed">Missing fields whose tensors are there under another name, by all appearances.</param>
internal sealed record StateComparison(
    List<string> Missing,
    List<string> Unexpected,
    List<(string Key, long[] Expected, long[] Found)> Misshapen,
    IReadOnlyList<LikelyRename> Renamed)
{
    /// <summary>Compares keys and shapes.</summary>
    public static StateComparison Of(IReadOnlyCollection<KeyValuePair<string, Tensor>> expected, IReadOnlyDictionary<string, Tensor> found)
    {
        var shapes = expected.ToDictionary(entry => entry.Key, entry => entry.Value.shape);
        List<string> missing = [.. shapes.Keys.Where(key => !found.ContainsKey(key)).Order(StringComparer.Ordinal)];
        List<string> unexpected = [.. found.Keys.Where(key => !shapes.ContainsKey(key)).Order(StringComparer.Ordinal)];
        return new StateComparison(
            missing,
            unexpected,
            [.. expected
                .Where(entry => found.TryGetValue(entry.Key, out var value) && !value.shape.AsSpan().SequenceEqual(entry.Value.shape))
                .Select(entry => (entry.Key, entry.Value.shape, found[entry.Key].shape))],
            LikelyRename.Among(missing, key => shapes[key], unexpected, key => found[key].shape));
    }

    /// <summary>Throws where something differs.</summary>
    /// <param name="strict">Whether a missing or an unexpected key counts.</param>
    /// <param name="families">Gives sentences on families that differ; null gives none.</param>
    /// <exception cref="StateMismatchException">Something differs; the message names each key.</exception>
    public void RequireFit(bool strict, Func<IReadOnlyList<string>>? families = null)
    {
        if (Misshapen.Count > 0 || (strict && Missing.Count + Unexpected.Count > 0))
            throw new StateMismatchException(
                strict ? Missing : [], strict ? Unexpected : [], Misshapen, strict ? Renamed : [], strict ? families?.Invoke() ?? [] : []);
    }
}
