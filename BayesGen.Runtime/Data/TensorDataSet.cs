namespace BayesGen.Data;

/// <summary>
/// A data set held in memory as two tensors whose first dimension is the example: images and labels, or the rows of a regression.
/// It owns both tensors, which live on one device and outside every dispose scope until the data set is disposed.
/// </summary>
public sealed class TensorDataSet : IDisposable
{
    /// <summary>Takes both tensors over: they are detached from the current dispose scope and disposed with the data set.</summary>
    /// <param name="inputs">[N, ...], N at least 1.</param>
    /// <param name="targets">[N, ...]: int64 [N] for classes, float32 for regression.</param>
    /// <exception cref="ArgumentException">Lengths differ, a tensor has no dimension, there is no example, or the devices differ.
    /// The tensors then still belong to the caller.</exception>
    public TensorDataSet(Tensor inputs, Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(targets);
        if (inputs.dim() == 0 || targets.dim() == 0)
            throw new ArgumentException("A data set needs tensors whose first dimension is the example; "
                + $"{(inputs.dim() == 0 ? "inputs" : "targets")} is a scalar.");
        if (inputs.shape[0] != targets.shape[0])
            throw new ArgumentException($"{Counted(targets.shape[0])} targets but {Counted(inputs.shape[0])} inputs: "
                + "both tensors need the same first dimension.");
        if (inputs.shape[0] == 0)
            throw new ArgumentException("A data set needs at least one example; both tensors are empty.");
        if (inputs.device_type != targets.device_type || inputs.device_index != targets.device_index)
            throw new ArgumentException($"Inputs are on {inputs.device} but targets on {targets.device}; move them to one device first.");
        Inputs = inputs.DetachFromDisposeScope();
        Targets = targets.DetachFromDisposeScope();
        Count = inputs.shape[0];
    }

    /// <summary>The inputs, [Count, ...]. Belongs to the data set: do not dispose.</summary>
    public Tensor Inputs { get; }

    /// <summary>The targets, [Count, ...]. Belongs to the data set: do not dispose.</summary>
    public Tensor Targets { get; }

    /// <summary>Number of examples.</summary>
    public long Count { get; }

    /// <summary>Where both tensors live.</summary>
    public Device Device => Inputs.device;

    /// <summary>
    /// Splits off <paramref name="fraction"/> of the examples for validation, drawn at random by <paramref name="seed"/>.
    /// Both parts are copies, disjoint, and cover the data set.
    /// </summary>
    /// <param name="fraction">Above 0 and below 1; rounded to whole examples, at least one on either side.</param>
    /// <param name="seed">The same seed gives the same split.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="fraction"/> is not between 0 and 1.</exception>
    /// <exception cref="InvalidOperationException">There is only one example.</exception>
    public (TensorDataSet Train, TensorDataSet Validation) Split(double fraction, int seed)
    {
        if (!(fraction > 0 && fraction < 1))
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction,
                "The validation fraction must lie between 0 and 1; for a number of examples pass a long, e.g. Split(5_000L, seed).");
        return Split(Math.Clamp((long)Math.Round(fraction * Count), 1, Math.Max(1, Count - 1)), seed);
    }

    /// <summary>
    /// Splits off <paramref name="validationCount"/> examples for validation, drawn at random by <paramref name="seed"/>.
    /// Both parts are copies, disjoint, and cover the data set.
    /// </summary>
    /// <param name="validationCount">From 1 to Count - 1.</param>
    /// <param name="seed">The same seed gives the same split.</param>
    /// <exception cref="ArgumentOutOfRangeException">A part would be empty.</exception>
    /// <exception cref="InvalidOperationException">There is only one example.</exception>
    public (TensorDataSet Train, TensorDataSet Validation) Split(long validationCount, int seed)
    {
        if (Count < 2)
            throw new InvalidOperationException("A data set of one example cannot be split.");
        if (validationCount < 1 || validationCount >= Count)
            throw new ArgumentOutOfRangeException(nameof(validationCount), validationCount,
                $"Of {Counted(Count)} examples, 1 to {Counted(Count - 1)} can be split off.");
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor order = Permutation.Draw(Count, seed, stream: 0, CPU).to(Device);
        TensorDataSet train = Select(order.narrow(0, validationCount, Count - validationCount));
        return (train, Select(order.narrow(0, 0, validationCount)));
    }

    /// <summary>The first <paramref name="count"/> examples as a data set of its own (a copy).</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1 or above <see cref="Count"/>.</exception>
    public TensorDataSet Take(long count)
    {
        if (count < 1 || count > Count)
            throw new ArgumentOutOfRangeException(nameof(count), count,
                $"The data set holds {Counted(Count)} examples; take 1 to that many.");
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        return new TensorDataSet(Inputs.narrow(0, 0, count).clone(), Targets.narrow(0, 0, count).clone());
    }

    /// <summary>A copy of the data set on <paramref name="device"/>, even where it is there already: each data set owns its
    /// tensors.</summary>
    public TensorDataSet To(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        return new TensorDataSet(Inputs.to(device, copy: true), Targets.to(device, copy: true));
    }

    /// <summary>Batches over this data set; see <see cref="Batcher"/>.</summary>
    public Batcher Batches(int batchSize, bool shuffle = true, int seed = 0) => new(this, batchSize, shuffle, seed);

    /// <summary>Frees both tensors.</summary>
    public void Dispose()
    {
        Inputs.Dispose();
        Targets.Dispose();
    }

    private TensorDataSet Select(Tensor index) => new(Inputs.index_select(0, index), Targets.index_select(0, index));

    private static string Counted(long number) => number.ToString("N0", System.Globalization.CultureInfo.InvariantCulture);
}
