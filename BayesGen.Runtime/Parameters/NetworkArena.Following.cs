namespace BayesGen.Parameters;

/// <summary>Networks of one class of which one leads and the others take draws for it.</summary>
public sealed partial class NetworkArena
{
    /// <summary>Checks that draws of this network can be taken by several networks at once.</summary>
    /// <exception cref="ArgumentException">It has buffers, which every forward may change, or is on a device.</exception>
    internal void RequireReplicable()
    {
        if (Device.type != DeviceType.CPU)
            throw new ArgumentException(
                $"TrainerOptions.Replicas are for the cores of the CPU, and the network is on {Device}, which is busy with one draw already. Leave "
                + "them out there.");
        if (_buffers.Count > 0)
            throw new ArgumentException(
                $"The network has a buffer, '{_buffers[0].Key}', which a forward may change, as batch normalization changes its running means: "
                + "draws side by side would each change their own. Leave TrainerOptions.Replicas out.");
    }

    /// <summary>What keeps another network from following this one, or null.</summary>
    internal string? ReasonNotToLead(NetworkArena follower)
    {
        if (follower._weights.Count != _weights.Count)
            return $"it has {follower._weights.Count} weight tensors, and the network {_weights.Count}";
        foreach (var (mine, other) in _weights.Zip(follower._weights))
            if (Described(mine) is var expected && Described(other) is var found && expected != found)
                return $"it has {found}, where the network has {expected}";
        return follower._buffers.Count == 0 ? null : $"it has a buffer, '{follower._buffers[0].Key}'";
    }

    /// <summary>Takes over what a step depends on: parameters, masks, priors.</summary>
    /// <param name="leader">A network of the same layout, which nobody writes meanwhile.</param>
    /// <param name="whole">Whether frozen weights are taken over too.</param>
    internal void Follow(NetworkArena leader, bool whole)
    {
        using var _ = no_grad();
        FollowFrozen(leader);
        foreach (var (mine, other) in _families.Zip(leader._families))
            mine.Follow(other);
        foreach (var (mine, other) in _deterministic.Zip(leader._deterministic))
            mine.Store.Write(other.Flat);
        if (!whole)
            return;
        foreach (var (mine, other) in _weights.Zip(leader._weights).Where(pair => pair.First.IsFrozen))
            mine.Parameter.copy_(other.Parameter);
    }

    private static string Described(NetworkWeight weight) =>
        $"{(weight.IsFrozen ? "frozen" : weight.Family?.Name ?? DeterministicKind)} '{weight.Key}' ({weight.Dtype}, "
        + $"[{string.Join(", ", weight.Shape)}], {weight.Options.Estimator}) on {weight.Device}";
}
