using System.Runtime.ExceptionServices;
using BayesGen.Mpi.Messages;
using BayesGen.Noise;
using BayesGen.Training;

namespace BayesGen.Mpi.Shards;

/// <summary>
/// The gradients of a step over several processes. Each process computes its shards of the batch one by one, as steps of their own with
/// noise of their own, and all get the sum.
/// </summary>
/// <remarks>
/// The loss of the batch is the mean over its shards, each weighted by its rows. What a shard computes is a function of the state, its rows
/// and a seed made of the seed of the training, the number of the step and the number of the shard: who computes it does not enter. The
/// sums of the processes are cut into as many pieces as there are processes, and each process adds one piece of all, in the order of the
/// tree; so no sum is made by the MPI library, and every process sends and receives as much as in the all-reduce of one.
/// </remarks>
/// <param name="inner">Computes the gradients of a shard.</param>
/// <param name="steps">Holds them.</param>
/// <param name="setup">What is trained.</param>
/// <param name="tree">The shards.</param>
/// <param name="group">The processes.</param>
internal sealed class ShardGatherer(
    IGradientGatherer inner, ITrainingSteps steps, TrainingSetup setup, ShardTree tree, MpiTrainingGroup group) : IGradientGatherer
{
    private readonly IReadOnlyList<ShardRun> _parts = tree.PartsOf(group.Rank);
    private readonly Stack<FlatSum> _free = [];
    private readonly BufferWatch _buffers = new(setup.Arena);
    private FlatLayout? _layout;
    private StepNumbers? _numbers;
    private SumExchange? _exchange;

    /// <inheritdoc/>
    public void Refresh()
    {
        inner.Refresh();
        _buffers.Begin();
    }

    /// <summary>The sums are the same bits on every process, and so is what is found in them.</summary>
    /// <inheritdoc/>
    public bool IsAnywhere(bool isHere) => isHere;

    /// <inheritdoc/>
    public StepSums Gather(StepWork work)
    {
        if (tree.Shards == 1)
            return GatherWhole(work);
        var sums = new List<FlatSum>();
        try
        {
            return Gather(work, sums);
        }
        finally
        {
            // Also of a step that is skipped.
            foreach (var sum in sums)
                _free.Push(sum);
        }
    }

    private StepSums Gather(StepWork work, List<FlatSum> sums)
    {
        var own = Try(work, sums);
        var notes = group.Room.Meet(
            Meeting.Step, note => Noted(note with { IsToldToStop = group.IsToldToStop }, work, sums, own),
            own is NonFiniteLossException ? null : own);
        group.HasToStop = Array.Exists(notes, note => note.IsToldToStop);
        if (own is not (null or NonFiniteLossException))
            ExceptionDispatchInfo.Throw(own);
        RequireFinite(notes, work.Place, own);
        RequireSameBatch(notes, work.Place);
        _exchange ??= new SumExchange(group.Room.Transport, tree, group.Rank, group.Options.Mode);
        _exchange.Sum(sums);
        using var _ = no_grad();
        var gradients = Gradients();
        sums[0].Give(gradients);
        gradients.ForEach(gradient => gradient.Dispose());
        return _numbers!.Read(NumbersOf(notes));
    }

    public void Dispose()
    {
        foreach (var sum in _free)
            sum.Dispose();
        _exchange?.Dispose();
        _buffers.Dispose();
        inner.Dispose();
    }

    /// <summary>One shard is the batch, and its gradients lie where the step takes them.</summary>
    private StepSums GatherWhole(StepWork work)
    {
        var noise = setup.Arena.Noise;
        var (seed, step) = (noise.Seed, noise.Calls);
        try
        {
            BeginShard(0, NoiseSource.Mixed(seed, step));
            var sums = inner.Gather(work);
            _buffers.RequireUnchanged();
            return sums;
        }
        finally
        {
            EndStep(seed, step);
        }
    }

    /// <summary>Computes the shards of this process; what they end by is kept until the others know it.</summary>
    private Exception? Try(StepWork work, List<FlatSum> sums)
    {
        var noise = setup.Arena.Noise;
        var (seed, step) = (noise.Seed, noise.Calls);
        var seedOfStep = NoiseSource.Mixed(seed, step);
        try
        {
            RequireRows(work);
            foreach (var part in _parts)
                sums.Add(ShardTree.Sum(part, run => run.IsOne ? Compute(work, run.First, seedOfStep) : null, Plus));
            _buffers.RequireUnchanged();
            return null;
        }
        catch (Exception exception)
        {
            // An exception of another kind on one rank alone would leave the others waiting: it is thrown when they have been told.
            return exception;
        }
        finally
        {
            EndStep(seed, step);
        }
    }

    /// <summary>All that is random in a shard hangs on the seed of the training, the step and the shard.</summary>
    private void BeginShard(int shard, long seedOfStep)
    {
        var seed = NoiseSource.Mixed(seedOfStep, shard);
        setup.Arena.Noise.Reseed(seed);
        SeedTorch(seed);
    }

    /// <summary>Where the noise is after a step depends on nothing but the number of the step.</summary>
    private void EndStep(long seed, long step)
    {
        setup.Arena.Noise.Reseed(seed, step + 1);
        SeedTorch(NoiseSource.Mixed(seed, ~step));
    }

    private FlatSum Compute(StepWork work, int shard, long seedOfStep)
    {
        using var scope = NewDisposeScope();
        var rows = work.Targets.size(0);
        var (first, count) = tree.RowsOf(shard, rows);
        if (count == 0 && _layout is not null)
        {
            var none = Rented();
            none.Clear();
            return none;
        }

        setup.Arena.ZeroGradients(setToNone: false);
        BeginShard(shard, seedOfStep);
        var weight = (double)count / rows;

        // A shard without rows takes one where nothing else has told yet what a sum holds.
        var (from, taken) = count > 0 ? (first, count) : (Math.Min(first, rows - 1), 1);
        var sums = inner.Gather(work.Of(work.Inputs.narrow(0, from, taken), work.Targets.narrow(0, from, taken)));
        using var _ = no_grad();
        var gradients = Gradients();
        if (_layout?.Fits(gradients) == false)
            throw new InvalidOperationException("The gradients of this step are others than those of the step before.");
        _layout ??= new FlatLayout(gradients);
        _numbers ??= new StepNumbers(sums);
        if (_numbers.Count * _parts.Count > Note.LargestCount)
            throw new MpiException(
                $"Rank {group.Rank}: a step has {_numbers.Count} numbers beside its gradients in each of {_parts.Count} sums, and ranks tell each other "
                + $"{Note.LargestCount}. Take fewer metrics, or one learned noise for all outputs.", group.Rank);
        var sum = Rented();
        sum.Take(gradients, weight);
        sum.Numbers = StepNumbers.Of(sums, weight);
        gradients.ForEach(gradient => gradient.Dispose());
        if (count == 0)
            sum.Clear();
        return sum;
    }

    private FlatSum Plus(FlatSum left, FlatSum right)
    {
        using var _ = no_grad();
        left.Add(right);
        _free.Push(right);
        return left;
    }

    private FlatSum Rented()
    {
        var sum = _free.TryPop(out var free) ? free : new FlatSum(_layout!);
        if (sum.Numbers.Length != _numbers!.Count)
            sum.Numbers = new double[_numbers.Count];
        return sum;
    }

    private List<Tensor> Gradients() => [.. steps.Gradients()];

    private Note Noted(Note note, StepWork work, List<FlatSum> sums, Exception? own) => own is NonFiniteLossException notFinite
        ? note with { Standing = Standing.NotFinite, Text = $"{notFinite.Parameter}\n{notFinite.Message}" }
        : note with
        {
            Fingerprint = own is null && group.Size > 1 ? BatchFingerprint.Of(work) : 0,
            Numbers = own is null ? [.. sums.SelectMany(sum => sum.Numbers)] : [],
        };

    private double[] NumbersOf(Note[] notes)
    {
        var count = _numbers!.Count;
        var all = new Dictionary<ShardRun, double[]>();
        for (var rank = 0; rank < notes.Length; rank++)
            foreach (var (i, part) in tree.PartsOf(rank).Index())
                all.Add(part, notes[rank].Numbers[(i * count)..((i + 1) * count)]);
        return ShardTree.Sum(tree.Root, run => all.GetValueOrDefault(run), FlatSum.Plus);
    }

    private void RequireRows(StepWork work)
    {
        var (rows, place) = (work.Targets.size(0), work.Place);
        if (rows < tree.Shards && (place.Step == 1 || place.Step < place.Steps))
            throw new MpiException(
                $"Rank {group.Rank}: the batch of step {place.Step} has {rows} examples for {tree.Shards} shards. Set TrainerOptions.BatchSize to at least "
                + "the number of shards, or MpiOptions.Shards to less.", group.Rank);
    }

    /// <summary>All skip, stop or go back alike: by the first shard whose loss is not finite.</summary>
    private static void RequireFinite(Note[] notes, StepPlace place, Exception? own)
    {
        if (Array.Find(notes, note => note.Standing == Standing.NotFinite) is not { } first)
            return;
        var text = first.Text.Split('\n', 2);
        if (own is NonFiniteLossException mine && mine.Message == text[1])
            ExceptionDispatchInfo.Throw(mine);
        throw NonFiniteLossException.OfAnotherProcess(place.Epoch, place.Step, text[0].Length == 0 ? null : text[0], text[1]);
    }

    private void RequireSameBatch(Note[] notes, StepPlace place)
    {
        for (var rank = 1; rank < notes.Length; rank++)
            if (notes[rank].Fingerprint != notes[0].Fingerprint || notes[rank].Numbers.Length == 0)
                throw group.Room.Break(new MpiException(
                    $"Rank {rank} of {notes.Length} has another batch in step {place.Step} of epoch {place.Epoch} than rank 0. Every rank enumerates the same "
                    + "data in the same order and takes its own shards of each batch: give all the whole data and the same seed.", rank));
    }

    /// <summary>Dropout and a user's own code draw from Torch's generator.</summary>
    private static void SeedTorch(long seed)
    {
        using var generator = random.manual_seed(seed);
    }
}
