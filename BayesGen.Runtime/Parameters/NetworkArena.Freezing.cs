using BayesGen.Kernels;
using TorchSharp.Modules;

namespace BayesGen.Parameters;

/// <summary>Weights that are not trained for a while: no gradient, no divergence, no weight decay, and not moved by a bit.</summary>
/// <remarks>
/// What is frozen is said by <c>requires_grad</c>, that of the network's own parameters weight by weight, or that of the flat parameters as
/// a whole; <see cref="SetFrozen"/> sets the former. It is read before each draw.
/// </remarks>
public sealed partial class NetworkArena
{
    private bool _hasFrozen;

    /// <summary>Kept from the last backward by hand until an optimizer has moved the parameters.</summary>
    private FrozenWeights? _keptByHand;

    /// <summary>The keys of the weights that are frozen, now or from the start.</summary>
    internal IReadOnlyList<string> FrozenKeys
    {
        get
        {
            ReadFrozen();
            return [.. _weights.Where(weight => weight.IsFrozen || weight.IsHeld).Select(weight => weight.Key)];
        }
    }

    /// <summary>Freezes weights, or thaws them: see <see cref="BayesianNetworkExtensions.Freeze"/>.</summary>
    /// <param name="keys">Keys of layers or weights; none means every weight.</param>
    /// <param name="isFrozen">Whether to freeze.</param>
    /// <exception cref="KeyNotFoundException">The network has no weight under a key.</exception>
    /// <exception cref="InvalidOperationException">A draw is alive, or a weight was frozen when the network was wrapped.</exception>
    internal void SetFrozen(IReadOnlyList<string> keys, bool isFrozen)
    {
        Enter();
        RequireNoDraw(isFrozen ? "freeze" : "unfreeze");
        var chosen = keys.Count == 0 ? _weights.Where(weight => !weight.IsFrozen).ToList() : [.. keys.SelectMany(WeightsUnder).Distinct()];
        if (!isFrozen && chosen.FirstOrDefault(weight => weight.IsFrozen) is { } plain)
            throw FrozenFromTheStart(plain, "cannot be unfrozen");
        if (!isFrozen)
            ThawWhole(chosen);
        foreach (var weight in chosen.Where(weight => !weight.IsFrozen))
            foreach (var owner in weight.Owners)
                owner.requires_grad = !isFrozen;
        ReadFrozen();
    }

    /// <summary>Whether a parameter of the network is frozen, now or from the start.</summary>
    internal bool IsHeld(Parameter parameter)
    {
        ReadFrozen();
        return _hasFrozen && _weights.Exists(weight => (weight.IsHeld || weight.IsFrozen)
            && weight.Owners.Exists(owner => owner.Handle == parameter.Handle));
    }

    /// <summary>
    /// Lets flat parameters be trained again where weights of theirs are to be thawed. Where all of them were off, the weights that nobody
    /// chose stay frozen, each by itself.
    /// </summary>
    private void ThawWhole(IReadOnlyCollection<NetworkWeight> chosen)
    {
        var groups = _families.Select(arena => ((IReadOnlyList<Parameter>)[.. arena.Flat], (IReadOnlyList<NetworkWeight>)arena.Weights))
            .Concat(_deterministic.Select(arena => ((IReadOnlyList<Parameter>)[arena.Flat], (IReadOnlyList<NetworkWeight>)arena.Weights)));
        foreach (var (flats, weights) in groups)
        {
            if (!weights.Any(chosen.Contains) || flats.All(flat => flat.requires_grad))
                continue;
            if (flats.All(flat => !flat.requires_grad))
                foreach (var owner in weights.Except(chosen).SelectMany(weight => weight.Owners))
                    owner.requires_grad = false;
            foreach (var flat in flats)
                flat.requires_grad = true;
        }
    }

    /// <summary>Takes over what requires_grad says.</summary>
    /// <exception cref="InvalidOperationException">A weight that was frozen when it was wrapped asks for a gradient now.</exception>
    internal void ReadFrozen()
    {
        _hasFrozen = false;
        foreach (var weight in _weights)
            if (weight.IsFrozen && !weight.Parameter.IsInvalid && weight.Parameter.requires_grad)
                throw FrozenFromTheStart(weight, "asks for a gradient now");
        foreach (var arena in _families)
        {
            var off = arena.Flat.Count(flat => !flat.requires_grad);
            var isChanged = false;
            foreach (var weight in arena.Weights)
                isChanged |= Hold(weight, off == arena.Flat.Count);
            if (isChanged)
                arena.AdoptFrozen();
            _hasFrozen |= arena.HasFrozen || off > 0 || arena.Priors.Learned is { requires_grad: false };
        }

        foreach (var arena in _deterministic)
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
    internal IDisposable? KeepFrozen()
    {
        ReadFrozen();
        if (!_hasFrozen)
            return null;
        ForgetFrozenGradients();
        return new Step(new FrozenWeights(FrozenParts(), isWatched: false));
    }

    /// <summary>What a backward by hand has to keep, since nobody tells when the step comes.</summary>
    internal void KeepFrozenByHand()
    {
        ReadFrozen();
        _keptByHand?.RestoreMoved();
        _keptByHand?.Dispose();
        _keptByHand = null;
        if (!_hasFrozen)
            return;
        ForgetFrozenGradients();
        _keptByHand = new FrozenWeights(FrozenParts(), isWatched: true);
    }

    /// <summary>Checks that there is something to train.</summary>
    internal void RequireSomethingToTrain()
    {
        if (_hasFrozen && _weights.TrueForAll(weight => weight.IsFrozen || weight.IsHeld))
            throw new InvalidOperationException(
                "Every weight of the network is frozen, so there is nothing to train. Call Unfreeze on the model.");
    }

    /// <summary>Replicas freeze what their leader has frozen.</summary>
    private void FollowFrozen(NetworkArena leader)
    {
        foreach (var (mine, other) in _weights.Zip(leader._weights).Where(pair => !pair.First.IsFrozen))
            foreach (var owner in mine.Owners)
                if (owner.requires_grad == other.IsHeld)
                    owner.requires_grad = !other.IsHeld;
        foreach (var (mine, other) in _families.Zip(leader._families).SelectMany(pair => pair.First.Flat.Zip(pair.Second.Flat)))
            if (mine.requires_grad != other.requires_grad)
                mine.requires_grad = other.requires_grad;
    }

    /// <summary>What stands at the door of everything that reads or writes the weights from outside.</summary>
    private void Enter()
    {
        if (_isDisposed)
            throw new ObjectDisposedException(_network.GetName(), "The Bayesian neural network was disposed, and its posterior with it.");
        _keptByHand?.RestoreMoved();
    }

    private static bool Hold(NetworkWeight weight, bool isWholeOff)
    {
        var isHeld = isWholeOff || weight.Owners.Exists(owner => !owner.IsInvalid && !owner.requires_grad);
        if (isHeld == weight.IsHeld)
            return false;
        weight.IsHeld = isHeld;
        return true;
    }

    private void ForgetFrozenGradients()
    {
        foreach (var arena in _families)
        {
            arena.ForgetFrozen(arena.Store.Gradients);
            foreach (var flat in arena.Flat)
            {
                if (!flat.requires_grad)
                    flat.grad = null;
                using var gradient = flat.grad;
                if (gradient is not null)
                    arena.ForgetFrozen(gradient);
            }
        }

        foreach (var arena in _deterministic)
            foreach (var weight in arena.Weights.Where(weight => weight.IsHeld))
            {
                using var slice = weight.SliceOf(arena.Store.Gradients);
                slice.MakeZero();
            }
    }

    private IEnumerable<(Parameter Flat, IReadOnlyList<Tensor> Slices)> FrozenParts()
    {
        foreach (var arena in _families)
        {
            foreach (var flat in arena.Flat)
                if (SlicesOf(flat, flat, arena.Weights) is { Count: > 0 } slices)
                    yield return (flat, slices);
            if (arena.Priors.Learned is not { } learned)
                continue;
            List<Tensor> ofPriors = learned.requires_grad
                ? [.. arena.Weights.Where(weight => weight.IsHeld).SelectMany(arena.LearnedPriorOf).Select(entry => entry.Tensor.detach())]
                : [learned.detach()];
            if (ofPriors.Count > 0)
                yield return (learned, [.. ofPriors.Select(slice => slice.DetachFromDisposeScope())]);
        }

        foreach (var arena in _deterministic)
            if (SlicesOf(arena.Flat, arena.Store.Weights, arena.Weights) is { Count: > 0 } slices)
                yield return (arena.Flat, slices);

        static List<Tensor> SlicesOf(Parameter flat, Tensor whole, IReadOnlyList<NetworkWeight> weights)
        {
            using var detached = whole.detach();
            return flat.requires_grad
                ? [.. weights.Where(weight => weight.IsHeld).Select(weight => weight.SliceOf(detached).DetachFromDisposeScope())]
                : [detached.alias().DetachFromDisposeScope()];
        }
    }

    private IEnumerable<NetworkWeight> WeightsUnder(string key)
    {
        var found = _weights.Where(weight => weight.TiedKeys.Prepend(weight.Key)
            .Any(name => name == key || name.StartsWith(key + ".", StringComparison.Ordinal))).ToList();
        return found.Count > 0
            ? found
            : throw new KeyNotFoundException(
                $"The network has no layer and no weight '{key}'. Its weights: "
                    + $"{string.Join(", ", _weights.Select(weight => $"'{weight.Key}'"))}.");
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
