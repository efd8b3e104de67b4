using BayesGen.Kernels;
using BayesGen.Variational;
using TorchSharp.Modules;

namespace BayesGen.Parameters;

/// <summary>Weights that are not trained for a while: no gradient, no divergence, no weight decay, and not moved by a bit.</summary>
/// <remarks>
/// What is frozen is said by <c>requires_grad</c>, that of the network's own parameters weight by weight, or that of the flat parameters as
/// a whole; <see cref="Set"/> sets the former. It is read before each draw.
/// </remarks>
internal sealed class ParameterFreezing(ParameterInventory inventory)
{
    private bool _hasFrozen;

    /// <summary>Kept from the last backward by hand until an optimizer has moved the parameters.</summary>
    private FrozenWeights? _keptByHand;

    /// <summary>The keys of the weights that are frozen, now or from the start.</summary>
    public IReadOnlyList<string> Keys
    {
        get
        {
            Read();
            return [.. inventory.Weights.Where(weight => weight.IsFrozen || weight.IsHeld).Select(weight => weight.Key)];
        }
    }

    /// <summary>Freezes weights, or thaws them: see <see cref="BayesianNetworkExtensions.Freeze"/>.</summary>
    /// <param name="keys">Keys of layers or weights; none means every weight.</param>
    /// <param name="isFrozen">Whether to freeze.</param>
    /// <exception cref="KeyNotFoundException">The network has no weight under a key.</exception>
    /// <exception cref="InvalidOperationException">A weight is to be thawed that was frozen when the network was wrapped.</exception>
    public void Set(IReadOnlyList<string> keys, bool isFrozen)
    {
        var weights = inventory.Weights;
        List<NetworkWeight> chosen = keys.Count == 0
            ? [.. weights.Where(weight => !weight.IsFrozen)]
            : [.. keys.SelectMany(inventory.Keys.Under).Distinct()];
        if (!isFrozen && chosen.FirstOrDefault(weight => weight.IsFrozen) is { } plain)
            throw FrozenFromTheStart(plain, "cannot be unfrozen");
        if (!isFrozen)
            ThawWhole(chosen);
        foreach (var weight in chosen.Where(weight => !weight.IsFrozen))
            foreach (var owner in weight.Owners)
                owner.requires_grad = !isFrozen;
        Read();
    }

    /// <summary>Whether a parameter of the network is frozen, from the start or as of the last draw.</summary>
    public bool IsFrozen(Parameter parameter) => _hasFrozen && inventory.Weights.Any(weight => (weight.IsHeld || weight.IsFrozen)
            && weight.Owners.Any(owner => owner.Handle == parameter.Handle));

    /// <summary>
    /// Lets flat parameters be trained again where weights of theirs are to be thawed. Where all of them were off, the weights that nobody
    /// chose stay frozen, each by itself. Where some were, that part of the posterior is off for every weight: it stays so until every
    /// weight is chosen, since no weight alone could have it back.
    /// </summary>
    private void ThawWhole(IReadOnlyCollection<NetworkWeight> chosen)
    {
        foreach (var arena in inventory.Families)
        {
            // No weight has a learned prior for itself alone either.
            if (ThawWhole(arena.Flat, arena.Weights, chosen) && arena.Priors.Learned is { requires_grad: false } learned)
                learned.requires_grad = true;
        }

        foreach (var arena in inventory.Deterministic)
            ThawWhole([arena.Flat], arena.Weights, chosen);
    }

    /// <returns>Whether everything that is flat is trained again.</returns>
    private static bool ThawWhole(
        IReadOnlyList<Parameter> flats, IReadOnlyList<NetworkWeight> weights, IReadOnlyCollection<NetworkWeight> chosen)
    {
        List<NetworkWeight> others = [.. weights.Except(chosen)];
        if (others.Count == weights.Count || (others.Count > 0 && flats.Any(flat => flat.requires_grad)))
            return false;
        foreach (var owner in others.SelectMany(weight => weight.Owners))
            owner.requires_grad = false;
        foreach (var flat in flats.Where(flat => !flat.requires_grad))
            flat.requires_grad = true;
        return true;
    }

    /// <summary>Takes over what requires_grad says.</summary>
    /// <exception cref="InvalidOperationException">A weight that was frozen when it was wrapped asks for a gradient now.</exception>
    public void Read()
    {
        _hasFrozen = false;
        foreach (var weight in inventory.Weights)
            if (weight.IsFrozen && !weight.Parameter.IsInvalid && weight.Parameter.requires_grad)
                throw FrozenFromTheStart(weight, "asks for a gradient now");
        foreach (var arena in inventory.Families)
        {
            var off = arena.Flat.Count(flat => !flat.requires_grad);
            var isChanged = false;
            foreach (var weight in arena.Weights)
                isChanged |= Hold(weight, off == arena.Flat.Count);
            if (isChanged)
                arena.Mask.RefreshFrozen();
            _hasFrozen |= arena.Mask.HasFrozen || off > 0 || arena.Priors.Learned is { requires_grad: false };
        }

        foreach (var arena in inventory.Deterministic)
            foreach (var weight in arena.Weights)
            {
                Hold(weight, !arena.Flat.requires_grad);
                _hasFrozen |= weight.IsHeld;
            }
    }

    /// <summary>
    /// Keeps what is frozen for as long as an optimizer makes its step, and gives up its gradients; null where nothing is frozen. Disposing
    /// what comes back puts the frozen weights back, bit for bit.
    /// </summary>
    public IDisposable? KeepDuringStep()
    {
        Read();
        if (!_hasFrozen)
            return null;
        ForgetFrozenGradients();
        return new Step(new FrozenWeights(FrozenParts(), isWatched: false));
    }

    /// <summary>What a backward by hand has to keep, since nobody tells when the step comes.</summary>
    public void KeepByHand()
    {
        Read();
        _keptByHand?.RestoreMoved();
        Forget();
        if (!_hasFrozen)
            return;
        ForgetFrozenGradients();
        _keptByHand = new FrozenWeights(FrozenParts(), isWatched: true);
    }

    /// <summary>Checks that there is something to train.</summary>
    public void RequireSomethingToTrain()
    {
        if (_hasFrozen && inventory.Weights.All(weight => weight.IsFrozen || weight.IsHeld))
            throw new InvalidOperationException(
                "Every weight of the network is frozen, so there is nothing to train. Call Unfreeze on the model.");
    }

    /// <summary>What stands at the door of everything that reads or writes the weights from outside.</summary>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public void Enter()
    {
        inventory.RequireUndisposed();
        _keptByHand?.RestoreMoved();
    }

    /// <summary>What frozen weights hold now is what they keep from now on.</summary>
    public void Forget()
    {
        _keptByHand?.Dispose();
        _keptByHand = null;
    }

    private static bool Hold(NetworkWeight weight, bool isWholeOff)
    {
        var isHeld = isWholeOff || weight.Owners.Any(owner => !owner.IsInvalid && !owner.requires_grad);
        if (isHeld == weight.IsHeld)
            return false;
        weight.IsHeld = isHeld;
        return true;
    }

    private void ForgetFrozenGradients()
    {
        foreach (var arena in inventory.Families)
        {
            HeldWeights.ZeroInPlace(arena.Weights, arena.Store.Gradients);
            foreach (var (index, flat) in arena.Flat.Index())
            {
                if (!flat.requires_grad)
                    flat.grad = null;
                using var gradient = flat.grad;
                if (gradient is not null)
                    HeldWeights.ZeroInPlace(arena.Weights, gradient, arena.Flat.Extents[index]);
            }
        }

        foreach (var arena in inventory.Deterministic)
            HeldWeights.ZeroInPlace(arena.Weights, arena.Store.Gradients);
    }

    private IEnumerable<(Parameter Flat, IReadOnlyList<Tensor> Slices)> FrozenParts()
    {
        foreach (var arena in inventory.Families)
        {
            foreach (var (index, flat) in arena.Flat.Index())
                if (SlicesOf(flat, flat, arena.Weights, arena.Flat.Extents[index]) is { Count: > 0 } slices)
                    yield return (flat, slices);
            if (arena.Priors.Learned is not { } learned)
                continue;
            List<Tensor> ofPriors = learned.requires_grad
                ? [.. arena.Weights.Where(weight => weight.IsHeld)
                    .SelectMany(weight => arena.Priors.LearnedOf(weight.Place.Index))
                    .Select(entry => entry.Tensor.detach())]
                : [learned.detach()];
            if (ofPriors.Count > 0)
                yield return (learned, [.. ofPriors.Select(slice => slice.DetachFromDisposeScope())]);
        }

        foreach (var arena in inventory.Deterministic)
            if (SlicesOf(arena.Flat, arena.Store.Weights, arena.Weights, ParameterExtent.Weight) is { Count: > 0 } slices)
                yield return (arena.Flat, slices);

        static List<Tensor> SlicesOf(Parameter flat, Tensor whole, IReadOnlyList<NetworkWeight> weights, ParameterExtent extent)
        {
            using var detached = whole.detach();
            return flat.requires_grad
                ? [.. weights.Where(weight => weight.IsHeld)
                    .Select(weight => weight.Place.SliceOf(detached, extent).DetachFromDisposeScope())]
                : [detached.alias().DetachFromDisposeScope()];
        }
    }

    private static InvalidOperationException FrozenFromTheStart(NetworkWeight weight, string what) => new(
        $"'{weight.Key}' {what}, but its requires_grad was off when the network was wrapped, so it has no posterior and no optimizer sees "
        + "it. "
        + $"Wrap the network with requires_grad on, and freeze it afterward by model.Freeze(\"{weight.Key}\").");

    /// <summary>The frozen weights during one step of an optimizer.</summary>
    private sealed class Step(FrozenWeights frozen) : IDisposable
    {
        public void Dispose()
        {
            frozen.Restore();
            frozen.Dispose();
        }
    }
}
