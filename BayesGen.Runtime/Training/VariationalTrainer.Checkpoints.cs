using BayesGen.Data;
using BayesGen.Parameters;
using BayesGen.Reporting;
using BayesGen.Serialization;

namespace BayesGen.Training;

/// <summary>Checkpoints: what is written, when, and how a training continues from one.</summary>
public sealed partial class VariationalTrainer
{
    private const string RandomName = "random";
    private const string RandomOfEpochName = "random_of_epoch";
    private const string StepName = "epoch.step";
    private const string SkippedName = "epoch.skipped";
    private const string ScheduleName = "schedule";
    private const string SchedulePrefix = ScheduleName + ".";

    private CheckpointFolder? _folder;
    private string? _lastCheckpoint;
    private (int Epochs, int Step, long GlobalStep)? _savedAt;
    private double _bestScore = double.NaN;

    /// <summary>Whether somebody may go back to a place inside an epoch.</summary>
    private bool KeepsPlaces => Options.Checkpoints is not null || Options.NonFinite.RollBacks > 0;

    /// <summary>
    /// Takes an interrupted training up: the next <see cref="Train(BatchSource, BatchSource?, CancellationToken)"/> continues where the
    /// checkpoint was written, on the CPU and with the same number of threads bit for bit as if nothing had happened. Give it the data that
    /// the training had.
    /// </summary>
    /// <param name="path">
    /// The folder of <see cref="CheckpointOptions"/>, of which the newest whole checkpoint is taken, or a checkpoint file.
    /// </param>
    /// <returns>Where the training continues, and what the user should know.</returns>
    /// <remarks>
    /// What makes it impossible to continue bit for bit but leaves the training one training, such as another learning rate or number of
    /// threads, is a notice. A damaged checkpoint is renamed and the one before it taken. Move the network to its device first.
    /// </remarks>
    /// <exception cref="FileNotFoundException">There is no checkpoint.</exception>
    /// <exception cref="StateFileException">There are checkpoints and none is whole, or the file is none.</exception>
    /// <exception cref="StateMismatchException">
    /// The checkpoint belongs to another network; every key that does not fit is named.
    /// </exception>
    /// <exception cref="CheckpointMismatchException">The checkpoint belongs to another training; what differs is named.</exception>
    public ResumeReport Resume(string path) => TryResume(path)
        ?? throw new FileNotFoundException($"There is no checkpoint '{path}', and no folder of this name that holds one.", path);

    /// <summary>
    /// As <see cref="Resume"/>, for a program that is started the first time and again in the same way: null, and nothing is done, where
    /// there is no checkpoint yet.
    /// </summary>
    /// <param name="path">The folder, or a checkpoint file.</param>
    public ResumeReport? TryResume(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var turn = _use.Change(nameof(Resume));
        var notices = new List<string>();
        if (Find(path, Note) is not { } found)
            return null;
        using var content = found.Content;
        RequireTrainable();
        _sharedBy = Options.DivergenceScale == DivergenceScale.None ? 1
            : Options.ExampleCount ?? TrainingCounters.Load(content).Examples ?? 1;
        var steps = _steps;
        RequireOptimizer(isResumed: true);
        _steps!.RequireState();
        try
        {
            RequireFit(content, Note);
        }
        catch when (steps is null)
        {
            // Made for a checkpoint that is refused: a training that begins afresh makes its own.
            _steps.Dispose();
            _steps = null;
            throw;
        }

        using var before = Snapshot();
        try
        {
            Restore(content, Note);
        }
        catch
        {
            LoadParts(before, _ => { });
            throw;
        }

        if (Model.Arena.FirstNotFinite(content.Network) is { } key)
            Note($"'{key}' of the checkpoint holds values that are not finite, and so does the network now.");
        (_lastCheckpoint, _wentBack) = (found.Path, null);
        foreach (var notice in notices)
            Options.Report?.OnNotice(notice);
        return new ResumeReport(found.Path, _epochsDone + 1, _place!.Step, _stepsDone, notices);

        // Some of it comes from the file, and files come from anywhere.
        void Note(string notice) => notices.Add(PlainText.Of(notice));
    }

    private static (CheckpointContent Content, string Path)? Find(
        string path, Action<string> notices, Func<CheckpointContent, string?>? reject = null)
    {
        // A disk that is not there today must not look like a training that never began.
        if (new FileInfo(path).LinkTarget is { } target && FileEntry.At(path).Kind == FileKind.Missing)
            throw new FileNotFoundException($"'{path}' is a link to '{target}', and nothing is there.", path);

        // Nothing is tidied here: a training may be writing into the folder at this moment.
        if (!File.Exists(path))
            return new CheckpointFolder(path).ReadNewest(notices, reject);

        var content = CheckpointFile.Read(path);
        if (reject?.Invoke(content) is null)
            return (content, path);
        content.Dispose();
        return null;
    }

    /// <summary>Everything that a training continues from. The tensors are live, or belong to the current dispose scope.</summary>
    private CheckpointContent Capture()
    {
        var content = new CheckpointContent();
        foreach (var (key, tensor) in Model.Arena.LiveState())
            content.Network.Add(key, tensor);
        new TrainingCounters(
            _epochsDone, _firstEpoch, _stepsDone, _source?.BatchCount(Options.BatchSize) ?? _stepsOfEpoch, _trainingExamples,
            _source?.OwnEpoch, Beta, Model.Arena.Noise.Seed, Model.Arena.Noise.Calls, _rollBacks, _skippedInARow, _bestScore).Save(content);
        TrainingConditions.Save(this, content);
        _steps!.Save(content);
        content.Put(ScheduleName, _scheduleName);
        var numbers = new Dictionary<string, double>();
        _schedule.Save(numbers);
        foreach (var (name, number) in numbers)
            content.Put(SchedulePrefix + name, number);
        _stopping?.Save(content);
        content.Put(StepName, _place?.Step ?? 0);
        content.Put(SkippedName, _place?.Skipped ?? 0);
        (_place?.Sums ?? new RunningMeans()).Save(content);
        content.Tensors.Add(RandomName, TorchRandom.Read());
        if (_place is { Step: > 0, RandomOfEpoch: { } random })
            content.Tensors.Add(RandomOfEpochName, random);
        return content;
    }

    /// <summary>The same in memory of its own.</summary>
    private CheckpointContent Snapshot()
    {
        using var scope = NewDisposeScope();
        using var turn = Model.Arena.TakeTurn();
        return Capture().Copy();
    }

    /// <summary>Continues from a content; where it throws, network, optimizer and schedule are to be loaded from another.</summary>
    private void Restore(CheckpointContent content, Action<string> notices)
    {
        var counters = TrainingCounters.Load(content);
        var place = new EpochPlace
        {
            Step = content.Count(StepName),
            Skipped = content.Count(SkippedName),
            SourceEpoch = counters.SourceEpoch,
        };
        place.Sums.Load(content);
        LoadParts(content, notices);
        if (_stopping?.Load(content) == false)
            notices("The checkpoint was written without early stopping, which starts over.");

        // At the start of an epoch one state is both: what the source may draw its order from, and what the first step continues with.
        var isInside = content.Tensors.TryGetValue(RandomOfEpochName, out var ofEpoch);
        place.RandomOfEpoch = Kept(isInside ? ofEpoch! : content.Tensor(RandomName));
        place.Random = isInside ? Kept(content.Tensor(RandomName)) : null;
        Leave();
        _place = place;
        (_epochsDone, _firstEpoch, _firstEpochLeft, _stepsDone) =
            (counters.EpochsDone, counters.FirstEpoch, counters.FirstEpoch, counters.StepsDone);
        (_stepsOfEpoch, _trainingExamples, Beta) = ((int?)counters.BatchesOfEpoch, counters.Examples, counters.Beta);
        (_rollBacks, _skippedInARow, _bestScore) = (counters.RollBacks, counters.SkippedInARow, counters.BestScore);
        _noise = (counters.NoiseSeed, counters.NoiseCalls);
        Model.Arena.Noise.Reseed(counters.NoiseSeed, counters.NoiseCalls);
        _savedAt = (_epochsDone, place.Step, _stepsDone);

        static Tensor Kept(Tensor state)
        {
            using var _ = no_grad();
            return state.clone().DetachFromDisposeScope();
        }
    }

    /// <summary>Loads what lies outside of the trainer itself: the network, the optimizer and the schedule.</summary>
    private void LoadParts(CheckpointContent content, Action<string> notices)
    {
        // Giving a parameter its gradient makes a handle that only a scope lets go.
        using var scope = NewDisposeScope();
        Model.Arena.ZeroGradients(setToNone: false);
        Model.Arena.LoadStateDict(content.Network);
        if (!_steps!.Load(content))
            notices("The numbers of the optimizer (betas, decays) are not those of the checkpoint; the options' own hold from now on.");
        if (content.Text(ScheduleName) is var schedule && schedule != _scheduleName)
        {
            notices($"The beta schedule is {_scheduleName}, and was {schedule} when the checkpoint was written: it starts over, from the checkpoint's beta.");
            return;
        }

        try
        {
            _schedule.Restore(content.Under(SchedulePrefix).Keys.ToDictionary(name => name, name => content.Number(SchedulePrefix + name)));
        }
        catch (KeyNotFoundException exception)
        {
            throw new CheckpointMismatchException([$"the beta schedule {_scheduleName} finds its state incomplete"], exception);
        }
    }

    /// <summary>Looks for what makes it impossible to continue, before anything is written, and tells what does not.</summary>
    private void RequireFit(CheckpointContent content, Action<string> notices)
    {
        List<string> fatal = [.. _steps!.Differences(content)];
        foreach (var name in content.Values.Keys.Where(name => name.EndsWith("rate.part", StringComparison.Ordinal)
            || name.EndsWith("rate.damping", StringComparison.Ordinal) || name == "ivon.step"))
            _ = content.NotNegative(name);
        foreach (var (key, tensor) in Model.Arena.LiveState())
            if (content.Network.TryGetValue(key, out var saved) && saved.dtype != tensor.dtype)
                fatal.Add($"'{key}' is {tensor.dtype} here and {saved.dtype} in the checkpoint");
        foreach (var name in new[] { RandomName, RandomOfEpochName })
            if (content.Tensors.TryGetValue(name, out var state) && !TorchRandom.IsState(state))
                fatal.Add($"its tensor '{name}' is no state of Torch's generator");
        foreach (var (what, isFatal) in TrainingConditions.Differences(this, content, isInsideEpoch: content.Count(StepName) > 0))
        {
            if (isFatal)
                fatal.Add($"{what}, inside an epoch");
            else
                notices($"{what}: the training continues, but not bit for bit as it would have.");
        }

        if (fatal.Count > 0)
            throw new CheckpointMismatchException(fatal);
    }

    /// <summary>
    /// Looks at the place for checkpoints before a training begins, and keeps others away until the returned value is disposed.
    /// </summary>
    private IDisposable? RequireFolder(BatchSource? validation)
    {
        if (Options.Checkpoints is not { } checkpoints)
            return null;
        _steps!.RequireState();
        checkpoints.KeepBest?.RequireFit("CheckpointOptions.KeepBest", Options, validation);
        if (_folder is not null)
            return _folder.Hold();
        var folder = new CheckpointFolder(checkpoints.Folder);
        if (folder.Newest().Count > 0 && !folder.Holds(_lastCheckpoint))
            throw new InvalidOperationException(
                $"The folder '{checkpoints.Folder}' holds checkpoints of another training"
                + (_lastCheckpoint is null ? "" : $" than the one that continues from '{_lastCheckpoint}'")
                + ". Call Resume to continue with that one, or name a folder of its own in CheckpointOptions.");
        var holding = folder.Hold();
        try
        {
            folder.Prepare();
        }
        catch
        {
            holding.Dispose();
            throw;
        }

        _folder = folder;
        return holding;
    }

    private void SaveStep(EpochPlace place, int? steps)
    {
        if (Options.Checkpoints?.EverySteps is not { } every || _stepsDone % every != 0)
            return;
        ReadAll(place, steps);
        RequireFiniteWeights(_epochsDone + 1, place.Step);
        Save();
    }

    private void SaveEpoch(EpochResult epoch, bool isLast)
    {
        if (Options.Checkpoints is not { } checkpoints)
        {
            if (isLast)
                TakeBest();
            return;
        }

        if (checkpoints.KeepBest is { } score && score.Of(epoch) is var number && score.IsBetter(number, _bestScore))
        {
            // Before the numbered one, and remembered only when it is written: what a kill or a full disk takes is then made up for.
            var before = _bestScore;
            _bestScore = number;
            if (!Write("best checkpoint", (content, told) => _folder!.WriteBest(content, told)))
                _bestScore = before;
        }

        if (isLast)
            TakeBest();
        if (isLast || (checkpoints.EveryEpochs is { } every && _epochsDone % every == 0))
            Save();
    }

    /// <summary>The last act of a training that was canceled.</summary>
    private void SaveCanceled()
    {
        if (Options.Checkpoints is null)
            return;
        if (_place is { } place)
            ReadAll(place, _stepsOfEpoch);
        if (_wasFinite && FirstNotFiniteWeight() is { } lost)
        {
            Notice($"The training was canceled, and was not saved: '{lost}' is not finite.");
            return;
        }

        if (_savedAt == Here || Save())
            Notice(
                $"The training was canceled in epoch {_epochsDone + 1} after step {_place?.Step ?? 0} and saved to '{_lastCheckpoint}'; "
                + "Resume continues from there.");
    }

    private (int Epochs, int Step, long GlobalStep) Here => (_epochsDone, _place?.Step ?? 0, _stepsDone);

    private bool Save()
    {
        var isWritten = Write(
            "checkpoint", (content, told) => _lastCheckpoint = _folder!.Write(content, _stepsDone, Options.Checkpoints!.KeepLast, told));
        if (isWritten)
            _savedAt = Here;
        return isWritten;
    }

    /// <summary>A disk that is full or gone costs a checkpoint and not the training.</summary>
    private bool Write(string what, Action<CheckpointContent, Action<string>> write)
    {
        using var scope = NewDisposeScope();
        var notices = new List<string>();
        try
        {
            using var turn = Model.Arena.TakeTurn();
            write(Capture(), notices.Add);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            notices.Add(
                $"The {what} after step {_stepsDone} could not be written to '{Options.Checkpoints!.Folder}': {exception.Message} The training "
                + $"continues; {(_lastCheckpoint is null ? "there is no checkpoint yet" : $"the last one is '{_lastCheckpoint}'")}.");
            return false;
        }
        finally
        {
            // After the turn: a report may wait for a thread that waits for the network.
            notices.ForEach(Notice);
        }
    }
}
