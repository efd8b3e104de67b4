namespace BayesGen;

/// <summary>How a set of tensors by key differs from the one that is expected.</summary>
/// <param name="Missing">Keys that are expected and not there, in order.</param>
/// <param name="Unexpected">Keys that are there and not expected, in order.</param>
/// <param name="Misshapen">Keys whose tensors have another shape.</param>
internal sealed record StateComparison(
    List<string> Missing, List<string> Unexpected, List<(string Key, long[] Expected, long[] Found)> Misshapen)
{
    /// <summary>Compares keys and shapes.</summary>
    public static StateComparison Of(IReadOnlyCollection<KeyValuePair<string, Tensor>> expected, IReadOnlyDictionary<string, Tensor> found)
    {
        var keys = expected.Select(entry => entry.Key).ToHashSet();
        return new StateComparison(
            [.. keys.Where(key => !found.ContainsKey(key)).Order(StringComparer.Ordinal)],
            [.. found.Keys.Where(key => !keys.Contains(key)).Order(StringComparer.Ordinal)],
            [.. expected
                .Where(entry => found.TryGetValue(entry.Key, out var value) && !value.shape.AsSpan().SequenceEqual(entry.Value.shape))
                .Select(entry => (entry.Key, entry.Value.shape, found[entry.Key].shape))]);
    }

    /// <summary>Throws where something differs.</summary>
    /// <param name="strict">Whether a missing or an unexpected key counts.</param>
    /// <exception cref="StateMismatchException">Something differs; the message names each key.</exception>
    public void RequireFit(bool strict)
    {
        if (Misshapen.Count > 0 || (strict && Missing.Count + Unexpected.Count > 0))
            throw new StateMismatchException(strict ? Missing : [], strict ? Unexpected : [], Misshapen);
    }
}
