namespace BayesGen.Parameters;

/// <summary>The state of the network under the keys that files use.</summary>
public sealed partial class NetworkArena
{
    /// <summary>The last part of the key of a weight's mask.</summary>
    internal const string MaskName = "mask";

    /// <summary>The part of a key before the numbers of a prior that are learned, and their name among the optimizer's tensors.</summary>
    internal const string PriorName = "prior";

    /// <summary>
    /// Every tensor that makes up the state: for a Bayesian weight its variational parameters, its mask, and the numbers of its prior that
    /// are learned; for every other weight and buffer the tensor itself. The tensors are live: writing them changes the network.
    /// </summary>
    /// <remarks>
    /// The set of keys depends on the network as it was built and on which priors it was given to learn, never on what was trained or
    /// pruned.
    /// </remarks>
    /// <returns>Keys in the order of the network: <c>conv1.weight.mu</c>, <c>conv1.weight.mask</c>, <c>bn.running_mean</c>.</returns>
    public IReadOnlyList<KeyValuePair<string, Tensor>> StateTensors() =>
    [
        // Handles of their own, so that whoever disposes one disposes nothing of the network.
        .. LiveState().Select(entry => KeyValuePair.Create(entry.Key, entry.Value.detach().DetachFromDisposeScope())),
    ];

    /// <summary>The same as the tensors themselves, which nobody may dispose.</summary>
    internal IReadOnlyList<KeyValuePair<string, Tensor>> LiveState()
    {
        Enter();
        var state = new List<KeyValuePair<string, Tensor>>();
        foreach (var weight in _weights)
        {
            if (!_byKey.TryGetValue(weight.Key, out var found))
            {
                state.Add(new(weight.Key, weight.Parameter));
                continue;
            }

            foreach (var (name, parameter) in found.Arena.Family.ParameterNames.Zip(found.Arena.WindowOf(weight).Parameters))
                state.Add(new($"{weight.Key}.{name}", parameter));
            state.Add(new($"{weight.Key}.{MaskName}", found.Arena.MaskWindowOf(weight)));
            state.AddRange(LearnedPriorOf(found).Select(entry => new KeyValuePair<string, Tensor>(entry.Key, entry.Tensor)));
        }

        state.AddRange(_buffers.Select(buffer => new KeyValuePair<string, Tensor>(buffer.Key, buffer.Buffer)));
        return state;
    }

    /// <summary>What is learned of the prior of a weight, under keys such as <c>fc1.weight.prior.log_scale</c>.</summary>
    private static IEnumerable<(string Key, Tensor Tensor)> LearnedPriorOf((FamilyArena Arena, NetworkWeight Weight) found) =>
        found.Arena.LearnedPriorOf(found.Weight).Select(entry => ($"{found.Weight.Key}.{PriorName}.{entry.Name}", entry.Tensor));

    /// <summary>
    /// Fills a dictionary as TorchSharp's <c>state_dict</c> does. On another thread than that of a running training the tensors are copies
    /// from between two steps; else they are live.
    /// </summary>
    /// <param name="destination">The dictionary to fill, or null for a new one.</param>
    /// <param name="prefix">Put before every key with a dot, or null.</param>
    public Dictionary<string, Tensor> StateDict(Dictionary<string, Tensor>? destination, string? prefix)
    {
        destination ??= [];
        foreach (var (key, tensor) in IsTrainedElsewhere ? CopyState() : StateTensors())
            destination.TryAdd(string.IsNullOrEmpty(prefix) ? key : $"{prefix}.{key}", tensor);
        return destination;
    }

    /// <summary>
    /// Replaces the state. Everything is checked before anything is written: on an error the network is as it was.
    /// </summary>
    /// <param name="source">The new tensors by key, by a former one where <see cref="FormerlyKnownAsAttribute"/> says so.</param>
    /// <param name="strict">Whether a missing or an unknown key is an error.</param>
    /// <param name="skip">Keys to leave alone, or null.</param>
    /// <returns>The keys that <paramref name="source"/> lacks, and those that the network does not have.</returns>
    /// <exception cref="StateMismatchException">Keys or shapes do not fit; the message names them.</exception>
    /// <exception cref="ArgumentException">A tensor has a dtype, or numbers, that cannot become those of the network.</exception>
    public (IList<string> Missing, IList<string> Unexpected) LoadStateDict(
        IReadOnlyDictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        using var turn = TakeTurn();
        RequireNoDraw("load a state");
        RequireNoGradient("load");
        var tensors = LiveState();
        var state = Kept(tensors);
        var found = Kept(_formerKeys.Translate(Kept(source), tensors.Select(entry => entry.Key).ToHashSet()));
        var comparison = StateComparison.Of(state, found);
        comparison.RequireFit(strict);
        foreach (var (key, target) in state)
            if (found.TryGetValue(key, out var value))
                RequireConversion(key, target.dtype, value);

        using (no_grad())
        {
            foreach (var (key, target) in state)
                if (found.TryGetValue(key, out var value))
                    target.copy_(value);
        }

        AdoptState();
        return (comparison.Missing, comparison.Unexpected);

        Dictionary<string, Tensor> Kept(IEnumerable<KeyValuePair<string, Tensor>> entries) =>
            entries.Where(entry => skip is null || !skip.Contains(entry.Key)).ToDictionary(entry => entry.Key, entry => entry.Value);
    }

    /// <summary>
    /// Reads what TorchSharp's own <c>save</c> wrote, by the rules of <see cref="LoadStateDict"/>: TorchSharp's <c>load</c> would write
    /// some tensors before it finds that others do not fit, and knows no former names.
    /// </summary>
    /// <param name="reader">The stream, at its first entry.</param>
    /// <param name="strict">Whether a missing or an unknown key is an error.</param>
    /// <param name="skip">Keys to leave alone, or null.</param>
    /// <param name="loaded">Is told for every key of the network whether it was loaded, or null.</param>
    /// <exception cref="StateMismatchException">Keys or shapes do not fit; the message names each.</exception>
    public void Load(BinaryReader reader, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loaded = null)
    {
        ArgumentNullException.ThrowIfNull(reader);
        using var scope = NewDisposeScope();
        var source = new Dictionary<string, Tensor>();
        // LEB128, which .NET calls 7-bit encoding.
        for (var count = reader.Read7BitEncodedInt64(); count > 0; count--)
            source.Add(reader.ReadString(), Tensor.Load(reader));
        var (missing, _) = LoadStateDict(source, strict, skip);
        if (loaded is not null)
            foreach (var (key, _) in LiveState())
                loaded[key] = !missing.Contains(key) && skip?.Contains(key) != true;
    }

    /// <summary>
    /// Called after tensors of <see cref="StateTensors"/> were written from outside: masks take effect and the weights follow the
    /// posterior.
    /// </summary>
    public void AdoptState()
    {
        // What was written is what frozen weights hold from now on.
        _keptByHand?.Dispose();
        _keptByHand = null;
        foreach (var arena in _families)
            arena.AdoptMask();
        WriteResting();
    }
}
