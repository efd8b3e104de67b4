namespace BayesGen.Parameters;

/// <summary>
/// The network under the keys of a plain one, as PyTorch and others save it: <c>conv1.weight</c>, <c>bn.running_mean</c>.
/// </summary>
public sealed partial class NetworkArena
{
    /// <summary>A count of batches that only a cumulative moving average reads; some writers leave it out, some networks lack it.</summary>
    private const string BatchCounter = "num_batches_tracked";

    /// <summary>
    /// The weights of the network as they are now, and its buffers, live. A tied weight stands under each of its keys.
    /// </summary>
    internal IReadOnlyList<KeyValuePair<string, Tensor>> PlainTensors() =>
    [
        .. _weights.SelectMany(
            weight => weight.TiedKeys.Prepend(weight.Key).Select(key => KeyValuePair.Create<string, Tensor>(key, weight.Parameter))),
        .. _buffers.Select(buffer => KeyValuePair.Create(buffer.Key, buffer.Buffer)),
        .. _tiedBuffers.Select(buffer => KeyValuePair.Create(buffer.Key, buffer.Buffer)),
    ];

    /// <summary>
    /// Makes plain weights the means of their posteriors, which start over, and writes deterministic weights and buffers as they are.
    /// Everything is checked before anything is written.
    /// </summary>
    /// <param name="source">Tensors by plain key.</param>
    /// <param name="strict">Whether a missing or an unexpected key is an error.</param>
    /// <returns>
    /// The keys that were loaded, those of the network that the source lacks, and those of the source that were left out.
    /// </returns>
    /// <exception cref="StateMismatchException">Keys or shapes do not fit; the message names each.</exception>
    /// <exception cref="ArgumentException">A tensor has a dtype that cannot become that of its weight.</exception>
    internal (IReadOnlyList<string> Loaded, IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected) LoadPlain(
        IReadOnlyDictionary<string, Tensor> source, bool strict)
    {
        using var turn = TakeTurn();
        RequireNoDraw("load means");
        RequireNoGradient("load");
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var targets = PlainTensors();
        var found = _formerKeys.Translate(source, targets.Select(entry => entry.Key).ToHashSet())
            .ToDictionary(entry => entry.Key, entry => entry.Value);
        foreach (var (key, target) in targets)
            if (IsBatchCounter(key) && found.TryGetValue(key, out var counter) && counter.numel() == target.numel())
                found[key] = counter.reshape(target.shape);

        // What stands under several keys is there once it is there under one of them.
        var tied = _weights.Where(weight => weight.TiedKeys.Count > 0).ToList();
        List<List<string>> several = [.. tied.Select(weight => weight.TiedKeys.Prepend(weight.Key).ToList())];
        several.AddRange(_tiedBuffers.GroupBy(buffer => buffer.Buffer, ReferenceEqualityComparer.Instance).Select(same =>
            same.Select(buffer => buffer.Key).Prepend(_buffers.Find(first => ReferenceEquals(first.Buffer, same.Key)).Key).ToList()));
        var spared = several
            .Where(keys => keys.Exists(found.ContainsKey))
            .SelectMany(keys => keys.Where(key => !found.ContainsKey(key)))
            .ToHashSet();
        List<KeyValuePair<string, Tensor>> expected = [.. targets.Where(entry =>
            !spared.Contains(entry.Key) && (!IsBatchCounter(entry.Key) || found.ContainsKey(entry.Key)))];
        var names = expected.Select(entry => entry.Key).ToHashSet();
        List<string> passedOver = [.. found.Keys.Where(key => IsBatchCounter(key) && !names.Contains(key))];
        foreach (var key in passedOver)
            found.Remove(key);
        var comparison = StateComparison.Of(expected, found);
        comparison.RequireFit(strict);
        foreach (var keys in several)
            RequireOne([.. keys.Where(found.ContainsKey)], found);
        foreach (var (key, target) in expected)
            if (found.TryGetValue(key, out var value))
                RequireConversion(key, target.dtype, value);

        var loaded = new List<string>();
        foreach (var (key, target) in expected)
        {
            if (!found.TryGetValue(key, out var value))
                continue;
            loaded.Add(key);
            var first = tied.FirstOrDefault(weight => weight.TiedKeys.Contains(key))?.Key ?? key;
            if (_byKey.TryGetValue(first, out var bayesian))
                bayesian.Arena.Restart(bayesian.Weight, value.to(target.dtype, target.device));
            else
                target.copy_(value);
        }

        AdoptState();
        return (loaded, comparison.Missing, [.. comparison.Unexpected, .. passedOver]);
    }

    /// <summary>Writes tensors into a plain network. Everything is checked before anything is written.</summary>
    /// <param name="network">The network.</param>
    /// <param name="source">Tensors by the keys of its state dict; counters of batches may be there or not.</param>
    internal static void CopyInto(nn.Module network, IReadOnlyDictionary<string, Tensor> source)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        List<KeyValuePair<string, Tensor>> expected = [.. network.state_dict().Where(entry =>
            !IsBatchCounter(entry.Key) || source.ContainsKey(entry.Key))];
        var names = expected.Select(entry => entry.Key).ToHashSet();
        StateComparison.Of(
            expected, source.Where(entry => names.Contains(entry.Key) || !IsBatchCounter(entry.Key)).ToDictionary())
                .RequireFit(strict: true);
        foreach (var (key, target) in expected)
            RequireConversion(key, target.dtype, source[key]);
        foreach (var (key, target) in expected)
            target.copy_(source[key]);
    }

    private static bool IsBatchCounter(string key) =>
        key == BatchCounter || key.EndsWith("." + BatchCounter, StringComparison.Ordinal);

    private static void RequireOne(IReadOnlyList<string> keys, Dictionary<string, Tensor> found)
    {
        foreach (var key in keys.Skip(1))
        {
            using var same = found[keys[0]].eq(found[key].to(found[keys[0]].dtype)).all();
            if (!same.item<bool>())
                throw new ArgumentException(
                    $"'{keys[0]}' and '{key}' are one weight of the network, and the file gives them different numbers. Untie them in the "
                    + "network, or leave one out of the file. Nothing was loaded.");
        }
    }

    /// <summary>A conversion may round, and nothing else.</summary>
    private static void RequireConversion(string key, ScalarType target, Tensor value)
    {
        if (target == value.dtype)
            return;
        RequireDtype(key, target, value.dtype);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var plain = value.detach();
        var there = plain.to(target);
        var isSame = target is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64
            ? there.isinf().eq(plain.isinf()).all()
            : there.to(plain.dtype).eq(plain).all();
        if (!isSame.item<bool>())
            throw new ArgumentException(
                $"'{PlainText.Name(key)}' has dtype {value.dtype} in the file and holds numbers that {target} cannot hold. Nothing was loaded.");
    }

    private static void RequireDtype(string key, ScalarType target, ScalarType source)
    {
        if (IsFloating(target) && !IsFloating(source))
            throw new ArgumentException(
                $"'{PlainText.Name(key)}' has dtype {source} in the file, and the weight is {target}: whole numbers are quantized weights or "
                + "something else altogether. Save it as floating point. Nothing was loaded.");

        static bool IsFloating(ScalarType dtype) =>
            dtype is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64;
    }
}
