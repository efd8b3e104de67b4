using BayesGen.Kernels;
using BayesGen.Parameters;
using BayesGen.Training;
using TorchSharp.Modules;

namespace BayesGen.Mpi.Shards;

/// <summary>
/// The shards of a batch under a sample of the weights. Each process takes its own one by one, forward and backward, and the processes sum
/// the gradients with respect to the weights in the order of the tree.
/// </summary>
/// <remarks>
/// The loss of the batch is the mean over its examples, so that of a shard counts by its part of them. The sums of the processes are cut
/// into as many pieces as there are processes, and each process adds one piece of all; so no sum is made by the MPI library, and every
/// process sends and receives as much as in the all-reduce of one.
/// </remarks>
/// <param name="steps">Keeps what a step needs of the gradients.</param>
/// <param name="setup">What is trained.</param>
/// <param name="tree">The shards.</param>
/// <param name="group">The processes.</param>
internal sealed class ShardedBatch(ITrainingSteps steps, TrainingSetup setup, ShardTree tree, MpiTrainingGroup group)
    : IBatchParts, IDisposable
{
    private readonly IReadOnlyList<ShardRun> _own = tree.PartsOf(group.Rank);
    private readonly SumExchange _exchange = new(group.Room.Transport, tree, group.Rank, group.Options.Mode);
    private readonly StepNotes _notes = new(setup, tree, group);
    private readonly Stack<FlatSum> _free = [];
    private readonly List<FlatSum> _rented = [];
    private readonly List<FlatSum> _sums = [];
    private readonly List<Tensor> _before = [];
    private readonly Dictionary<int, Tensor> _outputs = [];
    private List<Tensor> _gradients = [];
    private FlatLayout? _layout;
    private Parameter? _logSigma;
    private BufferWatch? _buffers;
    private bool _isFirst;

    /// <summary>The metrics of the step, once its last sample was taken.</summary>
    public IReadOnlyList<(string Name, Tensor Sum, Tensor? Count)> Metrics { get; private set; } = [];

    private int Samples => setup.Options.Samples;

    /// <summary>A step begins.</summary>
    /// <param name="buffers">What must not change by it.</param>
    public void Begin(BufferWatch buffers)
    {
        (Metrics, _buffers, _isFirst) = ([], buffers, true);
        _gradients = [.. setup.Arena.Inventory.GradientsToPullBack, .. Plain];
        _layout ??= new FlatLayout(_gradients);
        if (!_layout.Fits(_gradients))
            throw new InvalidOperationException(
                "The parameters of the network are others than in the step before. Make a new trainer after such a change.");
    }

    /// <summary>A step ends, whichever way.</summary>
    public void End()
    {
        foreach (var tensor in _outputs.Values.Concat(_before))
            tensor.Dispose();
        _outputs.Clear();
        _before.Clear();
        GiveBack();
    }

    /// <inheritdoc/>
    public (Tensor Fit, NoiseResiduals? Noise) Take(StepWork work, SampleWorker worker, WeightDraw draw, int sample)
    {
        var own = Try(work, worker, draw, sample);
        var numbers = _notes.Exchange(work, steps.LearningRate, _sums, own);
        _exchange.Sum(_sums);
        var metrics = sample == Samples - 1 ? setup.StepMetrics : [];
        Metrics = [.. StepNumbers.Metrics(numbers, metrics)
            .Select(metric => (metric.Name, metric.Sum.MoveToOuterDisposeScope(), metric.Count?.MoveToOuterDisposeScope()))];
        var (fit, residuals) = StepNumbers.Read(numbers, metrics.Count);
        return (fit, residuals is null ? null : new NoiseResiduals(_logSigma!, residuals.to(_logSigma!.dtype, _logSigma.device)));
    }

    /// <inheritdoc/>
    public void PullBack(WeightDraw draw, double factor)
    {
        using (no_grad())
        {
            if (factor != 1)
                _sums[0].Scale(factor);
            _sums[0].AddTo(_gradients);
        }

        GiveBack();
        steps.PullBack(draw);
    }

    public void Dispose()
    {
        End();
        Release();
        _exchange.Dispose();
    }

    /// <summary>
    /// The gradients of weights without a posterior: nothing is pulled back there, so those of all samples add up in them.
    /// </summary>
    private IEnumerable<Tensor> Plain => setup.Arena.Inventory.Deterministic.Select(arena => arena.Store.Gradients);

    /// <summary>Computes the shards of this process; what they end by is kept until the others know it.</summary>
    private Exception? Try(StepWork work, SampleWorker worker, WeightDraw draw, int sample)
    {
        using var noise = new ShardNoise(setup.Arena);
        try
        {
            RequireRows(work);
            SetPlainAside();
            foreach (var part in _own)
                _sums.Add(Sum(part, shard => Compute(work, worker, draw, shard, sample, noise)));
            if (setup.LearnsNoise && _logSigma is null && _sums.TrueForAll(sum => sum.Numbers.Length == 0))
                HearOfNoise(work, worker, noise);
            PutPlainBack();
            _buffers!.RequireUnchanged();
            return null;
        }
        catch (Exception exception)
        {
            // An exception of one rank alone would leave the others waiting: it is thrown when they have been told.
            return exception;
        }
    }

    /// <summary>What the samples before have left there, of which there is none before the first.</summary>
    private void SetPlainAside()
    {
        if (_isFirst)
            return;
        using var _ = no_grad();
        foreach (var gradient in Plain)
        {
            _before.Add(gradient.clone().DetachFromDisposeScope());
            gradient.ZeroInPlace();
        }
    }

    private void PutPlainBack()
    {
        using var _ = no_grad();
        foreach (var (gradient, before) in Plain.Zip(_before))
        {
            gradient.copy_(before);
            before.Dispose();
        }

        _before.Clear();
        _isFirst = false;
    }

    /// <summary>Sums a part of the tree, each shard right from where its backward leaves its gradients.</summary>
    private FlatSum Sum(ShardRun node, Func<int, double[]> compute)
    {
        if (node.IsOne)
        {
            var numbers = compute(node.First);
            var sum = Rented();
            using (no_grad())
                sum.Take(_gradients);
            sum.Numbers = numbers;
            ZeroGradients();
            return sum;
        }

        var left = Sum(node.Left, compute);
        if (node.Right.IsOne)
        {
            var numbers = compute(node.Right.First);
            using (no_grad())
                left.Add(_gradients);
            left.Numbers = FlatSum.Plus(left.Numbers, numbers);
            ZeroGradients();
            return left;
        }

        var right = Sum(node.Right, compute);
        using (no_grad())
            left.Add(right);
        _free.Push(right);
        _rented.Remove(right);
        return left;
    }

    /// <summary>Forward and backward of a shard; nothing of one without a row.</summary>
    private double[] Compute(StepWork work, SampleWorker worker, WeightDraw draw, int shard, int sample, ShardNoise noise)
    {
        var rows = work.Targets.size(0);
        var (first, count) = tree.RowsOf(shard, rows);
        if (count == 0)
            return [];
        using var scope = NewDisposeScope();
        noise.Begin(shard);
        var part = (double)count / rows;
        var targets = work.Targets.narrow(0, first, count);
        var fit = work.Run(worker, work.Inputs.narrow(0, first, count), targets);
        if (fit.Noise is { LogSigma: var logSigma })
            _logSigma = logSigma;
        draw.BackwardToWeights(VariationalLoss.Wide(fit.Fit).MultiplyBy(part));
        var numbers = StepNumbers.Of(fit, part);
        return setup.StepMetrics.Count == 0 ? numbers : [.. numbers, .. MetricsOf(shard, fit.Output!, targets, sample)];
    }

    /// <summary>The metrics are those of the mean of the outputs under all samples, as in one process.</summary>
    private double[] MetricsOf(int shard, Tensor output, Tensor targets, int sample)
    {
        using var _ = no_grad();
        var sum = output.detach();
        if (_outputs.Remove(shard, out var before))
            using (before)
                sum = before.AddTo(sum);
        if (sample < Samples - 1)
        {
            _outputs[shard] = sum.DetachFromDisposeScope();
            return [];
        }

        var mean = sum.DivideBy(Samples);
        return [.. setup.StepMetrics.SelectMany(metric => StepNumbers.Of(metric, mean, targets))];
    }

    /// <summary>A process whose shards have no row still has to know which parameter the noise is learned in.</summary>
    private void HearOfNoise(StepWork work, SampleWorker worker, ShardNoise noise)
    {
        using var scope = NewDisposeScope();
        noise.Begin(_own[0].First);
        _logSigma = work.Run(worker, work.Inputs.narrow(0, 0, 1), work.Targets.narrow(0, 0, 1)).Noise?.LogSigma;
    }

    private void ZeroGradients()
    {
        foreach (var gradient in _gradients)
            gradient.ZeroInPlace();
    }

    private FlatSum Rented()
    {
        var sum = _free.TryPop(out var free) ? free : new FlatSum(_layout!);
        _rented.Add(sum);
        return sum;
    }

    private void GiveBack()
    {
        foreach (var sum in _rented)
            _free.Push(sum);
        _rented.Clear();
        _sums.Clear();
    }

    private void Release()
    {
        foreach (var sum in _free)
            sum.Dispose();
        _free.Clear();
    }

    private void RequireRows(StepWork work)
    {
        var (rows, place) = (work.Targets.size(0), work.Place);
        if (rows < tree.Shards && (place.Step == 1 || place.Step < place.Steps))
            throw new MpiException(
                $"Rank {group.Rank}: the batch of step {place.Step} has {rows} examples for {tree.Shards} shards. Set "
                + "TrainerOptions.BatchSize to at least the number of shards, or MpiOptions.Shards to less.", group.Rank);
    }
}
