using System.Collections;

namespace BayesGen.Data;

/// <summary>
/// Walks over a <see cref="TensorDataSet"/> in batches; one enumeration is one epoch. The order of an epoch is a pure function of the seed
/// and <see cref="Epoch"/>, so a run can be taken up at any epoch; the global generator is neither read nor moved.
/// </summary>
/// <remarks>
/// Batches are copies on the data set's device and belong to the caller, as if the caller had made them. A scope opened in the body of a
/// foreach comes too late for them, because the loop fetches them before: attach them to it, or dispose them one by one.
/// <code>
/// foreach (var (inputs, targets) in batcher)
/// {
///     using var step = NewDisposeScope();
///     step.Attach(inputs, targets);
///     ...
/// }
/// </code>
/// What the batcher itself holds is out of the scopes' reach. The data set stays the caller's and must outlive the enumeration.
/// </remarks>
public sealed class Batcher : IEnumerable<(Tensor Inputs, Tensor Targets)>
{
    private readonly TensorDataSet _dataSet;
    private readonly int _batchSize;
    private readonly bool _shuffle;
    private readonly int _seed;
    private int _epoch;

    /// <summary>Batches over <paramref name="dataSet"/>.</summary>
    /// <param name="dataSet">The examples; not taken over.</param>
    /// <param name="batchSize">Examples per batch, at least 1; the last batch of an epoch holds the rest.</param>
    /// <param name="shuffle">True: another random order every epoch. False: the data set's own order.</param>
    /// <param name="seed">Seed of the orders.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batchSize"/> is below 1.</exception>
    public Batcher(TensorDataSet dataSet, int batchSize, bool shuffle = true, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(dataSet);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        _dataSet = dataSet;
        _batchSize = batchSize;
        _shuffle = shuffle;
        _seed = seed;
    }

    /// <summary>What the batches are cut from.</summary>
    internal IReadOnlyList<Tensor> Whole => [_dataSet.Inputs, _dataSet.Targets];

    /// <summary>The same data in batches of the same size, in its own order; another walk, so that no epoch is counted here.</summary>
    internal Batcher InOrder() => new(_dataSet, _batchSize, shuffle: false);

    /// <summary>Number of examples in an epoch.</summary>
    public long ExampleCount => _dataSet.Count;

    /// <summary>Number of batches in an epoch, a last ragged one included.</summary>
    public long BatchCount => (_dataSet.Count + _batchSize - 1) / _batchSize;

    /// <summary>Examples per batch; the last batch of an epoch may hold fewer.</summary>
    public int BatchSize => _batchSize;

    /// <summary>
    /// The epoch the next enumeration walks, from 0. An enumeration that reaches its end advances it by one; one that is broken off leaves
    /// it, so the epoch can be walked again. Set it to take a run up again.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to a negative value.</exception>
    public int Epoch
    {
        get => _epoch;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _epoch = value;
        }
    }

    /// <summary>Walks one epoch.</summary>
    public IEnumerator<(Tensor Inputs, Tensor Targets)> GetEnumerator() => Walk(0);

    /// <summary>
    /// Walks what is left of an epoch from a batch on; those before it are not made. It reaches its end and advances
    /// <see cref="Epoch"/> as a whole walk does.
    /// </summary>
    /// <param name="batch">The number of the first batch, from 0 to <see cref="BatchCount"/>; the last gives none.</param>
    /// <exception cref="ArgumentOutOfRangeException">The epoch has no such batch.</exception>
    public IEnumerable<(Tensor Inputs, Tensor Targets)> From(long batch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batch, BatchCount);
        return Rest();

        IEnumerable<(Tensor Inputs, Tensor Targets)> Rest()
        {
            using var walk = Walk(batch);
            while (walk.MoveNext())
                yield return walk.Current;
        }
    }

    private IEnumerator<(Tensor Inputs, Tensor Targets)> Walk(long first)
    {
        int epoch = _epoch;
        // Out of every dispose scope: the caller's scope of a step would free the order under the iterator's feet.
        using Tensor? order = _shuffle
            ? Permutation.Draw(_dataSet.Count, _seed, epoch, _dataSet.Device).DetachFromDisposeScope()
            : null;
        for (long start = first * _batchSize; start < _dataSet.Count; start += _batchSize)
            yield return Batch(order, start, Math.Min(_batchSize, _dataSet.Count - start));
        _epoch = epoch + 1;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private (Tensor Inputs, Tensor Targets) Batch(Tensor? order, long start, long length)
    {
        if (order is null)
        {
            using Tensor inputs = _dataSet.Inputs.narrow(0, start, length);
            using Tensor targets = _dataSet.Targets.narrow(0, start, length);
            return (inputs.clone(), targets.clone());
        }
        using Tensor index = order.narrow(0, start, length);
        return (_dataSet.Inputs.index_select(0, index), _dataSet.Targets.index_select(0, index));
    }
}
