using BayesGen.Parameters;
using TorchSharp.Modules;

namespace BayesGen.Mpi.Shards;

/// <summary>
/// Buffers that a forward changes, such as running means: each process would change its own by its own shards. They are refused, those of
/// norm layers before the first step, and others after it.
/// </summary>
/// <param name="arena">The network.</param>
internal sealed class BufferWatch(NetworkArena arena) : IDisposable
{
    private const string Remedy =
        "Take a layer that keeps none (LayerNorm, GroupNorm), or put the layer into evaluation mode before Train, so that its statistics stay.";

    private IReadOnlyList<Tensor> _before = [];
    private bool _isNew;

    /// <summary>A layer that keeps statistics while it trains; null where there is none.</summary>
    /// <param name="network">The network.</param>
    /// <param name="entersTraining">Whether all of it will be put into training mode.</param>
    public static string? Statistics(nn.Module network, bool entersTraining)
    {
        foreach (var (name, module) in network.named_modules())
            if ((entersTraining || module.training) && module.named_buffers(recurse: false).Any(buffer => buffer.name == "running_mean"))
                return $"'{name}' ({module.GetName()}) keeps running statistics of the batches, and each rank would keep those of its own shards. "
                    + Remedy;
        return null;
    }

    /// <summary>A training begins.</summary>
    public void Begin()
    {
        Dispose();
        using var scope = NewDisposeScope();
        _before = [.. arena.Inventory.Buffers.Copy().Select(copy => copy.DetachFromDisposeScope())];
        _isNew = true;
    }

    /// <summary>Looks after the first step.</summary>
    /// <exception cref="MpiException">A buffer has changed.</exception>
    public void RequireUnchanged()
    {
        if (!_isNew)
            return;
        _isNew = false;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var ((key, buffer), before) in arena.Inventory.Buffers.All.Zip(_before))
            if (!buffer.equal(before).all().item<bool>())
                throw new MpiException(
                    $"The forward changes the buffer '{key}', and each rank would change its own by its own shards. {Remedy}");
        Dispose();
    }

    public void Dispose()
    {
        foreach (var tensor in _before)
            tensor.Dispose();
        _before = [];
    }
}
