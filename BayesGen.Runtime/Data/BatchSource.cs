using TorchSharp.Modules;

namespace BayesGen.Data;

/// <summary>
/// Where batches come from. A <see cref="TensorDataSet"/>, a <see cref="Batcher"/>, TorchSharp's data loader and a list of batches convert
/// to it by themselves; any other sequence by <see cref="From"/>.
/// </summary>
public abstract class BatchSource
{
    /// <summary>The number of examples in one pass, or null where it is not known.</summary>
    public abstract long? ExampleCount { get; }

    /// <summary>The number of batches in one pass, or null where it is not known before the first pass has ended.</summary>
    /// <param name="batchSize">The batch size, for sources that make batches themselves.</param>
    public virtual long? BatchCount(int batchSize) => null;

    /// <summary>
    /// Whether batches are made for the consumer, who then disposes them. Those of a list or of a data loader belong to that.
    /// </summary>
    public abstract bool HandsOverBatches { get; }

    /// <summary>One pass over the data.</summary>
    /// <param name="batchSize">The batch size, for sources that make batches themselves.</param>
    /// <param name="shuffle">Whether to shuffle, for sources that can.</param>
    /// <param name="seed">The seed of the order.</param>
    /// <param name="epoch">The number of the pass, from 0; each has an order of its own.</param>
    /// <returns>Inputs and targets; the first dimension is the example.</returns>
    public abstract IEnumerable<(Tensor Inputs, Tensor Targets)> Batches(int batchSize, bool shuffle, int seed, int epoch);

    /// <summary>
    /// One pass in the data's own order, for an evaluation or a prediction: what is told of its rows can be laid beside the data, and no
    /// epoch of a training is counted.
    /// </summary>
    /// <param name="batchSize">The batch size, for sources that make batches themselves.</param>
    /// <param name="seed">A seed, for sources that go by it though nothing is shuffled.</param>
    internal virtual IEnumerable<(Tensor Inputs, Tensor Targets)> InOrder(int batchSize, int seed = 0) =>
        Batches(batchSize, shuffle: false, seed, epoch: 0);

    /// <summary>
    /// The rest of a pass from a batch on, for a training that is taken up in the middle of an epoch; null where the source cannot start
    /// there, and the batches before are made and let go.
    /// </summary>
    /// <param name="batchSize">The batch size, for sources that make batches themselves.</param>
    /// <param name="shuffle">Whether to shuffle, for sources that can.</param>
    /// <param name="seed">The seed of the order.</param>
    /// <param name="epoch">The number of the pass, from 0.</param>
    /// <param name="batch">The number of the first batch, from 0.</param>
    public virtual IEnumerable<(Tensor Inputs, Tensor Targets)>? BatchesFrom(
        int batchSize, bool shuffle, int seed, int epoch, long batch) =>
        null;

    /// <summary>
    /// The number of the pass that comes next, of a source that counts passes itself as <see cref="Batcher"/> does; null where the
    /// trainer's count is what orders go by. Set when a training is taken up again.
    /// </summary>
    public virtual int? OwnEpoch
    {
        get => null;
        set { }
    }

    /// <summary>Whether it makes batches of the size that it is asked for.</summary>
    internal virtual bool MakesBatches => false;

    /// <summary>Tensors that hold all of the data, so that processes can compare what they have; none where there are no such.</summary>
    internal virtual IReadOnlyList<Tensor> Whole => [];

    /// <summary>Batches of any sequence. It is enumerated once an epoch; who made the tensors disposes them.</summary>
    /// <param name="batches">The batches; a sequence that can be enumerated only once serves one epoch.</param>
    /// <param name="exampleCount">The number of examples in one pass, or null where it is not known.</param>
    public static BatchSource From(IEnumerable<(Tensor Inputs, Tensor Targets)> batches, long? exampleCount = null)
    {
        ArgumentNullException.ThrowIfNull(batches);
        return new SequenceSource(batches, exampleCount, null, handsOver: false);
    }

    /// <summary>Batches of the trainer's batch size, shuffled while training.</summary>
    /// <param name="dataSet">The data.</param>
    public static implicit operator BatchSource(TensorDataSet dataSet) => new TensorDataSetSource(dataSet);

    /// <summary>
    /// The batcher's own batches; it keeps its own size, seed and count of epochs. Evaluations and predictions take them in the order of
    /// the data, and are no epoch.
    /// </summary>
    /// <param name="batcher">The batcher.</param>
    public static implicit operator BatchSource(Batcher batcher) =>
        new BatcherSource(batcher);

    /// <summary>The batches of a list.</summary>
    /// <param name="batches">Inputs and targets.</param>
    public static implicit operator BatchSource(List<(Tensor Inputs, Tensor Targets)> batches) =>
        new SequenceSource(batches, batches.Sum(batch => batch.Targets.shape[0]), batches.Count, handsOver: false);

    /// <summary>The batches of an array.</summary>
    /// <param name="batches">Inputs and targets.</param>
    public static implicit operator BatchSource((Tensor Inputs, Tensor Targets)[] batches) =>
        new SequenceSource(batches, batches.Sum(batch => batch.Targets.shape[0]), batches.Length, handsOver: false);

    /// <summary>
    /// The batches of TorchSharp's loader over a tensor data set of two tensors: inputs and targets. The loader does not tell how many
    /// examples it has, so give the trainer its ExampleCount.
    /// </summary>
    /// <param name="loader">The loader.</param>
    public static implicit operator BatchSource(DataLoader<IList<Tensor>, IList<Tensor>> loader) =>
        new SequenceSource(loader.Select(Pair), null, loader.Count, handsOver: false);

    /// <summary>
    /// The batches of TorchSharp's loader over dictionaries with the keys <c>data</c> and <c>label</c>, as TorchVision's data sets have
    /// them. The loader does not tell how many examples it has, so give the trainer its ExampleCount.
    /// </summary>
    /// <param name="loader">The loader.</param>
    public static implicit operator BatchSource(DataLoader<Dictionary<string, Tensor>, Dictionary<string, Tensor>> loader) =>
        new SequenceSource(loader.Select(Pair), null, loader.Count, handsOver: false);

    private static (Tensor Inputs, Tensor Targets) Pair(IList<Tensor> tensors) => tensors.Count == 2
        ? (tensors[0], tensors[1])
        : throw new ArgumentException($"A batch of the data loader has {tensors.Count} tensors; expected inputs and targets, two.");

    private static (Tensor Inputs, Tensor Targets) Pair(Dictionary<string, Tensor> tensors) =>
        tensors.TryGetValue("data", out var inputs) && tensors.TryGetValue("label", out var targets)
            ? (inputs, targets)
            : throw new ArgumentException(
                $"A batch of the data loader has the keys {string.Join(", ", tensors.Keys)}; expected 'data' and 'label'.");

    private sealed class TensorDataSetSource(TensorDataSet dataSet) : BatchSource
    {
        public override long? ExampleCount => dataSet.Count;

        internal override bool MakesBatches => true;

        internal override IReadOnlyList<Tensor> Whole => [dataSet.Inputs, dataSet.Targets];

        public override bool HandsOverBatches => true;

        public override long? BatchCount(int batchSize) => (dataSet.Count + batchSize - 1) / batchSize;

        public override IEnumerable<(Tensor Inputs, Tensor Targets)> Batches(int batchSize, bool shuffle, int seed, int epoch) =>
            new Batcher(dataSet, batchSize, shuffle, seed) { Epoch = epoch };

        public override IEnumerable<(Tensor Inputs, Tensor Targets)> BatchesFrom(
            int batchSize, bool shuffle, int seed, int epoch, long batch) =>
            new Batcher(dataSet, batchSize, shuffle, seed) { Epoch = epoch }.From(batch);
    }

    private sealed class BatcherSource(Batcher batcher) : BatchSource
    {
        public override long? ExampleCount => batcher.ExampleCount;

        internal override IReadOnlyList<Tensor> Whole => batcher.Whole;

        public override bool HandsOverBatches => true;

        public override int? OwnEpoch
        {
            get => batcher.Epoch;
            set => batcher.Epoch = value ?? batcher.Epoch;
        }

        public override long? BatchCount(int batchSize) => batcher.BatchCount;

        public override IEnumerable<(Tensor Inputs, Tensor Targets)> Batches(int batchSize, bool shuffle, int seed, int epoch) => batcher;

        internal override IEnumerable<(Tensor Inputs, Tensor Targets)> InOrder(int batchSize, int seed = 0) => batcher.InOrder();

        public override IEnumerable<(Tensor Inputs, Tensor Targets)> BatchesFrom(
            int batchSize, bool shuffle, int seed, int epoch, long batch) => batcher.From(batch);
    }

    private sealed class SequenceSource(
        IEnumerable<(Tensor Inputs, Tensor Targets)> batches, long? exampleCount, long? batchCount, bool handsOver) : BatchSource
    {
        public override long? ExampleCount => exampleCount;

        public override bool HandsOverBatches => handsOver;

        public override long? BatchCount(int batchSize) => batchCount;

        public override IEnumerable<(Tensor Inputs, Tensor Targets)> Batches(int batchSize, bool shuffle, int seed, int epoch) => batches;
    }
}
