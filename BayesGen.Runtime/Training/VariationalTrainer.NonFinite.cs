namespace BayesGen;

/// <summary>What becomes of a step whose loss or gradient is not a finite number; see <see cref="NonFinitePolicy"/>.</summary>
public sealed partial class VariationalTrainer
{
    private CheckpointContent? _start;
    private int _skippedInARow;
    private int _rollBacks;

    private bool CanRollBack => _rollBacks < Options.NonFinite.RollBacks;

    /// <summary>Takes a step, or skips it where the options say so.</summary>
    /// <returns>Null where it was skipped.</returns>
    private StepReading? TryStep((Tensor Inputs, Tensor Targets) batch, int epoch, int step, int? steps, long examples)
    {
        if (Options.NonFinite.SkipsInARow == 0)
            return Step(batch, epoch, step, steps, examples);
        using var scope = NewDisposeScope();

        // The forward of a bad batch has been through running means before anyone knows.
        var buffers = Model.Arena.CopyBuffers();
        try
        {
            var result = Step(batch, epoch, step, steps, examples);
            _skippedInARow = 0;
            return result;
        }
        catch (NonFiniteLossException exception) when (_skippedInARow < Options.NonFinite.SkipsInARow)
        {
            _skippedInARow++;
            Model.Arena.ZeroGradients(setToNone: false);
            Model.Arena.RestoreBuffers(buffers);
            Notice($"{exception.Message} It was skipped, {_skippedInARow} in a row.");
            return null;
        }
    }

    /// <summary>The optimizer's step, unless a gradient is not finite.</summary>
    private void TakeStep(int epoch, int step)
    {
        using var frozen = Model.Arena.KeepFrozen();

        // On a device the answer would have to be waited for, which nobody asked for who lets the training stop.
        if ((Options.NonFinite != NonFinitePolicy.Stop || Model.Arena.Device.type == DeviceType.CPU) && !_steps!.GradientsAreFinite())
            throw NonFiniteLossException.OfGradient(epoch, step, Model.Arena.FirstNotFiniteGradient());
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
        var rollBacks = _rollBacks + 1;
        var found = _lastCheckpoint is null ? null : LastCheckpoint();
        using var read = found?.Content;
        if ((read ?? _start) is not { } content)
            throw exception;
        var first = _firstEpoch;

        // The file may have been replaced since it was written.
        RequireFit(content, Notice);
        Restore(content, Notice);

        // It stays the same call of Train, whichever call wrote the checkpoint.
        (_firstEpoch, _firstEpochLeft, _rollBacks) = (first, null, rollBacks);
        _steps!.Damping = Math.Pow(Options.NonFinite.LearningRateFactor, rollBacks);
        Notice(
            $"{exception.Message} The training went back to {(found is { } file ? $"'{file.Path}'" : "the start of the epoch")}, that is to step "
            + $"{_place!.Step} of epoch {_epochsDone + 1}, and goes on at {_steps.Damping:G3} of the learning rate ({rollBacks} of "
            + $"{Options.NonFinite.RollBacks} times).");
    }

    private (CheckpointContent Content, string Path)? LastCheckpoint()
    {
        try
        {
            // The one that was resumed from may lie elsewhere.
            var own = Options.Checkpoints is { } checkpoints ? Find(checkpoints.Folder, Notice) : null;
            return own ?? Find(_lastCheckpoint!, Notice);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Notice($"The last checkpoint cannot be read, to go back to it: {exception.Message}");
            return null;
        }
    }
}
