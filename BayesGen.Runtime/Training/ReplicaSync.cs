using BayesGen.Parameters;

namespace BayesGen.Training;

/// <summary>Networks of one class of which one is trained and the others, its replicas, take draws for it.</summary>
internal static class ReplicaSync
{
    /// <summary>Checks that draws of a network can be taken by several networks at once.</summary>
    /// <exception cref="ArgumentException">It has buffers, which every forward may change, or is on a device.</exception>
    public static void RequireReplicable(NetworkArena source)
    {
        if (source.Device.type != DeviceType.CPU)
            throw new ArgumentException(
                $"TrainerOptions.Replicas are for the cores of the CPU, and the network is on {source.Device}, which is busy with one draw already. "
                + "Leave them out there.");
        if (source.Inventory.Buffers.All is [var (key, _), ..])
            throw new ArgumentException(
                $"The network has a buffer, '{key}', which a forward may change, as batch normalization changes its running means: "
                + "draws side by side would each change their own. Leave TrainerOptions.Replicas out.");
    }

    /// <summary>What keeps another network from being a replica of this one, or null.</summary>
    public static string? MismatchWith(NetworkArena source, NetworkArena replica)
    {
        var (mine, other) = (source.Inventory, replica.Inventory);
        if (other.Weights.Length != mine.Weights.Length)
            return $"it has {other.Weights.Length} weight tensors, and the network {mine.Weights.Length}";
        foreach (var (weight, ofReplica) in mine.Weights.Zip(other.Weights))
            if (Layout(weight) is var expected && Layout(ofReplica) is var found && expected != found)
                return $"it has {found}, where the network has {expected}";
        return other.Buffers.All is [var (key, _), ..] ? $"it has a buffer, '{key}'" : null;
    }

    /// <summary>Gives a replica what a step depends on: parameters, masks, priors.</summary>
    /// <param name="source">The network that is trained, which nobody writes meanwhile.</param>
    /// <param name="replica">A network of the same layout.</param>
    /// <param name="whole">Whether weights that were frozen from the start are copied too.</param>
    public static void CopyFrom(NetworkArena source, NetworkArena replica, bool whole)
    {
        using var _ = no_grad();
        var (from, to) = (source.Inventory, replica.Inventory);
        CopyFrozen(from, to);
        foreach (var (other, mine) in from.Families.Zip(to.Families))
        {
            mine.CopyFrom(other);
            if (other.Priors.Learned is { } learned)
                mine.Priors.Learned!.requires_grad = learned.requires_grad;
        }
        foreach (var (other, mine) in from.Deterministic.Zip(to.Deterministic))
            mine.Store.Write(other.Flat);
        if (!whole)
            return;
        foreach (var (other, mine) in from.Weights.Zip(to.Weights).Where(pair => pair.Second.IsFrozen))
            mine.Parameter.copy_(other.Parameter);
    }

    /// <summary>Key, family, shape and place in words: those of two networks of one layout are the same.</summary>
    private static string Layout(NetworkWeight weight) =>
        $"{(weight.IsFrozen ? "frozen" : weight.Family?.Name ?? "deterministic")} '{weight.Key}' ({weight.Dtype}, "
        + $"[{string.Join(", ", weight.Shape)}], {weight.Options.Estimator}"
        + (weight.Family is { HasUnits: true } ? $", units of [{string.Join(", ", weight.Units.Shape)}]" : "") + $") on {weight.Device}";

    /// <summary>A replica freezes what its source has frozen.</summary>
    private static void CopyFrozen(ParameterInventory from, ParameterInventory to)
    {
        foreach (var (other, mine) in from.Weights.Zip(to.Weights).Where(pair => !pair.Second.IsFrozen))
            foreach (var owner in mine.Owners)
                if (owner.requires_grad == other.IsHeld)
                    owner.requires_grad = !other.IsHeld;
        foreach (var (other, mine) in from.Families.Zip(to.Families).SelectMany(pair => pair.First.Flat.Zip(pair.Second.Flat)))
            if (mine.requires_grad != other.requires_grad)
                mine.requires_grad = other.requires_grad;
    }
}
