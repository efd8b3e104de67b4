using System.Runtime.CompilerServices;

namespace BayesGen.Parameters;

/// <summary>
/// Which networks a wrapper has taken over. A second one would move the weights to memory of its own, and the first would continue
/// answering with them.
/// </summary>
internal static class WrappedNetworks
{
    private static readonly ConditionalWeakTable<object, WeakReference<NetworkArena>> Owners = [];

    /// <summary>Checks that no wrapper has the network, or a part of it.</summary>
    /// <exception cref="InvalidOperationException">One has.</exception>
    public static void RequireFree(nn.Module network)
    {
        foreach (var part in PartsOf(network))
            if (Owners.TryGetValue(part, out var reference) && reference.TryGetTarget(out var owner))
                throw new InvalidOperationException(
                    $"The network {network.GetName()}, or a layer of it, already belongs to a Bayesian wrapper of "
                        + $"{owner.Network.GetName()}: both "
                    + "would write the same weights. Use that wrapper, dispose it first, or build a network of its own for this one.");
    }

    /// <summary>Notes that the network of an arena is taken.</summary>
    public static void Add(NetworkArena arena)
    {
        var reference = new WeakReference<NetworkArena>(arena);
        foreach (var part in PartsOf(arena.Network))
            Owners.AddOrUpdate(part, reference);
    }

    /// <summary>Notes that the network of an arena is free again.</summary>
    public static void Remove(NetworkArena arena)
    {
        foreach (var part in PartsOf(arena.Network))
            if (Owners.TryGetValue(part, out var reference) && reference.TryGetTarget(out var owner) && ReferenceEquals(owner, arena))
                Owners.Remove(part);
    }

    /// <summary>Everything that has weights: modules, and parameters that two networks could share.</summary>
    private static IEnumerable<object> PartsOf(nn.Module network) =>
        network.modules().Append(network).Where(module => module.named_parameters(recurse: false).Any())
            .Concat<object>(network.parameters())
            .Distinct(ReferenceEqualityComparer.Instance)!;
}
