using BayesGen.Parameters;

namespace BayesGen.Serialization;

/// <summary>The state of a network under the keys that files use.</summary>
/// <remarks>
/// The set of keys depends on the network as it was built and on which priors it was given to learn, never on what was trained or pruned.
/// </remarks>
public static class NetworkState
{
    /// <summary>The last part of the key of a weight's mask.</summary>
    private const string MaskName = "mask";

    /// <summary>
    /// Every tensor that makes up the state: for a Bayesian weight its variational parameters, its mask, and the numbers of its prior that
    /// are learned; for every other weight and buffer the tensor itself. The tensors are live: writing them changes the network, once
    /// <see cref="NetworkArena.AdoptState"/> is called.
    /// </summary>
    /// <param name="arena">The memory of the network.</param>
    /// <returns>Keys in the order of the network: <c>conv1.weight.mu</c>, <c>conv1.weight.mask</c>, <c>bn.running_mean</c>.</returns>
    public static IReadOnlyList<KeyValuePair<string, Tensor>> StateTensors(this NetworkArena arena) =>
    [
        // Handles of their own, so that whoever disposes one disposes nothing of the network.
        .. arena.LiveState().Select(entry => KeyValuePair.Create(entry.Key, entry.Value.detach().DetachFromDisposeScope())),
    ];

    /// <summary>The same as the tensors themselves, which nobody may dispose.</summary>
    internal static IReadOnlyList<KeyValuePair<string, Tensor>> LiveState(this NetworkArena arena)
    {
        arena.Freezing.Enter();
        var (inventory, keys) = (arena.Inventory, arena.Inventory.Keys);
        var state = new List<KeyValuePair<string, Tensor>>();
        foreach (var weight in inventory.Weights)
        {
            state.AddRange(keys.ParametersOf(weight).Select(entry => KeyValuePair.Create(entry.Key, entry.Tensor)));
            if (keys.ArenaOf(weight) is { } family)
                state.Add(new($"{weight.Key}.{MaskName}", family.Mask.Windows[weight.Place.Index]));
            state.AddRange(keys.LearnedPriorOf(weight).Select(entry => KeyValuePair.Create(entry.Key, entry.Tensor)));
        }

        state.AddRange(inventory.Buffers.All.Select(entry => KeyValuePair.Create(entry.Key, entry.Buffer)));
        return state;
    }

    /// <summary>
    /// Fills a dictionary as TorchSharp's <c>state_dict</c> does. On another thread than that of a running training the tensors are copies
    /// from between two steps; else they are live.
    /// </summary>
    /// <param name="arena">The memory of the network.</param>
    /// <param name="destination">The dictionary to fill, or null for a new one.</param>
    /// <param name="prefix">Put before every key with a dot, or null.</param>
    public static Dictionary<string, Tensor> StateDict(this NetworkArena arena, Dictionary<string, Tensor>? destination, string? prefix)
    {
        destination ??= [];
        foreach (var (key, tensor) in arena.Turns.IsTrainedElsewhere ? CopyOf(arena) : arena.StateTensors())
            destination.TryAdd(string.IsNullOrEmpty(prefix) ? key : $"{prefix}.{key}", tensor);
        return destination;
    }

    /// <summary>
    /// Replaces the state. Everything is checked before anything is written: on an error the network is as it was.
    /// </summary>
    /// <param name="arena">The memory of the network.</param>
    /// <param name="source">The new tensors by key, by a former one where <see cref="FormerlyKnownAsAttribute"/> says so.</param>
    /// <param name="strict">Whether a missing or an unknown key is an error.</param>
    /// <param name="skip">Keys to leave alone, or null.</param>
    /// <returns>The keys that <paramref name="source"/> lacks, and those that the network does not have.</returns>
    /// <exception cref="StateMismatchException">Keys or shapes do not fit; the message names them.</exception>
    /// <exception cref="ArgumentException">A tensor has a dtype, or numbers, that cannot become those of the network.</exception>
    public static (IList<string> Missing, IList<string> Unexpected) LoadStateDict(
        this NetworkArena arena, IReadOnlyDictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        using var turn = arena.TakeTurn();
        arena.Lease.RequireIdle("load a state", "load");
        var tensors = arena.LiveState();
        var state = Chosen(tensors);
        var former = new FormerKeys(arena.Inventory.FormerNames);
        var found = Chosen(former.Translate(Chosen(source), tensors.Select(entry => entry.Key).ToHashSet()));
        var comparison = StateComparison.Of(state, found);
        comparison.RequireFit(strict, () => FamilyMismatch.In(arena, found));
        foreach (var (key, target) in state)
            if (found.TryGetValue(key, out var value))
                TensorConversion.Require(key, target.dtype, value);

        using (no_grad())
        {
            foreach (var (key, target) in state)
                if (found.TryGetValue(key, out var value))
                    target.copy_(value);
        }

        arena.AdoptState();
        return (comparison.Missing, comparison.Unexpected);

        Dictionary<string, Tensor> Chosen(IEnumerable<KeyValuePair<string, Tensor>> entries) =>
            entries.Where(entry => skip is null || !skip.Contains(entry.Key)).ToDictionary(entry => entry.Key, entry => entry.Value);
    }

    /// <summary>
    /// Reads what TorchSharp's own <c>save</c> wrote, by the rules of <see cref="LoadStateDict"/>: TorchSharp's <c>load</c> would write
    /// some tensors before it finds that others do not fit, and knows no former names.
    /// </summary>
    /// <param name="arena">The memory of the network.</param>
    /// <param name="reader">The stream, at its first entry.</param>
    /// <param name="strict">Whether a missing or an unknown key is an error.</param>
    /// <param name="skip">Keys to leave alone, or null.</param>
    /// <param name="loaded">Is told for every key of the network whether it was loaded, or null.</param>
    /// <exception cref="StateMismatchException">Keys or shapes do not fit; the message names each.</exception>
    public static void Load(
        this NetworkArena arena, BinaryReader reader, bool strict = true, IList<string>? skip = null,
        Dictionary<string, bool>? loaded = null)
    {
        ArgumentNullException.ThrowIfNull(reader);
        using var scope = NewDisposeScope();
        var source = new Dictionary<string, Tensor>();
        // LEB128, which .NET calls 7-bit encoding.
        for (var count = reader.Read7BitEncodedInt64(); count > 0; count--)
            source.Add(reader.ReadString(), Tensor.Load(reader));
        var (missing, _) = arena.LoadStateDict(source, strict, skip);
        if (loaded is not null)
            foreach (var (key, _) in arena.LiveState())
                loaded[key] = !missing.Contains(key) && skip?.Contains(key) != true;
    }

    /// <summary>The state for a thread that a training continues beside: copies, since the live tensors change at the next step.</summary>
    private static List<KeyValuePair<string, Tensor>> CopyOf(NetworkArena arena)
    {
        using var turn = arena.TakeTurn();
        using var _ = no_grad();
        return [.. arena.LiveState().Select(entry =>
        {
            using var plain = entry.Value.detach();
            return KeyValuePair.Create(entry.Key, plain.clone());
        })];
    }
}
