using BayesGen.Serialization;

namespace BayesGen.Training;

/// <summary>Takes an interrupted training up from a checkpoint: all of it, or nothing.</summary>
/// <param name="setup">What is trained.</param>
/// <param name="state">Is brought to where the checkpoint was written.</param>
/// <param name="parts">Puts back what the checkpoint holds.</param>
/// <param name="checkpoints">Is told where the training continues from.</param>
/// <param name="runner">Makes the optimizers that are loaded.</param>
internal sealed class CheckpointResume(
    TrainingSetup setup, TrainerState state, TrainingContent parts, CheckpointManager checkpoints, StepRunner runner)
{
    /// <summary>
    /// The epochs that had ended when the training began that was taken up and has not gone on yet; null where none was.
    /// </summary>
    public int? FirstEpochLeft { get; set; }

    /// <summary>Continues from a checkpoint; null, and nothing is done, where there is none.</summary>
    /// <param name="path">A folder of checkpoints or a file.</param>
    public ResumeReport? TryResume(string path)
    {
        var notices = new List<string>();
        if (Find(path, Note) is not { } found)
            return null;
        using var content = found.Content;
        setup.RequireTrainable();
        var hadSteps = state.Steps is not null;
        try
        {
            Prepare(content, Note);
            using var before = parts.Snapshot(source: null);
            try
            {
                parts.Restore(content, Note);
            }
            catch
            {
                parts.RestoreParts(before, _ => { });
                throw;
            }
        }
        catch when (!hadSteps)
        {
            // Made for a checkpoint that is refused: a training that begins afresh makes its own.
            runner.Release();
            throw;
        }

        FirstEpochLeft = state.FirstEpoch;
        if (setup.Arena.NonFinite.FirstOf(content.Network) is { } key)
            Note($"'{key}' of the checkpoint holds values that are not finite, and so does the network now.");
        checkpoints.KeepWritingAfter(found.Path);
        foreach (var notice in notices)
            setup.Options.Report?.OnNotice(notice);
        return new ResumeReport(found.Path, state.EpochsDone + 1, state.Cursor.Step, state.StepsDone, notices);

        // Some of it comes from the file, and files come from anywhere.
        void Note(string notice) => notices.Add(PlainText.Of(notice));
    }

    /// <summary>Process 0 of a group chooses, since a damaged file is renamed; all read what it has chosen.</summary>
    private (CheckpointContent Content, string Path)? Find(string path, Action<string> note)
    {
        try
        {
            var found = setup.Group.IsFirst ? CheckpointManager.Find(path, note) : null;
            var chosen = setup.Group.FromFirst(found?.Path ?? "");
            return setup.Group.IsFirst || chosen.Length == 0 ? found : (CheckpointFile.Read(chosen), chosen);
        }
        catch (Exception exception)
        {
            setup.Group.Fail(exception);
            throw;
        }
    }

    /// <summary>Makes optimizers for the checkpoint, and looks whether it fits them, before anything is written.</summary>
    private void Prepare(CheckpointContent content, Action<string> note)
    {
        var sharedBy = setup.Options.DivergenceScale == DivergenceScale.None
            ? 1
            : setup.ExamplesOf(null) ?? CheckpointFields.ReadFrom(content).Known(CheckpointFields.Examples, null, least: 1) ?? 1;
        runner.Prepare(sharedBy, isResumed: true);
        state.Steps!.RequireState();
        parts.RequireFit(content, note);
    }
}
