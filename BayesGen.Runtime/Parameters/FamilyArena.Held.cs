using BayesGen.Kernels;

namespace BayesGen.Parameters;

/// <summary>Weights that do not move: pruned, frozen for now, or fixed for good, as rows of padding are.</summary>
internal abstract partial class FamilyArena
{
    private readonly List<(long Offset, long Count)> _fixed;
    private Tensor? _moves;

    /// <summary>Whether weights are frozen for now.</summary>
    public bool HasFrozen { get; private set; }

    /// <summary>
    /// 1 where training may move a weight and 0 where it is pruned, frozen or fixed, in the dtype of the weights; null where all may move.
    /// </summary>
    public Tensor? MovesAsNumber => HasFrozen || _fixed.Count > 0 ? _moves ??= WhatMoves() : _keptAsNumber;

    /// <summary>Weights with those set to zero that a flat boolean mask leaves out; the given tensor itself.</summary>
    public Tensor Kept(Tensor weights, Tensor keep)
    {
        weights.mul_(keep);
        WriteFixed(weights);
        return weights;
    }

    /// <summary>Writes what is fixed into flat weights, which have no graph.</summary>
    public void WriteFixed(Tensor weights)
    {
        if (_fixed.Count == 0)
            return;
        using var _ = no_grad();
        foreach (var (offset, count) in _fixed)
        {
            using var part = weights.narrow(0, offset, count);
            using var mean = MeanOf(offset, count);
            part.copy_(mean);
        }
    }

    /// <summary>Makes a flat tensor zero where weights are frozen.</summary>
    public void ForgetFrozen(Tensor flat)
    {
        if (!HasFrozen)
            return;
        foreach (var weight in Weights.Where(weight => weight.IsHeld))
        {
            using var slice = weight.SliceOf(flat);
            using var _ = no_grad();
            slice.MakeZero();
        }
    }

    /// <summary>Takes over which weights are frozen.</summary>
    public void AdoptFrozen()
    {
        HasFrozen = Weights.Any(weight => weight.IsHeld);
        _moves?.Dispose();
        _moves = null;
    }

    /// <summary>Makes the mask take effect after it was written.</summary>
    public void AdoptMask()
    {
        using var _ = no_grad();
        _keptAsNumber?.Dispose();
        _keptAsNumber = null;
        _moves?.Dispose();
        _moves = null;
        MaskFixed();

        // What is fixed is outside every mask, and pruned by none.
        using var kept = _mask.sum();
        if (kept.item<long>() != Count - _fixed.Sum(part => part.Count))
            _keptAsNumber = _mask.to(Store.Dtype).DetachFromDisposeScope();
    }

    /// <summary>What a divergence counts: of every weight that is not frozen what is not fixed.</summary>
    private IEnumerable<(int Index, long Offset, long Count)> Scored()
    {
        for (var i = 0; i < Weights.Count; i++)
        {
            var weight = Weights[i];
            if (weight.IsHeld)
                continue;
            var (at, end) = (weight.Offset, weight.Offset + weight.Count);
            foreach (var (offset, count) in weight.Fixed)
            {
                if (weight.Offset + offset > at)
                    yield return (i, at, weight.Offset + offset - at);
                at = weight.Offset + offset + count;
            }

            if (at < end || weight.Fixed.Count == 0)
                yield return (i, at, end - at);
        }
    }

    /// <summary>The mean of a run of weights, a new tensor.</summary>
    protected abstract Tensor MeanOf(long offset, long count);

    private void MaskFixed()
    {
        using var _ = no_grad();
        foreach (var (offset, count) in _fixed)
        {
            using var part = _mask.narrow(0, offset, count);
            part.fill_(false);
        }
    }

    private Tensor WhatMoves()
    {
        using var _ = no_grad();
        using var moves = _mask.clone();
        foreach (var weight in Weights.Where(weight => weight.IsHeld))
        {
            using var slice = weight.SliceOf(moves);
            slice.fill_(false);
        }

        return moves.to(Store.Dtype).DetachFromDisposeScope();
    }

    /// <summary>Drawn weights with what is fixed in its place; the graph leads past it.</summary>
    private Tensor WithFixed(Tensor weights)
    {
        if (_fixed.Count == 0)
            return weights;
        using (weights)
        {
            var whole = weights.clone();
            foreach (var (offset, count) in _fixed)
            {
                using var part = whole.narrow(0, offset, count);
                using var mean = MeanOf(offset, count);
                part.copy_(mean);
            }

            return whole;
        }
    }
}
