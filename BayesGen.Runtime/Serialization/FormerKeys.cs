namespace BayesGen.Serialization;

/// <summary>From the keys that fields once had to those they have today.</summary>
/// <param name="today">The keys of today by the former ones; each differs from the key of today in the name of one field.</param>
internal sealed class FormerKeys(IReadOnlyDictionary<string, string> today)
{
    /// <summary>Brings tensors under the keys of today. Keys that the network has, and keys that nobody knows, stay as they are.</summary>
    /// <param name="source">Tensors by the keys they were saved under.</param>
    /// <param name="expected">The keys of the network.</param>
    public IReadOnlyDictionary<string, Tensor> Translate(IReadOnlyDictionary<string, Tensor> source, IReadOnlySet<string> expected)
    {
        if (today.Count == 0)
            return source;
        var translated = source.Where(entry => expected.Contains(entry.Key)).ToDictionary(entry => entry.Key, entry => entry.Value);
        foreach (var (key, tensor) in source.Where(entry => !expected.Contains(entry.Key)))
        {
            // A state that holds the old and the new key is not a state of this network; the old one is then named as unexpected.
            var present = Today(key);
            if (!expected.Contains(present) || !translated.TryAdd(present, tensor))
                translated.Add(key, tensor);
        }

        return translated;
    }

    private string Today(string key)
    {
        var path = "";
        foreach (var name in key.Split('.'))
        {
            path = path.Length == 0 ? name : $"{path}.{name}";
            path = today.GetValueOrDefault(path, path);
        }

        return path;
    }
}
