using BayesGen.Data;
using BayesGen.Kernels;
using BayesGen.Likelihoods;
using BayesGen.Reporting;
using BayesGen.Serialization;

namespace BayesGen.Training;

/// <summary>
/// What becomes of a step that is not finite, or of a training that diverges: everything that <see cref="NonFinitePolicy"/> says is looked
/// for and done here.
/// </summary>
/// <param name="setup">What is trained.</param>
/// <param name="state">Where it is.</param>
/// <param name="parts">Puts it back where it was.</param>
/// <param name="checkpoints">What it may go back to.</param>
/// <param name="notices">Is told what was skipped and gone back over.</param>
internal sealed class NonFiniteGuard(
    TrainingSetup setup, TrainerState state, TrainingContent parts, CheckpointManager checkpoints, TrainingNotices notices) : IDisposable
{
    /// <summary>Far more than a bad batch or a noisy sample makes of a loss, and few steps before one that multiplies overflows.</summary>
    private const double DivergedGrowth = 1000;

    /// <summary>One batch may be far from the others, in data that is not shuffled above all.</summary>
    private const int FirstSteps = 20;

    /// <summary>Of the sizes of parts up to this some batch leaves a single example over.</summary>
    private const int SmallestParts = 2;

    private readonly NonFinitePolicy _policy = setup.Options.NonFinite;
    private readonly bool _stops = setup.Options.NonFinite == NonFinitePolicy.Stop;
    private CheckpointContent? _start;
    private bool _readsLate;
    private bool _wasFinite;
    private int _leftOut;

    /// <summary>The largest fit of the first steps that this trainer took.</summary>
    private double? _firstFit;

    /// <summary>How many steps <see cref="_firstFit"/> is of.</summary>
    private int _measured;

    /// <summary>The buffers before the running step, and those of the last place whose losses are known to be finite.</summary>
    private IReadOnlyList<Tensor> _buffersBefore = [];
    private IReadOnlyList<Tensor> _goodBuffers = [];

    /// <summary>What a training looks at before its first step.</summary>
    /// <param name="readsLate">Whether the numbers of a step are read some steps later.</param>
    public void Begin(bool readsLate)
    {
        (_readsLate, _leftOut) = (readsLate, 0);
        _wasFinite = FirstNotFiniteWeight() is null;
        if (setup.Arena.NonFinite.FirstStatistic() is { } key)
            notices.Add(
                $"'{key}' is not finite before the training begins, and a running statistic stays so: evaluations will not be finite. Reset it "
                + "(reset_running_stats) or load it again.");
        if (_readsLate)
            KeepBuffers(null);
    }

    /// <summary>Keeps the start of an epoch in memory where the training may have to go back and has no checkpoint to go back to.</summary>
    public void BeginEpoch(BatchSource source)
    {
        if (_policy.RollBacks == 0)
            return;
        _start?.Dispose();
        _start = checkpoints.Last is null ? parts.Snapshot(source) : null;
    }

    /// <summary>Takes a step, or skips it where the policy says so; then what the batch did is undone.</summary>
    /// <param name="targets">The targets of the batch, as they came.</param>
    /// <param name="place">Where the step is.</param>
    /// <param name="step">Takes it.</param>
    /// <param name="notice">Why it was skipped; null where there is nothing to tell.</param>
    /// <returns>Null where it was skipped.</returns>
    public PendingStepResult? Try(Tensor targets, StepPlace place, Func<PendingStepResult> step, out string? notice)
    {
        // From the first sample until what a bad batch did is undone: who saves on another thread waits for the end of it.
        using var turn = setup.Arena.TakeTurn();
        notice = null;
        using var scope = NewDisposeScope();

        // The forward of a bad batch has been through running means before anyone knows. Read late, those of the last reading are kept.
        // A batch of one may be left out half way through its forward, whenever losses are read; parts of two leave one of three over.
        var isWatched = (targets.size(0) == 1 || setup.Options.MicroBatchSize <= SmallestParts) && setup.Arena.Inventory.Buffers.Count > 0;
        var buffers = _readsLate && !isWatched ? [] : setup.Arena.Inventory.Buffers.Copy();
        _buffersBefore = _readsLate ? [] : buffers;
        try
        {
            using var watch = isWatched ? new SingleValueWatch(setup.Arena.Network) : null;
            var result = step();
            state.SkippedInARow = 0;
            return result;
        }
        catch (NonFiniteLossException exception) when (state.SkippedInARow < _policy.SkipsInARow)
        {
            state.SkippedInARow++;
            Undo();
            notice = $"{exception.Message} It was skipped, {state.SkippedInARow} in a row.";
            return null;
        }
        catch (SingleValueException exception) when (targets.size(0) > 1)
        {
            Undo();
            throw exception.InPart(SmallestParts + 1);
        }
        catch (SingleValueException exception) when (place.Step > 1 || (place.Steps is null or > 1 && setup.Options.BatchSize > 1))
        {
            Undo();
            if (_leftOut++ == 0)
                notice =
                    $"Step {place.Step} of epoch {place.Epoch} was left out, and others like it will be: its batch is one example, of which "
                    + $"{exception.Layer} cannot learn the variance. Choose a batch size that leaves no single example over.";
            return null;
        }
        catch (SingleValueException)
        {
            Undo();
            throw SingleValueException.InEveryBatch();
        }
        catch
        {
            if (buffers.Count > 0)
                setup.Arena.Inventory.Buffers.Restore(buffers);
            throw;
        }
        finally
        {
            _buffersBefore = [];
        }

        void Undo()
        {
            setup.Arena.ZeroGradients(setToNone: false);
            if (buffers.Count > 0)
                setup.Arena.Inventory.Buffers.Restore(buffers);
        }
    }

    /// <summary>Looks at the losses of a sample before its backward, unless they are read late; on the threads of replicas too.</summary>
    public void CheckSample(Tensor fit, Tensor divergence, (Tensor Inputs, Tensor Targets) batch, StepPlace place)
    {
        if (_readsLate)
            return;
        var (fitValue, divergenceValue) = (fit.Number(), divergence.Number());
        if (!double.IsFinite(fitValue) || !double.IsFinite(divergenceValue))
            throw new NonFiniteLossException(
                place.Epoch, place.Step, fitValue, divergenceValue, setup.Arena.NonFinite.FirstParameter(),
                    setup.Arena.NonFinite.FirstWeight(), Look(batch));
        if (HasGrown(fitValue))
            throw NonFiniteLossException.OfGrowth(place.Epoch, place.Step, fitValue, _firstFit!.Value, Look(batch));
    }

    /// <summary>Looks at the gradients and the buffers before they are used for a step.</summary>
    /// <param name="place">Where the step is.</param>
    /// <param name="isAnywhere">Tells whether something that was looked for here was found by anyone.</param>
    public void CheckGradients(StepPlace place, Func<bool, bool> isAnywhere)
    {
        // On a device the answer would have to be waited for, which nobody asked for who lets the training stop.
        if (_stops && setup.Arena.Device.type != DeviceType.CPU)
            return;
        if (isAnywhere(!FiniteCheck.Passes(state.Steps!.Gradients())))
            throw NonFiniteLossException.OfGradient(place.Epoch, place.Step, setup.Arena.NonFinite.FirstGradient());
        var buffer = _buffersBefore.Count > 0 ? setup.Arena.NonFinite.FirstBufferLost(_buffersBefore) : null;
        if (isAnywhere(buffer is not null))
            throw NonFiniteLossException.OfBuffer(place.Epoch, place.Step, buffer ?? "of another process");
    }

    /// <summary>
    /// Where losses are read late: makes the gradient zero where the loss is NaN, on the device, so that the weights stay finite until
    /// that is read.
    /// </summary>
    public void GiveUpLostGradients(StepSums sums)
    {
        if (!_readsLate)
            return;
        using var _ = no_grad();
        var loss = sums.Fit.AddTo(sums.Divergence.to(sums.Fit.dtype, sums.Fit.device));
        var isLost = loss.isfinite().logical_not();
        foreach (var parameter in state.Steps!.Parameters)
            parameter.grad?.masked_fill_(isLost.to(parameter.device), Operand(0));
    }

    /// <summary>Looks at the numbers of a step that were read.</summary>
    /// <param name="result">The numbers.</param>
    /// <param name="last">The last step that was taken since.</param>
    public void CheckResult(StepResult result, int last)
    {
        if (_readsLate && !(double.IsFinite(result.Fit) && double.IsFinite(result.Divergence)))
        {
            RestoreBuffers();
            throw NonFiniteLossException.FoundLate(
                result.Epoch, result.Step, result.Fit, result.Divergence, last, setup.Arena.NonFinite.FirstParameter());
        }

        if (_readsLate && HasGrown(result.Fit))
            throw NonFiniteLossException.OfGrowth(result.Epoch, result.Step, result.Fit, _firstFit!.Value, lastStep: last);
        if (_measured == FirstSteps)
            return;
        _measured++;
        _firstFit = Math.Max(_firstFit ?? result.Fit, result.Fit);
    }

    /// <summary>Keeps the running statistics of a place whose losses are known to be finite, where losses are read late.</summary>
    /// <param name="reading">The last step that was read; null before the first.</param>
    public void KeepBuffers(PendingStepResult? reading)
    {
        if (!_readsLate)
            return;
        var copies = setup.Arena.Inventory.Buffers.Copy();
        if (reading is not null && _goodBuffers.Count == copies.Count && setup.Arena.NonFinite.FirstBufferLost(_goodBuffers) is { } key)
        {
            foreach (var copy in copies)
                copy.Dispose();
            RestoreBuffers();
            throw NonFiniteLossException.OfBuffer(reading.Place.Epoch, reading.Place.Step, key, isLate: true);
        }

        ForgetBuffers();
        _goodBuffers = [.. copies.Select(copy => copy.DetachFromDisposeScope())];
    }

    /// <summary>A step may overflow what its loss and gradient did not; the next one would find it, but the last has none.</summary>
    public void RequireFiniteWeights()
    {
        if (LostWeight() is { } key)
            throw NonFiniteLossException.OfWeight(state.EpochsDone + 1, state.Cursor.Step, key);
    }

    /// <summary>The first weight that is not finite though all were when the training began; null where all are.</summary>
    public string? LostWeight() => _wasFinite ? FirstNotFiniteWeight() : null;

    /// <summary>Refuses an epoch of which every batch was left out.</summary>
    public void RequireLearned()
    {
        if (state.Cursor.Means.Examples == 0 && _leftOut > 0)
            throw SingleValueException.InEveryBatch();
    }

    /// <summary>Goes back to the last checkpoint, or to the start of the epoch, with a lower learning rate.</summary>
    /// <returns>Whether it did; where the policy or the disk has nothing to go back to, the exception stands.</returns>
    public bool GoBack(NonFiniteLossException exception)
    {
        if (state.RollBacks >= _policy.RollBacks)
            return false;
        var (rollBacks, first, failed) = (state.RollBacks + 1, state.FirstEpoch, state.StepsDone);
        var found = checkpoints.FindBefore(failed);
        using var read = found?.Content;
        if ((read ?? _start) is not { } content)
            return false;

        // The file may have been replaced since it was written.
        parts.RequireFit(content, notices.Add);
        parts.Restore(content, notices.Add);
        checkpoints.GoneBack(failed, found?.Path);

        // It stays the same call of Train, whichever call wrote the checkpoint.
        (state.FirstEpoch, state.RollBacks) = (first, rollBacks);
        var scale = state.Steps!.LearningRateScale = Math.Pow(_policy.LearningRateFactor, rollBacks);
        notices.Add(
            $"{exception.Message} The training went back to {(found is { } file ? $"'{file.Path}'" : "the start of the epoch")}, "
            + $"that is to step {state.Cursor.Step} of epoch {state.EpochsDone + 1}, and continues at {scale:G3} of the learning rate ({rollBacks} of "
            + $"{_policy.RollBacks} times).");
        return true;
    }

    /// <summary>Forgets what belongs to one training.</summary>
    public void End() => ForgetBuffers();

    public void Dispose()
    {
        ForgetBuffers();
        _start?.Dispose();
    }

    private string Look((Tensor Inputs, Tensor Targets) batch) =>
        BatchLook.Words(batch.Inputs, setup.Likelihood is RegressionLikelihood { IgnoresNaN: true } ? null : batch.Targets);

    /// <summary>A fit near zero, or below, is held against 1 nat.</summary>
    private bool HasGrown(double fit) => _firstFit is { } first && fit > first + DivergedGrowth * (1 + Math.Abs(first));

    /// <summary>The first trained weight that is not finite, or null. One pass over the flat parameters.</summary>
    private string? FirstNotFiniteWeight() => state.Steps!.Parameters.All(parameter => FiniteCheck.Passes(parameter))
        ? null
        : setup.Arena.NonFinite.FirstParameter() ?? "a parameter of a prior";

    private void RestoreBuffers()
    {
        if (_goodBuffers.Count > 0)
            setup.Arena.Inventory.Buffers.Restore(_goodBuffers);
    }

    private void ForgetBuffers()
    {
        foreach (var copy in _goodBuffers)
            copy.Dispose();
        _goodBuffers = [];
    }
}
