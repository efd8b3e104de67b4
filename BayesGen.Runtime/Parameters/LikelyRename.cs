namespace BayesGen.Parameters;

/// <summary>A field that looks renamed: all its tensors are missing, and the same shapes are there under one other name.</summary>
/// <param name="Former">The path of the field as the state has it.</param>
/// <param name="Key">The path of the field today.</param>
internal sealed record LikelyRename(string Former, string Key)
{
    /// <summary>Beyond these numbers nobody renamed anything, and looking would take as long as the file's author likes.</summary>
    private const int MostPairs = 100_000;

    private const int MostRenames = 50;
    private const int MostNames = 32;

    /// <summary>What to do about it.</summary>
    public string Advice =>
        $"'{Former}' of the state fits '{Key}' of the network: if it was renamed, put [FormerlyKnownAs(\"{Last(Former)}\")] on '{Key}'.";

    /// <summary>Compares what is missing with what is there unexpectedly.</summary>
    /// <param name="missing">The keys that are missing.</param>
    /// <param name="expected">The shape of a missing tensor.</param>
    /// <param name="unexpected">The keys that nobody asked for.</param>
    /// <param name="found">The shape of a tensor that nobody asked for.</param>
    public static IReadOnlyList<LikelyRename> Among(
        IReadOnlyList<string> missing, Func<string, long[]> expected, IReadOnlyList<string> unexpected, Func<string, long[]> found)
    {
        if (missing.Count == 0 || unexpected.Count == 0)
            return [];
        var there = unexpected.ToHashSet();
        var alike = unexpected
            .SelectMany(key => Gaps(key).Select(gap => (Gap: gap, Key: key)))
            .ToLookup(entry => entry.Gap, entry => entry.Key);
        List<LikelyRename> renames = [.. missing
            .SelectMany(key => Gaps(key).SelectMany(gap => alike[gap]).Select(other => Between(other, key)).OfType<LikelyRename>())
            .Take(MostPairs)
            .Distinct()
            .Take(MostRenames + 1)];

        // Two long lists of single names fit each other in every way, which explains nothing.
        if (renames.Count > MostRenames)
            return [];
        return [.. renames.Where(rename => Under(missing, rename.Key).All(key => Fits(key, rename.Former + key[rename.Key.Length..]))
            && Under(unexpected, rename.Former).Count() == Under(missing, rename.Key).Count())];

        bool Fits(string key, string former) => there.Contains(former) && found(former).AsSpan().SequenceEqual(expected(key));
    }

    /// <summary>A key once for each of its names, which is left out: keys that share one of these differ in one name.</summary>
    private static IEnumerable<string> Gaps(string key)
    {
        var names = key.Split('.');
        return names.Length > MostNames
            ? []
            : names.Select((_, at) => string.Join('.', names.Select((name, i) => i == at ? "" : name)) + '/' + at);
    }

    /// <summary>The rename that would explain two keys: one name differs, and it is that of a field.</summary>
    private static LikelyRename? Between(string former, string key)
    {
        var (old, @new) = (former.Split('.'), key.Split('.'));
        if (old.Length != @new.Length)
            return null;
        var differences = Enumerable.Range(0, old.Length).Where(i => old[i] != @new[i]).ToList();
        // Places in a list are no names, and below the top the last name is that of a weight or of a family's parameter.
        return differences is [var at] && !(at > 0 && at == old.Length - 1) && !char.IsAsciiDigit(@new[at][0])
            ? new LikelyRename(string.Join('.', old[..(at + 1)]), string.Join('.', @new[..(at + 1)]))
            : null;
    }

    private static IEnumerable<string> Under(IEnumerable<string> keys, string path) =>
        keys.Where(key => key == path || key.StartsWith(path + ".", StringComparison.Ordinal));

    private static string Last(string path) => path[(path.LastIndexOf('.') + 1)..];
}
