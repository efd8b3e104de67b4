namespace BayesGen.Data;

/// <summary>Cuts a list into parts of equal numbers of elements.</summary>
internal static class EqualParts
{
    /// <summary>The ranges in order; the first ones have an element more where it does not come out even, and none is empty.</summary>
    /// <param name="count">The number of elements.</param>
    /// <param name="parts">The number of parts, at least 1; no more than there are elements are made.</param>
    public static IEnumerable<Range> Of(int count, int parts)
    {
        var (size, longer) = Math.DivRem(count, parts);
        for (var (part, first) = (0, 0); first < count; part++)
        {
            var next = first + size + (part < longer ? 1 : 0);
            yield return first..next;
            first = next;
        }
    }
}
