using BayesGen.Data;
using BayesGen.Parameters;
using BayesGen.Reporting;
using BayesGen.Serialization;

namespace BayesGen.Training;

/// <summary>The checkpoints of a training: when one is written, where, which stay, and which one is gone on from.</summary>
/// <param name="setup">What is trained.</param>
/// <param name="state">Where it is.</param>
/// <param name="parts">What is written.</param>
/// <param name="notices">Is told what the user should know.</param>
internal sealed class CheckpointManager(
    TrainingSetup setup, TrainerState state, TrainingContent parts, TrainingNotices notices)
{
    private const string Written = "+";
    private const string NotWritten = "-";

    private readonly CheckpointOptions? _options = setup.Options.Checkpoints;
    private CheckpointFolder? _folder;
    private (int Epochs, int Step, long GlobalStep)? _savedAt;

    /// <summary>The step at which the training failed last, and the one that it went back to.</summary>
    private (long Failed, long To)? _wentBack;

    /// <summary>Where the training is, in few numbers.</summary>
    private (int Epochs, int Step, long GlobalStep) Here => (state.EpochsDone, state.Cursor.Step, state.StepsDone);

    /// <summary>The last checkpoint that was written or gone on from; null before there is one.</summary>
    public string? Last { get; private set; }

    /// <summary>Whether a checkpoint is due after the steps that are done.</summary>
    public bool IsStepDue => _options?.EverySteps is { } every && state.StepsDone % every == 0;

    /// <summary>
    /// Looks at the place for checkpoints before a training begins, and keeps others away until the returned value is disposed.
    /// </summary>
    /// <exception cref="InvalidOperationException">It holds those of another training.</exception>
    public IDisposable? Hold(BatchSource? validation)
    {
        if (_options is null)
            return null;
        state.Steps!.RequireState();
        setup.RequireScore(_options.KeepBest, "CheckpointOptions.KeepBest", validation);
        if (_folder is not null)
            return setup.Group.IsFirst ? _folder.Hold() : null;
        var folder = new CheckpointFolder(_options.Folder);
        if (!setup.Group.IsFirst)
        {
            _folder = folder;
            return null;
        }

        if (folder.Newest().Count > 0 && !folder.Holds(Last))
            throw new InvalidOperationException(
                $"The folder '{_options.Folder}' holds checkpoints of another training"
                + (Last is null ? "" : $" than the one that continues from '{Last}'")
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

    /// <summary>Writes a checkpoint of where the training is.</summary>
    /// <param name="source">The data of the training.</param>
    /// <returns>Whether it is written.</returns>
    public bool Save(BatchSource source)
    {
        var isWritten = Write(
            "checkpoint", source,
            (content, told) => Last = _folder!.Write(content, state.StepsDone, _options!.KeepLast, told));
        if (isWritten)
            _savedAt = Here;
        return isWritten;
    }

    /// <summary>Writes what belongs to the end of an epoch, and gives back the best network after the last one.</summary>
    /// <param name="source">The data of the training.</param>
    /// <param name="epoch">The epoch.</param>
    /// <param name="isLast">Whether the training ends with it.</param>
    public void SaveEpoch(BatchSource source, EpochResult epoch, bool isLast)
    {
        // Before the numbered one: what a kill or a full disk takes is then made up for.
        SaveBest(source, epoch);
        if (isLast)
            TakeBest();
        if (_options is { } options && (isLast || (options.EveryEpochs is { } every && state.EpochsDone % every == 0)))
            Save(source);
    }

    /// <summary>The last act of a training that was canceled.</summary>
    public void SaveCanceled(BatchSource source)
    {
        if (_savedAt == Here || Save(source))
            notices.Add(
                $"The training was canceled in epoch {state.EpochsDone + 1} after step {state.Cursor.Step} and saved to '{Last}'; "
                + "Resume continues from there.");
    }

    /// <summary>The training continues from a checkpoint that was named.</summary>
    public void KeepWritingAfter(string path) => (Last, _savedAt, _wentBack) = (path, Here, null);

    /// <summary>The newest whole checkpoint of a folder, or that of a file; null where there is none.</summary>
    /// <param name="path">The folder or the file.</param>
    /// <param name="told">Is told what was passed over.</param>
    /// <param name="reject">Says why a whole checkpoint will not do; null takes any.</param>
    public static (CheckpointContent Content, string Path)? Find(
        string path, Action<string> told, Func<CheckpointContent, string?>? reject = null)
    {
        // A disk that is not there today must not look like a training that never began.
        if (new FileInfo(path).LinkTarget is { } target && FileEntry.At(path).Kind == FileKind.Missing)
            throw new FileNotFoundException($"'{path}' is a link to '{target}', and nothing is there.", path);

        // Nothing is tidied here: a training may be writing into the folder at this moment.
        if (!File.Exists(path))
            return new CheckpointFolder(path).ReadNewest(told, reject);

        var content = CheckpointFile.Read(path);
        if (reject?.Invoke(content) is null)
            return (content, path);
        content.Dispose();
        return null;
    }

    /// <summary>
    /// The checkpoint to go back to: the newest one, and an older one than the last time where that led no further. Where there is none
    /// older the oldest has to do, at a lower rate each time.
    /// </summary>
    /// <param name="failed">The steps that were done when the training failed.</param>
    public (CheckpointContent Content, string Path)? FindBefore(long failed)
    {
        if (Last is null)
            return null;

        // Process 0 of a group chooses, since a damaged file is renamed.
        var found = setup.Group.IsFirst ? FindBeforeHere(failed) : null;
        var path = setup.Group.FromFirst(found?.Path ?? "");
        return setup.Group.IsFirst || path.Length == 0 ? found : (CheckpointFile.Read(path), path);
    }

    private (CheckpointContent Content, string Path)? FindBeforeHere(long failed)
    {
        var (before, oldest) = _wentBack is { } last && failed <= last.Failed ? (last.To, last.To) : (long.MaxValue, long.MaxValue);
        try
        {
            return Read(content => StepsDoneIn(content) >= before)
                ?? (oldest == long.MaxValue ? null : Read(content => StepsDoneIn(content) > oldest));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            notices.Add($"The last checkpoint cannot be read, to go back to it: {exception.Message}");
            return null;
        }

        (CheckpointContent Content, string Path)? Read(Func<CheckpointContent, bool> isTooNew)
        {
            // The one that was resumed from may lie elsewhere.
            var own = _folder?.ReadNewest(notices.Add, content => isTooNew(content) ? "" : Poison(content));
            return own ?? Find(Last!, notices.Add, content => isTooNew(content) ? "" : Poison(content));
        }
    }

    /// <summary>The training went back, so that the next time an older checkpoint is looked for where this one leads no further.</summary>
    /// <param name="failed">The steps that were done when it failed.</param>
    /// <param name="path">The checkpoint, or null where it was kept in memory.</param>
    public void GoneBack(long failed, string? path) =>
        (_wentBack, _savedAt, Last) = ((failed, state.StepsDone), Here, path ?? Last);

    private static long StepsDoneIn(CheckpointContent content) =>
        CheckpointFields.ReadFrom(content).Whole(CheckpointFields.StepsDone, 0);

    /// <summary>Gives back the network of the best epoch where that is not the last one.</summary>
    private void TakeBest()
    {
        if (state.Stopping is { BestEpoch: { } best } stopping && best != state.EpochsDone)
            stopping.Restore(setup.Arena);
    }

    /// <summary>What in a checkpoint is NaN or infinite, so that every training from it fails; null where it is sound.</summary>
    private string? Poison(CheckpointContent content)
    {
        // The best network of early stopping has the buffers of a network, a mask of attention among them.
        var best = content.Tensors.Where(entry => entry.Key.StartsWith(StoppingWatch.StatePrefix, StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key[StoppingWatch.StatePrefix.Length..], entry => entry.Value);
        var key = setup.Arena.NonFinite.FirstOf(content.Network) ?? setup.Arena.NonFinite.FirstOf(best)
            ?? content.Tensors.FirstOrDefault(entry => !entry.Key.StartsWith(StoppingWatch.StatePrefix, StringComparison.Ordinal)
                && !NonFiniteSearch.IsFiniteOrWhole(entry.Value)).Key;
        return key is null ? null : $"'{key}' in it holds values that are not finite.";
    }

    private void SaveBest(BatchSource source, EpochResult epoch)
    {
        if (_options?.KeepBest is not { } score)
            return;
        var number = score.Of(epoch);
        if (!score.IsBetter(number, state.BestScore))
            return;

        // Remembered only when it is written.
        var before = state.BestScore;
        state.BestScore = number;
        if (!Write("best checkpoint", source, (content, told) => _folder!.WriteBest(content, told)))
            state.BestScore = before;
    }

    /// <summary>Process 0 of a group writes, and tells the others when it is there.</summary>
    private bool Write(string what, BatchSource source, Action<CheckpointContent, Action<string>> write)
    {
        var isWritten = setup.Group.IsFirst && WriteHere(what, source, write);
        var outcome = setup.Group.FromFirst((isWritten ? Written : NotWritten) + Last);
        Last = outcome.Length > 1 ? outcome[1..] : null;
        return outcome.StartsWith(Written, StringComparison.Ordinal);
    }

    /// <summary>A disk that is full or gone costs a checkpoint and not the training.</summary>
    private bool WriteHere(string what, BatchSource source, Action<CheckpointContent, Action<string>> write)
    {
        using var scope = NewDisposeScope();
        var told = new List<string>();
        try
        {
            using var turn = setup.Arena.TakeTurn();
            write(parts.Capture(source), told.Add);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            told.Add(
                $"The {what} after step {state.StepsDone} could not be written to '{_options!.Folder}': {exception.Message} The training "
                + $"continues; {(Last is null ? "there is no checkpoint yet" : $"the last one is '{Last}'")}.");
            return false;
        }
        finally
        {
            // After the turn: a report may wait for a thread that waits for the network.
            told.ForEach(notices.Add);
        }
    }
}
