using BayesGen.Kernels;

namespace BayesGen.Parameters;

/// <summary>
/// Which weights of one arena are kept, and which of those training may move: a weight stays as it is where it is pruned, frozen for now,
/// or fixed for good, as rows of padding are.
/// </summary>
/// <remarks>
/// One flat boolean tensor is the truth, and files write it weight by weight through <see cref="Windows"/>; what is derived from it is made
/// again by <see cref="Refresh"/>. A mask by unit writes the same booleans: one unit covers the weights and the bias that are its own.
/// </remarks>
internal sealed class WeightMask : IDisposable
{
    private readonly IReadOnlyList<NetworkWeight> _weights;
    private readonly WeightStore _store;
    private readonly Tensor _kept;
    private Tensor? _values;
    private Tensor? _trainable;

    /// <summary>The values that were copied last: those of a mask that has changed since are another tensor.</summary>
    private Tensor? _copied;

    /// <summary>Keeps every weight that is not fixed.</summary>
    /// <param name="weights">The weights in their order in the arena.</param>
    /// <param name="store">Where they lie.</param>
    public WeightMask(IReadOnlyList<NetworkWeight> weights, WeightStore store)
    {
        _weights = weights;
        _store = store;
        _kept = ones(store.Count, dtype: ScalarType.Bool, device: store.Device).DetachFromDisposeScope();
        Windows = [.. weights.Select(weight => weight.Place.SliceOf(_kept).DetachFromDisposeScope())];
        Fixed = [.. weights.SelectMany(weight => weight.Fixed.Select(part => (weight.Place.Offset + part.Offset, part.Count)))];
        ExcludeFixed();
    }

    /// <summary>Which weights are kept, flat and boolean; null where nothing is pruned.</summary>
    public Tensor? Kept => _values is null ? null : _kept;

    /// <summary>
    /// 1 where training may move a weight and 0 where it is pruned, frozen or fixed, in the dtype of the weights; null where all may move.
    /// </summary>
    public Tensor? Trainable => HasFrozen || Fixed.Count > 0 ? _trainable ??= FindTrainable() : _values;

    /// <summary>The mask of each weight in its shape: windows onto the flat mask, there whether or not something is pruned.</summary>
    public IReadOnlyList<Tensor> Windows { get; }

    /// <summary>The runs of weights that are fixed, which no mask keeps and none prunes.</summary>
    public IReadOnlyList<(long Offset, long Count)> Fixed { get; }

    /// <summary>Whether weights are frozen for now.</summary>
    public bool HasFrozen { get; private set; }

    /// <summary>Prunes: a weight stays if it was kept before and is kept by <paramref name="keep"/>.</summary>
    /// <param name="keep">Flat and boolean.</param>
    public void Prune(Tensor keep)
    {
        _kept.logical_and_(keep);
        Refresh();
    }

    /// <summary>Keeps every weight again.</summary>
    public void Unprune()
    {
        _kept.fill_(Operand(true));
        Refresh();
    }

    /// <summary>Takes over the mask of an arena of the same layout.</summary>
    public void CopyFrom(WeightMask source)
    {
        if (ReferenceEquals(_copied, source._values))
            return;
        _kept.copy_(source._kept);
        Refresh();
        _copied = source._values;
    }

    /// <summary>Makes the mask take effect after it was written.</summary>
    public void Refresh()
    {
        using var _ = no_grad();
        _values?.Dispose();
        _values = null;
        ForgetTrainable();
        ExcludeFixed();

        using var kept = _kept.sum();
        if (kept.item<long>() != _store.Count - Fixed.Sum(part => part.Count))
            _values = _kept.to(_store.Dtype).DetachFromDisposeScope();
    }

    /// <summary>Takes over which weights are frozen.</summary>
    public void RefreshFrozen()
    {
        HasFrozen = _weights.Any(weight => weight.IsHeld);
        ForgetTrainable();
    }

    /// <summary>Makes a flat tensor zero where weights are pruned.</summary>
    public void Apply(Tensor flat)
    {
        if (_values is null)
            return;
        using var _ = no_grad();
        flat.mul_(_values);
    }

    /// <summary>The same with a graph; the given tensor is disposed where another comes back.</summary>
    public Tensor Applied(Tensor flat)
    {
        if (_values is null)
            return flat;
        using (flat)
            return flat * _values;
    }

    /// <summary>
    /// Makes a flat tensor zero where weights are fixed, which <see cref="Apply"/> does only where something is pruned: a layer tied to an
    /// embedding sends gradients to its rows of padding too.
    /// </summary>
    public void ZeroFixed(Tensor flat)
    {
        if (_values is not null)
            return;
        foreach (var (offset, count) in Fixed)
        {
            using var _ = no_grad();
            using var part = flat.narrow(0, offset, count);
            part.ZeroInPlace();
        }
    }

    /// <summary>The runs that a divergence counts, with the place of their weight: of every weight that is not frozen what is not
    /// fixed.</summary>
    public IEnumerable<(int Index, long Offset, long Count)> Scored()
    {
        for (var i = 0; i < _weights.Count; i++)
        {
            var weight = _weights[i];
            if (weight.IsHeld)
                continue;
            var (at, end) = (weight.Place.Offset, weight.Place.Offset + weight.Count);
            foreach (var (offset, count) in weight.Fixed)
            {
                if (weight.Place.Offset + offset > at)
                    yield return (i, at, weight.Place.Offset + offset - at);
                at = weight.Place.Offset + offset + count;
            }

            if (at < end || weight.Fixed.Count == 0)
                yield return (i, at, end - at);
        }
    }

    public void Dispose()
    {
        foreach (var window in Windows)
            window.Dispose();
        _values?.Dispose();
        ForgetTrainable();
        _kept.Dispose();
    }

    private void ForgetTrainable()
    {
        _trainable?.Dispose();
        _trainable = null;
    }

    private void ExcludeFixed()
    {
        using var _ = no_grad();
        foreach (var (offset, count) in Fixed)
        {
            using var part = _kept.narrow(0, offset, count);
            part.fill_(Operand(false));
        }
    }

    private Tensor FindTrainable()
    {
        using var _ = no_grad();
        using var trainable = _kept.clone();
        foreach (var weight in _weights.Where(weight => weight.IsHeld))
        {
            using var slice = weight.Place.SliceOf(trainable);
            slice.fill_(Operand(false));
        }

        return trainable.to(_store.Dtype).DetachFromDisposeScope();
    }
}
