using System.Diagnostics;
using BayesGen.Data;
using BayesGen.Native;
using BayesGen.Noise;
using BayesGen.Reporting;

namespace BayesGen.Training;

/// <summary>One call of Train: epochs, the steps of each, and how it ends.</summary>
internal sealed class TrainingLoop
{
    private readonly TrainingParts _parts;
    private readonly TrainingSetup _setup;
    private readonly TrainerOptions _options;
    private readonly TrainerState _state;
    private readonly TrainingNotices _notices;
    private readonly CheckpointManager _checkpoints;
    private readonly NonFiniteGuard _guard;
    private readonly StepRunner _runner;
    private readonly StepReader _reader;
    private readonly BatchSource _train;
    private readonly bool _areTargetsChecked;
    private readonly (BatchSource Data, TargetCheck Check)? _validation;
    private readonly CancellationToken _cancellation;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<EpochResult> _epochs = [];
    private ModuleModes? _modesOfTraining;

    /// <param name="parts">What the trainer is made of.</param>
    /// <param name="train">The training data.</param>
    /// <param name="areTargetsChecked">Whether its targets are known to fit, and need not be looked at batch by batch.</param>
    /// <param name="validation">Evaluated after every epoch, and what is known of its targets; or null.</param>
    /// <param name="cancellation">Ends the training after the running step.</param>
    public TrainingLoop(
        TrainingParts parts, BatchSource train, bool areTargetsChecked, (BatchSource Data, TargetCheck Check)? validation,
        CancellationToken cancellation)
    {
        (_parts, _setup, _options, _state) = (parts, parts.Setup, parts.Setup.Options, parts.State);
        (_notices, _checkpoints, _guard) = (parts.Notices, parts.Checkpoints, parts.Guard);
        (_runner, _reader) = (parts.Runner, parts.Reader);
        (_train, _areTargetsChecked, _validation, _cancellation) = (train, areTargetsChecked, validation, cancellation);
        Last = (int)Math.Min(int.MaxValue, (long)parts.FirstEpoch + _setup.EpochsOn(train));
        _state.EndWith(Last);
    }

    /// <summary>The number of epochs when it ends, of a training that is not stopped early.</summary>
    public int Last { get; }

    /// <summary>Whether it ended by a cancellation, of this process or of another one of its group.</summary>
    public bool IsCanceled { get; private set; }

    /// <summary>Trains to the last epoch, or until it stops.</summary>
    public TrainingResult Run()
    {
        var modes = EnterTraining();
        try
        {
            _state.Noise.Give();
            _guard.Begin(_reader.Begin());
            var isStopped = false;
            while (_state.EpochsDone < Last && !isStopped)
            {
                try
                {
                    isStopped = EndEpoch(TrainEpoch());
                }
                catch (NonFiniteLossException exception)
                {
                    _reader.Forget();
                    if (!_guard.GoBack(exception))
                        throw;
                    _epochs.RemoveAll(epoch => epoch.Epoch > _state.EpochsDone);
                }
            }
        }
        catch (OperationCanceledException) when (_setup.Group.Size > 1 ? IsCanceled : _cancellation.IsCancellationRequested)
        {
            IsCanceled = true;
            SaveCanceled();
            throw;
        }
        finally
        {
            _state.Noise.Keep();
            using (_setup.Arena.TakeTurn())
                modes.Restore();
            _guard.End();
            LeaveEpoch();
        }

        return _parts.Result(_epochs, _clock.Elapsed);
    }

    private EpochResult TrainEpoch()
    {
        var clock = Stopwatch.StartNew();
        var steps = BeginEpoch();
        using (var batches = EpochBatches.AfterThoseThatAreDone(_train, _options, _state))
        {
            while (Next(batches))
                TakeStep(batches.Current, new StepPlace(_state.EpochsDone + 1, _state.Cursor.Step + 1, steps));
        }

        _reader.ReadAll();
        RequireTrained();
        return Evaluated(clock);
    }

    /// <summary>A batch: the step, its numbers told on, and a checkpoint where one is due.</summary>
    private void TakeStep((Tensor Inputs, Tensor Targets) batch, StepPlace place)
    {
        PendingStepResult? result;
        string? notice;
        try
        {
            SetLearningRate(place);
            if (!_areTargetsChecked)
                _setup.Network.CheckTargets(batch.Targets);
            result = _guard.Try(batch.Targets, place, () => _runner.Run(batch, place), out notice);
        }
        finally
        {
            BatchForward.LetGo(_train, batch);
        }

        _state.Cursor.Step = place.Step;
        if (notice is not null)
            _notices.Add(notice);
        if (result is null)
        {
            _state.Cursor.Skipped++;
            _reader.TakeSkipped(place);
            return;
        }

        _reader.Take(result);
        if (_options.ManageMemory)
            MallocTuning.Sweep();
        if (_checkpoints.IsStepDue)
        {
            _reader.ReadAll();
            _guard.RequireFiniteWeights();
            _checkpoints.Save(_train);
        }
    }

    /// <summary>Early stopping, the report and the checkpoint of an epoch.</summary>
    /// <returns>Whether the training stops.</returns>
    private bool EndEpoch(EpochResult epoch)
    {
        _epochs.Add(epoch);
        var isStopped = false;
        try
        {
            isStopped = StopsAfter(epoch);

            // Told before it is saved: after a kill in between it is told twice, where it would not be told at all.
            _options.Report?.OnEpoch(epoch);
        }
        finally
        {
            // A report that fails ends the training, and must not cost the epoch.
            isStopped |= _state.Stopping?.IsStopped == true;
            _checkpoints.SaveEpoch(_train, epoch, isLast: _state.EpochsDone == Last || isStopped);
        }

        return isStopped;
    }

    /// <summary>Whether early stopping ends the training after an epoch.</summary>
    private bool StopsAfter(EpochResult epoch)
    {
        if (_state.Stopping is not { } watch || _state.Schedule.IsUnderWay || !watch.Take(epoch, _setup.Arena))
            return false;
        _notices.Add($"The training stopped after epoch {epoch.Epoch}: {watch.Reason}");
        return true;
    }

    /// <summary>The network in training mode; the modes that it had are restored in the end.</summary>
    private ModuleModes EnterTraining()
    {
        // Within one turn: a prediction of another thread has the network in evaluation mode for a while.
        using var turn = _setup.Arena.TakeTurn();
        var modes = new ModuleModes(_setup.Model);
        if (!_setup.Model.training)
            _setup.Model.train();
        return modes;
    }

    /// <summary>Enters an epoch at its start or at the place of a checkpoint.</summary>
    /// <returns>The number of its steps, where it is known.</returns>
    private int? BeginEpoch()
    {
        var (cursor, expected) = (_state.Cursor, _state.BatchesOfEpoch);
        var steps = EpochBatches.Count(_train, _options) ?? expected;
        if (cursor.Step > 0 && expected is not null && steps != expected)
            throw new ArgumentException(
                $"The checkpoint was written inside an epoch of {expected} batches, and the training data makes {steps}: it is other data, or "
                + "in batches of another size.");
        _state.BatchesOfEpoch = steps;
        using (_setup.Arena.TakeTurn())
            _modesOfTraining?.Restore();
        if (cursor.SourceEpoch is { } own)
            _train.OwnEpoch = own;
        if (cursor.RandomOfEpoch is { } random)
            TorchRandom.Write(random);
        else if (_setup.KeepsPlaces)
            cursor.RandomOfEpoch = TorchRandom.Read().DetachFromDisposeScope();
        _guard.BeginEpoch(_train);
        return steps;
    }

    /// <summary>Moves to the next batch, unless the training is canceled: then it ends between two steps.</summary>
    private bool Next(IEnumerator<(Tensor Inputs, Tensor Targets)> batches)
    {
        RequireNotCanceled();
        return batches.MoveNext();
    }

    private void RequireNotCanceled()
    {
        if (!_setup.Group.IsCanceled(_cancellation.IsCancellationRequested))
            return;
        IsCanceled = true;
        throw new OperationCanceledException(
            _cancellation.IsCancellationRequested ? null : "Another process of the group was canceled.", _cancellation);
    }

    private void SetLearningRate(StepPlace place)
    {
        if (_options.LearningRateSchedule is not { } schedule)
            return;
        var epochs = _state.EpochsDone + (place.Steps is { } known ? (place.Step - 1.0) / known : 0);
        var progress = epochs / Last;
        var part = schedule(progress);
        _state.Steps!.Schedule(double.IsFinite(part) && part >= 0
            ? part
            : throw new InvalidOperationException(
                $"TrainerOptions.LearningRateSchedule gave {part} at progress {progress:G4}. It gives a factor on the learning rate: finite, not "
                + "negative."));
    }

    private void RequireTrained()
    {
        if (_state.Cursor.Step == 0)
            throw new ArgumentException(
                "The training data holds no batches. A sequence that can be enumerated only once serves one epoch.");
        _guard.RequireLearned();
        _guard.RequireFiniteWeights();
    }

    /// <summary>The epoch is done: its evaluation and its means.</summary>
    private EpochResult Evaluated(Stopwatch clock)
    {
        using (_setup.Arena.TakeTurn())
        {
            // Within one turn: a prediction of another thread has the network in evaluation mode for a while.
            _modesOfTraining = new ModuleModes(_setup.Model);
            _setup.Model.train(false);
        }

        // Of several processes none may leave an evaluation that the others are in: they look for a cancellation between two steps.
        var evaluation = _validation is null
            ? null
            : _parts.Evaluate(
                _validation.Value.Data, _options.Threshold, _setup.Group.Size > 1 ? CancellationToken.None : _cancellation,
                _validation.Value.Check);
        var (cursor, means) = (_state.Cursor, _state.Cursor.Means);
        _state.EpochsDone++;
        _state.BatchesOfEpoch = cursor.Step;
        var elbo = -(means.Fit + means.Divergence / (_state.Examples ?? means.Examples));
        var result = new EpochResult(
            _state.EpochsDone, Last, means.Total, means.Fit, means.Divergence, elbo, _state.Beta, _state.Steps!.LearningRate,
            means.Metrics, evaluation, clock.Elapsed)
        {
            SkippedSteps = cursor.Skipped,
        };
        LeaveEpoch();
        return result;
    }

    private void LeaveEpoch()
    {
        _reader.Forget();
        _state.Enter();
    }

    /// <summary>The last act of a training that was canceled.</summary>
    private void SaveCanceled()
    {
        if (_options.Checkpoints is null)
            return;
        _reader.ReadAll();
        if (_guard.LostWeight() is { } lost)
            _notices.Add($"The training was canceled, and was not saved: '{lost}' is not finite.");
        else
            _checkpoints.SaveCanceled(_train);
    }
}
