namespace BayesGen.Parameters;

/// <summary>From the keys that fields once had to those they have today.</summary>
internal sealed class FormerKeys
{
    // What stands in front of the old name is as it is today: the network around it may have been renamed too, and comes first.
    private readonly Dictionary<string, string> _today = [];

    /// <summary>Remembers that what is now under <paramref name="key"/> was once under <paramref name="former"/>.</summary>
    /// <exception cref="InvalidOperationException">Something else was once under the same key.</exception>
    public void Add(string key, string former)
    {
        if (!_today.TryAdd(former, key) && _today[former] != key)
            throw new InvalidOperationException(
                $"Both '{_today[former]}' and '{key}' were formerly known as '{former}'. Remove one of the two [FormerlyKnownAs].");
    }

    /// <summary>Brings tensors under the keys of today. Keys that the network has, and keys that nobody knows, stay as they are.</summary>
    /// <param name="source">Tensors by the keys they were saved under.</param>
    /// <param name="expected">The keys of the network.</param>
    public IReadOnlyDictionary<string, Tensor> Translate(IReadOnlyDictionary<string, Tensor> source, IReadOnlySet<string> expected)
    {
        if (_today.Count == 0)
            return source;
        var translated = source.Where(entry => expected.Contains(entry.Key)).ToDictionary(entry => entry.Key, entry => entry.Value);
        foreach (var (key, tensor) in source.Where(entry => !expected.Contains(entry.Key)))
        {
            // A state that holds the old and the new key is no state of this network; the old one is then named as unexpected.
            var today = Today(key);
            if (!expected.Contains(today) || !translated.TryAdd(today, tensor))
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
            path = _today.GetValueOrDefault(path, path);
        }

        return path;
    }
}
