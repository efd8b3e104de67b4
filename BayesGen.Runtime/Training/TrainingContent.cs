using BayesGen.Data;
using BayesGen.Serialization;

namespace BayesGen.Training;

/// <summary>
/// What a checkpoint holds of a training, written down or put back: the network, the numbers of its state, and what has a form of its own.
/// </summary>
/// <param name="setup">What is trained.</param>
/// <param name="state">Where it is.</param>
internal sealed class TrainingContent(TrainingSetup setup, TrainerState state)
{
    private const string ScheduleName = "schedule";
    private const string SchedulePrefix = ScheduleName + ".";

    /// <summary>
    /// Everything that a training continues from, the network included. The tensors are live, or belong to the current dispose scope.
    /// </summary>
    /// <param name="source">The data of the running training; null while it rests.</param>
    public CheckpointContent Capture(BatchSource? source)
    {
        var content = new CheckpointContent();
        foreach (var (key, tensor) in setup.Arena.LiveState())
            content.Network.Add(key, tensor);
        if (source is not null)
            state.Noise.Keep();
        state.Exchange(CheckpointFields.WriteTo(content));
        if (setup.Arena.NotedLikelihood is { } likelihood)
            content.Put(CheckpointContent.LikelihoodName, likelihood);
        RunFingerprint.Save(setup, content);
        state.Steps!.Save(content);
        content.Put(ScheduleName, setup.BetaName);
        var numbers = new Dictionary<string, double>();
        state.Schedule.Save(numbers);
        foreach (var (name, number) in numbers)
            content.Put(SchedulePrefix + name, number);
        state.Stopping?.Save(content);
        state.Cursor.Save(content, source?.OwnEpoch);
        return content;
    }

    /// <summary>The same in memory of its own.</summary>
    public CheckpointContent Snapshot(BatchSource? source)
    {
        using var scope = NewDisposeScope();
        using var turn = setup.Arena.TakeTurn();
        return Capture(source).Copy();
    }

    /// <summary>
    /// Continues from a content. Where it throws, network, optimizer and schedule are to be loaded from another by
    /// <see cref="RestoreParts"/>.
    /// </summary>
    /// <param name="content">The content.</param>
    /// <param name="notices">Is told what is not as it was.</param>
    public void Restore(CheckpointContent content, Action<string> notices)
    {
        var fields = CheckpointFields.ReadFrom(content);
        var cursor = EpochCursor.Load(content);
        try
        {
            // Whether every number is there is seen before anything changes.
            state.RequireNumbers(fields);
            RestoreParts(content, notices);
            if (state.Stopping?.Load(content) == false)
                notices("The checkpoint was written without early stopping, which starts over.");
        }
        catch
        {
            cursor.Dispose();
            throw;
        }

        state.Enter(cursor);
        state.Exchange(fields);
        state.Noise.Give();
    }

    /// <summary>Loads what lies outside of the state itself: the network, the optimizer and the schedule.</summary>
    public void RestoreParts(CheckpointContent content, Action<string> notices)
    {
        // Giving a parameter its gradient makes a handle that only a scope lets go.
        using var scope = NewDisposeScope();
        setup.Arena.ZeroGradients(setToNone: false);
        setup.Arena.LoadStateDict(content.Network);
        if (!state.Steps!.Load(content))
            notices("The numbers of the optimizer (betas, decays) are not those of the checkpoint; the options' own hold from now on.");
        if (content.Text(ScheduleName) is var schedule && schedule != setup.BetaName)
        {
            notices(
                $"The beta schedule is {setup.BetaName}, and was {schedule} when the checkpoint was written: it starts over, from the "
                + "checkpoint's beta.");
            return;
        }

        try
        {
            state.Schedule.Restore(
                content.Under(SchedulePrefix).Keys.ToDictionary(name => name, name => content.Number(SchedulePrefix + name)));
        }
        catch (KeyNotFoundException exception)
        {
            throw new CheckpointMismatchException([$"the beta schedule {setup.BetaName} finds its state incomplete"], exception);
        }
        catch (FormatException exception)
        {
            throw new CheckpointMismatchException(
                [$"the state of the beta schedule {setup.BetaName} makes no sense: {exception.Message}"], exception);
        }
    }

    /// <summary>Looks for what makes it impossible to continue, before anything is written, and tells what does not.</summary>
    /// <exception cref="CheckpointMismatchException">It is impossible.</exception>
    public void RequireFit(CheckpointContent content, Action<string> notices)
    {
        List<string> fatal = [.. state.Steps!.Differences(content)];
        foreach (var name in content.Values.Keys.Where(name => name.EndsWith("rate.part", StringComparison.Ordinal)
            || name.EndsWith("rate.damping", StringComparison.Ordinal) || name == "ivon.step"))
            _ = content.NotNegative(name);
        foreach (var (key, tensor) in setup.Arena.LiveState())
            if (content.Network.TryGetValue(key, out var saved) && saved.dtype != tensor.dtype)
                fatal.Add($"'{key}' is {tensor.dtype} here and {saved.dtype} in the checkpoint");
        fatal.AddRange(EpochCursor.Faults(content));
        foreach (var (what, isFatal) in RunFingerprint.Differences(setup, content, EpochCursor.IsInsideEpoch(content)))
        {
            if (isFatal)
                fatal.Add($"{what}, inside an epoch");
            else
                notices($"{what}: the training continues, but not bit for bit as it would have.");
        }

        if (fatal.Count > 0)
            throw new CheckpointMismatchException(fatal);
    }
}
