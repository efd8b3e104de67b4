using BayesGen.Variational;

namespace BayesGen.Parameters;

/// <summary>
/// One move of a network to another device or dtype. The arenas are rebuilt where it arrives; what they hold is carried along:
/// posteriors, masks, priors, and what is frozen.
/// </summary>
internal sealed class NetworkMove
{
    private readonly ParameterInventory _inventory;
    private readonly NetworkPlaces _places;
    private readonly Dictionary<string, (Tensor[] Parameters, Tensor Mask, Prior Prior)> _posteriors = [];
    private readonly Dictionary<string, Tensor> _plain;
    private readonly HashSet<string> _frozen;
    private readonly List<bool[]> _flags;
    private readonly List<bool> _deterministicFlags;

    /// <summary>Notes what is to be carried, as copies in the current dispose scope; what is frozen was read before.</summary>
    public NetworkMove(ParameterInventory inventory)
    {
        _inventory = inventory;
        foreach (var arena in inventory.Families)
            foreach (var weight in arena.Weights)
                _posteriors.Add(weight.Key, (
                    [.. arena.Posterior.WindowOf(weight).Parameters.Select(parameter => parameter.clone())],
                    arena.Mask.Windows[weight.Place.Index].clone(),
                    arena.Priors[weight.Place.Index]));
        _frozen = [.. inventory.Weights.Where(weight => weight.IsHeld).Select(weight => weight.Key)];
        _flags = [.. inventory.Families.Select(arena => arena.Leaves.Select(leaf => leaf.requires_grad).ToArray())];
        _deterministicFlags = [.. inventory.Deterministic.Select(arena => arena.Flat.requires_grad)];
        _places = new NetworkPlaces(inventory.Network, inventory.Weights);
        _plain = inventory.Weights.Where(weight => !_posteriors.ContainsKey(weight.Key))
            .Select(weight => (weight.Key, Tensor: (Tensor)weight.Parameter))
            .Concat(inventory.Buffers.All.Select(buffer => (buffer.Key, Tensor: buffer.Buffer)))
            .ToDictionary(entry => entry.Key, entry => entry.Tensor.clone());
    }

    /// <summary>Moves the network, and builds its arenas again. Masks are written and not yet in effect.</summary>
    /// <param name="move">Moves the plain network.</param>
    /// <returns>Why the network is back where it was, after a move that failed half way; null where it has moved.</returns>
    /// <exception cref="Exception">What <paramref name="move"/> threw before anything had moved; the arenas still stand.</exception>
    public Exception? Run(Action move)
    {
        WrappedNetworks.Remove(_inventory);
        Exception? failure = null;
        try
        {
            // Moved before anything is given up: where the move is refused, for want of a CUDA device say, the arenas still stand.
            move();
        }
        catch (Exception exception) when (_places.HaveMoved())
        {
            // Half of the network is elsewhere.
            failure = exception;
            _places.MoveBack();
        }
        catch
        {
            WrappedNetworks.Add(_inventory);
            throw;
        }

        Thaw();
        _inventory.Rebuild();
        WrappedNetworks.Add(_inventory);
        if (failure is not null)
            RestorePlain();
        RestorePosteriors();
        RestoreFrozen();
        return failure;
    }

    /// <summary>Rebuilt, a weight that is frozen for now would be taken for one without a posterior.</summary>
    private void Thaw()
    {
        foreach (var (module, name, parameter) in NetworkPlaces.ParametersOf(_inventory.Network))
            if (_frozen.Contains(_places.KeyOf(module, name) ?? ""))
                parameter.requires_grad = true;
    }

    /// <summary>Numbers may have been rounded on their way to another dtype and back.</summary>
    private void RestorePlain()
    {
        foreach (var weight in _inventory.Weights.Where(weight => _plain.ContainsKey(weight.Key)))
            weight.Parameter.copy_(_plain[weight.Key]);
        foreach (var (key, buffer) in _inventory.Buffers.All)
            buffer.copy_(_plain[key]);
    }

    private void RestorePosteriors()
    {
        foreach (var (key, (parameters, mask, prior)) in _posteriors)
        {
            var (arena, weight) = _inventory.Keys.Find(key);
            foreach (var (target, source) in arena.Posterior.WindowOf(weight).Parameters.Zip(parameters))
                target.copy_(source);
            arena.Mask.Windows[weight.Place.Index].copy_(mask);
            arena.Priors.Set(weight.Place.Index, prior);
        }
    }

    private void RestoreFrozen()
    {
        foreach (var weight in _inventory.Weights.Where(weight => _frozen.Contains(weight.Key)))
            foreach (var owner in weight.Owners)
                owner.requires_grad = false;
        foreach (var (arena, flags) in _inventory.Families.Zip(_flags))
            foreach (var (flat, flag) in arena.Leaves.Zip(flags))
                flat.requires_grad = flag;
        foreach (var (arena, flag) in _inventory.Deterministic.Zip(_deterministicFlags))
            arena.Flat.requires_grad = flag;
    }
}
