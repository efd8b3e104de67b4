using BayesGen.Optimizers;
using BayesGen.Parameters;
using BayesGen.Serialization;

namespace BayesGen.Training;

/// <summary>What becomes of a step whose loss or gradient is not a finite number; see <see cref="NonFinitePolicy"/>.</summary>
public sealed partial class VariationalTrainer
{
    private CheckpointContent? _start;
    private int _skippedInARow;
    private int _rollBacks;
    private int _leftOut;
    private bool _wasFinite;
    private IReadOnlyList<Tensor> _buffersBefore = [];
    private IReadOnlyList<Tensor> _goodBuffers = [];
    private IReadOnlyList<FamilyArena>? _familiesOfSteps;
    private IReadOnlyList<TorchSharp.Modules.Parameter?> _priorsOfSteps = [];

    /// <summary>The step at which the training failed last, and the one that it went back to.</summary>
    private (long Failed, long To)? _wentBack;

    private bool CanRollBack => _rollBacks < Options.NonFinite.RollBacks;

    /// <summary>Takes a step, or skips it where the options say so.</summary>
    /// <returns>Null where it was skipped; <paramref name="notice"/> then says why.</returns>
    private StepReading? TryStep(
        (Tensor Inputs, Tensor Targets) batch, int epoch, int step, int? steps, long examples, out string? notice)
    {
        // From the first draw until what a bad batch did is undone: who saves on another thread waits for the end of it.
        using var turn = Model.Arena.TakeTurn();
        notice = null;
        using var scope = NewDisposeScope();

        // The forward of a bad batch has been through running means before anyone knows. Read late, those of the last reading are kept.
        var buffers = _buffersBefore = _readsLate ? [] : Model.Arena.CopyBuffers();
        try
        {
            using var watch = batch.Targets.size(0) == 1 && Model.Arena.HasBuffers ? new SingleValueWatch(Model.Arena.Network) : null;
            var result = Step(batch, epoch, step, steps, examples);
            _skippedInARow = 0;
            return result;
        }
        catch (NonFiniteLossException exception) when (_skippedInARow < Options.NonFinite.SkipsInARow)
        {
            _skippedInARow++;
            Undo();
            notice = $"{exception.Message} It was skipped, {_skippedInARow} in a row.";
            return null;
        }
        catch (SingleValueException exception) when (step > 1 || (steps is null or > 1 && Options.BatchSize > 1))
        {
            Undo();
            if (_leftOut++ == 0)
                notice =
                    $"Step {step} of epoch {epoch} was left out, and others like it will be: its batch is one example, of which {exception.Layer} "
                    + "cannot learn the variance. Choose a batch size that leaves no single example over.";
            return null;
        }
        catch (SingleValueException)
        {
            Undo();
            throw CannotLearnFromOne();
        }
        catch
        {
            if (buffers.Count > 0)
                Model.Arena.RestoreBuffers(buffers);
            throw;
        }
        finally
        {
            _buffersBefore = [];
        }

        void Undo()
        {
            Model.Arena.ZeroGradients(setToNone: false);
            if (buffers.Count > 0)
                Model.Arena.RestoreBuffers(buffers);
        }
    }

    private static InvalidOperationException CannotLearnFromOne() => new(
        "Every batch is one example, and the network has a batch normalization, which cannot learn the variance of one value. Set a batch size "
        + "of at least 2, or put the layer into evaluation mode: its statistics then stay.");

    /// <summary>What a training looks at before its first step.</summary>
    private void LookAtStart()
    {
        _leftOut = 0;
        _wasFinite = FirstNotFiniteWeight() is null;
        RememberParameters();
        if (Model.Arena.FirstNotFiniteStatistic() is { } key)
            Notice(
                $"'{key}' is not finite before the training begins, and a running statistic stays so: evaluations will not be finite. Reset it "
                + "(reset_running_stats) or load it again.");
        if (_readsLate)
            KeepBuffers(null);
    }

    /// <summary>The first trained weight that is not finite, or null. One pass over the flat parameters.</summary>
    private string? FirstNotFiniteWeight() => _steps!.Parameters.All(parameter => FiniteCheck.Passes(parameter))
        ? null
        : Model.Arena.FirstNotFinite() ?? "a parameter of a prior";

    /// <summary>A step may overflow what its loss and gradient did not; the next one would find it, but the last has none.</summary>
    private void RequireFiniteWeights(int epoch, int step)
    {
        if (_wasFinite && FirstNotFiniteWeight() is { } key)
            throw NonFiniteLossException.OfWeight(epoch, step, key);
    }

    /// <summary>Keeps the running statistics of a place whose losses are known to be finite.</summary>
    private void KeepBuffers(StepReading? reading)
    {
        var copies = Model.Arena.CopyBuffers();
        if (reading is not null && _goodBuffers.Count == copies.Count && Model.Arena.FirstBufferLost(_goodBuffers) is { } key)
        {
            foreach (var copy in copies)
                copy.Dispose();
            RestoreBuffers();
            throw NonFiniteLossException.OfBuffer(reading.Epoch, reading.Step, key, isLate: true);
        }

        ForgetBuffers();
        _goodBuffers = [.. copies.Select(copy => copy.DetachFromDisposeScope())];
    }

    private void RestoreBuffers()
    {
        if (_goodBuffers.Count > 0)
            Model.Arena.RestoreBuffers(_goodBuffers);
    }

    private void ForgetBuffers()
    {
        foreach (var copy in _goodBuffers)
            copy.Dispose();
        _goodBuffers = [];
    }

    /// <summary>Remembers what the steps were made for.</summary>
    private void RememberParameters()
    {
        _familiesOfSteps = Model.Arena.Families;
        _priorsOfSteps = [.. Model.Arena.Families.Select(arena => arena.Priors.Learned)];
    }

    /// <summary>Looks whether a hook gave the training something to train that it does not know.</summary>
    private void RequireSameParameters()
    {
        RequireLiving();
        if (!ReferenceEquals(_familiesOfSteps, Model.Arena.Families))
            throw new InvalidOperationException(
                "A hook moved the network while it trains, which makes new parameters. Move it before Train, or between two calls.");
        for (var i = 0; i < _priorsOfSteps.Count; i++)
            if (!ReferenceEquals(_priorsOfSteps[i], Model.Arena.Families[i].Priors.Learned))
                throw new InvalidOperationException(
                    $"A hook set a prior of the {Model.Arena.Families[i].Family.Name} weights that is learned, or replaced one, while the network "
                    + "trains: the optimizer does not have its numbers. Set it before Train, or between two calls.");
    }

    /// <summary>The optimizer's step, unless a gradient is not finite.</summary>
    private void TakeStep(int epoch, int step)
    {
        using var frozen = Model.Arena.KeepFrozen();

        // On a device the answer would have to be waited for, which nobody asked for who lets the training stop.
        if (Options.NonFinite != NonFinitePolicy.Stop || Model.Arena.Device.type == DeviceType.CPU)
        {
            if (!_steps!.GradientsAreFinite())
                throw NonFiniteLossException.OfGradient(epoch, step, Model.Arena.FirstNotFiniteGradient());
            if (_buffersBefore.Count > 0 && Model.Arena.FirstBufferLost(_buffersBefore) is { } buffer)
                throw NonFiniteLossException.OfBuffer(epoch, step, buffer);
        }

        _steps!.Step();
    }

    /// <summary>Keeps the start of an epoch in memory where the training may have to go back and has no checkpoint to go back to.</summary>
    private void KeepStart()
    {
        if (Options.NonFinite.RollBacks == 0)
            return;
        _start?.Dispose();
        _start = _lastCheckpoint is null ? Snapshot() : null;
    }

    /// <summary>Goes back to the last checkpoint, or to the start of the epoch, with a lower learning rate.</summary>
    private void RollBack(NonFiniteLossException exception)
    {
        var (rollBacks, failed) = (_rollBacks + 1, _stepsDone);
        var found = _lastCheckpoint is null ? null : LastCheckpoint(failed);
        using var read = found?.Content;
        if ((read ?? _start) is not { } content)
            throw exception;
        var first = _firstEpoch;

        // The file may have been replaced since it was written.
        RequireFit(content, Notice);
        Restore(content, Notice);
        _wentBack = (failed, _stepsDone);
        _lastCheckpoint = found?.Path ?? _lastCheckpoint;

        // It stays the same call of Train, whichever call wrote the checkpoint.
        (_firstEpoch, _firstEpochLeft, _rollBacks) = (first, null, rollBacks);
        _steps!.Damping = Math.Pow(Options.NonFinite.LearningRateFactor, rollBacks);
        Notice(
            $"{exception.Message} The training went back to {(found is { } file ? $"'{file.Path}'" : "the start of the epoch")}, that is to step "
            + $"{_place!.Step} of epoch {_epochsDone + 1}, and continues at {_steps.Damping:G3} of the learning rate ({rollBacks} of "
            + $"{Options.NonFinite.RollBacks} times).");
    }

    /// <summary>
    /// The checkpoint to go back to: the newest one, and an older one than the last time where that led no further. Where there is none
    /// older the oldest has to do, at a lower rate each time.
    /// </summary>
    private (CheckpointContent Content, string Path)? LastCheckpoint(long failed)
    {
        var (before, oldest) = _wentBack is { } last && failed <= last.Failed ? (last.To, last.To) : (long.MaxValue, long.MaxValue);
        try
        {
            return Read(content => StepsOf(content) >= before)
                ?? (oldest == long.MaxValue ? null : Read(content => StepsOf(content) > oldest));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Notice($"The last checkpoint cannot be read, to go back to it: {exception.Message}");
            return null;
        }

        (CheckpointContent Content, string Path)? Read(Func<CheckpointContent, bool> isTooNew)
        {
            // The one that was resumed from may lie elsewhere.
            var own = _folder?.ReadNewest(Notice, content => isTooNew(content) ? "" : Poison(content));
            return own ?? Find(_lastCheckpoint!, Notice, content => isTooNew(content) ? "" : Poison(content));
        }

        static long StepsOf(CheckpointContent content) => TrainingCounters.Load(content).StepsDone;
    }

    /// <summary>What in a checkpoint is NaN, so that every training from it fails; null where it is sound.</summary>
    private string? Poison(CheckpointContent content)
    {
        // The best network of early stopping has the buffers of a network, a mask of attention among them.
        var best = content.Tensors.Where(entry => entry.Key.StartsWith(StoppingWatch.StatePrefix, StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key[StoppingWatch.StatePrefix.Length..], entry => entry.Value);
        var key = Model.Arena.FirstNotFinite(content.Network) ?? Model.Arena.FirstNotFinite(best)
            ?? content.Tensors.FirstOrDefault(entry => !entry.Key.StartsWith(StoppingWatch.StatePrefix, StringComparison.Ordinal)
                && !NetworkArena.IsFiniteOrWhole(entry.Value)).Key;
        return key is null ? null : $"'{key}' in it holds values that are not finite.";
    }
}
