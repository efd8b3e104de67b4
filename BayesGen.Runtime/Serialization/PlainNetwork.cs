using BayesGen.Parameters;

namespace BayesGen.Serialization;

/// <summary>Copying what a network holds, or what a file does, into a plain network.</summary>
internal static class PlainNetwork
{
    /// <summary>Copies every weight and buffer of a network, as they are now, into a plain network of the same class.</summary>
    /// <exception cref="ArgumentException">The plain network is none, or belongs to the model.</exception>
    /// <exception cref="StateMismatchException">It has other weights; nothing was written.</exception>
    public static void Export(NetworkArena arena, nn.Module plain)
    {
        ArgumentNullException.ThrowIfNull(plain);
        if (ReferenceEquals(plain, arena.Network))
            throw new ArgumentException("Export into a network of its own: this one belongs to the model.", nameof(plain));
        if (plain is IBayesianNetwork)
            throw new ArgumentException("Export into the plain network class, not into a Bayesian wrapper.", nameof(plain));

        using var _ = no_grad();
        var source = arena.Network.state_dict();
        var target = plain.state_dict();
        StateComparison.Of(target, source).RequireFit(strict: true);
        foreach (var (key, tensor) in target)
            tensor.copy_(source[key]);
    }

    /// <summary>Writes tensors into a plain network. Everything is checked before anything is written.</summary>
    /// <param name="network">The network.</param>
    /// <param name="source">Tensors by the keys of its state dict; counters of batches may be there or not.</param>
    public static void Load(nn.Module network, IReadOnlyDictionary<string, Tensor> source)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        List<KeyValuePair<string, Tensor>> expected = [.. network.state_dict().Where(entry =>
            !BatchCounter.Is(entry.Key) || source.ContainsKey(entry.Key))];
        var names = expected.Select(entry => entry.Key).ToHashSet();
        StateComparison.Of(
            expected, source.Where(entry => names.Contains(entry.Key) || !BatchCounter.Is(entry.Key)).ToDictionary())
                .RequireFit(strict: true);
        foreach (var (key, target) in expected)
            TensorConversion.Require(key, target.dtype, source[key]);
        foreach (var (key, target) in expected)
            target.copy_(source[key]);
    }
}
