using BayesGen.Data;
using BayesGen.Serialization;

namespace BayesGen.Training;

/// <summary>
/// All that a training changes besides the network: what a checkpoint holds. A number has one line in <see cref="Exchange"/>, which serves
/// both directions; what has a form of its own (optimizer, schedule, early stopping, the place in the epoch) writes and reads itself.
/// </summary>
internal sealed class TrainerState : IDisposable
{
    private const string ScheduleName = "schedule";
    private const string SchedulePrefix = ScheduleName + ".";
    private const string ExamplesName = "examples";
    private const string StepsDoneName = "steps_done";

    private readonly TrainingSetup _setup;

    /// <summary>The state of a training that has not begun.</summary>
    public TrainerState(TrainingSetup setup) : this(setup, setup.Beta.Begin())
    {
        Beta = setup.Beta.Initial;
        NoiseSeed = setup.Options.Seed;
        Stopping = setup.Options.EarlyStopping is { } stopping ? new StoppingWatch(stopping) : null;
    }

    private TrainerState(TrainingSetup setup, RunningBeta schedule) => (_setup, Schedule) = (setup, schedule);

    /// <summary>The epochs that ended.</summary>
    public int EpochsDone { get; set; }

    /// <summary>The epochs that had ended when the running call of Train began.</summary>
    public int FirstEpoch { get; set; }

    /// <summary>The steps that were taken.</summary>
    public long StepsDone { get; set; }

    /// <summary>The batches of an epoch; null while unknown.</summary>
    public int? BatchesOfEpoch { get; set; }

    /// <summary>The number N of training examples; null where nobody said.</summary>
    public long? Examples { get; set; }

    /// <summary>The weight of the divergence; finite, not negative.</summary>
    public double Beta
    {
        get;
        set => field = BetaSchedule.NotNegative(value, nameof(Beta));
    }

    /// <summary>The seed of the noise.</summary>
    public long NoiseSeed { get; private set; }

    /// <summary>Where the noise is while the training rests: what others draw meanwhile changes nothing in it.</summary>
    public long NoiseCalls { get; private set; }

    /// <summary>How often the training went back.</summary>
    public int RollBacks { get; set; }

    /// <summary>The steps that were skipped just now.</summary>
    public int SkippedInARow { get; set; }

    /// <summary>The best score of an epoch; NaN before there is one.</summary>
    public double BestScore { get; set; } = double.NaN;

    /// <summary>The place in the running epoch; at its start between two epochs.</summary>
    public EpochCursor Cursor { get; private set; } = new();

    /// <summary>What the schedule of beta remembers.</summary>
    public RunningBeta Schedule { get; }

    /// <summary>What early stopping has seen; null without it.</summary>
    public StoppingWatch? Stopping { get; }

    /// <summary>The optimizers; null before the first step.</summary>
    public ITrainingSteps? Steps { get; set; }

    /// <summary>Where it is, in few numbers.</summary>
    public (int Epochs, int Step, long GlobalStep) Place => (EpochsDone, Cursor.Step, StepsDone);

    /// <summary>The number N of training examples in a checkpoint; null where nobody said.</summary>
    public static long? ExamplesIn(CheckpointContent content) =>
        CheckpointFields.ReadFrom(content).Known(ExamplesName, null, least: 1);

    /// <summary>The steps that a checkpoint was written after.</summary>
    public static long StepsDoneIn(CheckpointContent content) => CheckpointFields.ReadFrom(content).Whole(StepsDoneName, 0);

    /// <summary>Forgets the place in the epoch.</summary>
    public void LeaveEpoch() => Enter(new EpochCursor());

    /// <summary>Tells the schedule of beta what has happened.</summary>
    /// <exception cref="InvalidOperationException">It gave no beta.</exception>
    public void Advance(int step, int? steps, double fit, double divergence, double epochFit, double epochDivergence)
    {
        var signal = new BetaSignal(
            EpochsDone + (steps is { } known ? (double)step / known : 0), steps == step, fit, divergence, epochFit, epochDivergence);
        var beta = Schedule.Next(Beta, signal);
        if (!double.IsFinite(beta) || beta < 0)
            throw new InvalidOperationException(
                $"The beta schedule {_setup.BetaName} gave {beta} after {signal.Epochs:G4} epochs. Beta is a finite number that is not negative.");
        Beta = beta;
    }

    /// <summary>Brings the source of noise to where the training left it.</summary>
    public void GiveNoise() => _setup.Arena.Noise.Reseed(NoiseSeed, NoiseCalls);

    /// <summary>Keeps where the source of noise is.</summary>
    public void KeepNoise() => (NoiseSeed, NoiseCalls) = (_setup.Arena.Noise.Seed, _setup.Arena.Noise.Calls);

    /// <summary>
    /// Everything that a training continues from, the network included. The tensors are live, or belong to the current dispose scope.
    /// </summary>
    /// <param name="source">The data of the running training; null while it rests.</param>
    public CheckpointContent Capture(BatchSource? source)
    {
        var content = new CheckpointContent();
        foreach (var (key, tensor) in _setup.Arena.LiveState())
            content.Network.Add(key, tensor);
        if (source is not null)
            KeepNoise();
        Exchange(CheckpointFields.WriteTo(content));
        RunFingerprint.Save(_setup, content);
        Steps!.Save(content);
        content.Put(ScheduleName, _setup.BetaName);
        var numbers = new Dictionary<string, double>();
        Schedule.Save(numbers);
        foreach (var (name, number) in numbers)
            content.Put(SchedulePrefix + name, number);
        Stopping?.Save(content);
        Cursor.Save(content, source?.OwnEpoch);
        return content;
    }

    /// <summary>The same in memory of its own.</summary>
    public CheckpointContent Snapshot(BatchSource? source)
    {
        using var scope = NewDisposeScope();
        using var turn = _setup.Arena.TakeTurn();
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
            new TrainerState(_setup, Schedule).Exchange(fields);
            RestoreParts(content, notices);
            if (Stopping?.Load(content) == false)
                notices("The checkpoint was written without early stopping, which starts over.");
        }
        catch
        {
            cursor.Dispose();
            throw;
        }

        Enter(cursor);
        Exchange(fields);
        GiveNoise();
    }

    /// <summary>Loads what lies outside of the state itself: the network, the optimizer and the schedule.</summary>
    public void RestoreParts(CheckpointContent content, Action<string> notices)
    {
        // Giving a parameter its gradient makes a handle that only a scope lets go.
        using var scope = NewDisposeScope();
        _setup.Arena.ZeroGradients(setToNone: false);
        _setup.Arena.LoadStateDict(content.Network);
        if (!Steps!.Load(content))
            notices("The numbers of the optimizer (betas, decays) are not those of the checkpoint; the options' own hold from now on.");
        if (content.Text(ScheduleName) is var schedule && schedule != _setup.BetaName)
        {
            notices(
                $"The beta schedule is {_setup.BetaName}, and was {schedule} when the checkpoint was written: it starts over, from the "
                + "checkpoint's beta.");
            return;
        }

        try
        {
            Schedule.Restore(content.Under(SchedulePrefix).Keys.ToDictionary(name => name, name => content.Number(SchedulePrefix + name)));
        }
        catch (KeyNotFoundException exception)
        {
            throw new CheckpointMismatchException([$"the beta schedule {_setup.BetaName} finds its state incomplete"], exception);
        }
        catch (FormatException exception)
        {
            throw new CheckpointMismatchException(
                [$"the state of the beta schedule {_setup.BetaName} makes no sense: {exception.Message}"], exception);
        }
    }

    /// <summary>Looks for what makes it impossible to continue, before anything is written, and tells what does not.</summary>
    /// <exception cref="CheckpointMismatchException">It is impossible.</exception>
    public void RequireFit(CheckpointContent content, Action<string> notices)
    {
        List<string> fatal = [.. Steps!.Differences(content)];
        foreach (var name in content.Values.Keys.Where(name => name.EndsWith("rate.part", StringComparison.Ordinal)
            || name.EndsWith("rate.damping", StringComparison.Ordinal) || name == "ivon.step"))
            _ = content.NotNegative(name);
        foreach (var (key, tensor) in _setup.Arena.LiveState())
            if (content.Network.TryGetValue(key, out var saved) && saved.dtype != tensor.dtype)
                fatal.Add($"'{key}' is {tensor.dtype} here and {saved.dtype} in the checkpoint");
        fatal.AddRange(EpochCursor.Faults(content));
        foreach (var (what, isFatal) in RunFingerprint.Differences(_setup, content, EpochCursor.IsInsideEpoch(content)))
        {
            if (isFatal)
                fatal.Add($"{what}, inside an epoch");
            else
                notices($"{what}: the training continues, but not bit for bit as it would have.");
        }

        if (fatal.Count > 0)
            throw new CheckpointMismatchException(fatal);
    }

    /// <summary>Gives back the network of the best epoch where that is not the last one.</summary>
    public void TakeBest()
    {
        if (Stopping?.BestEpoch is { } best && best != EpochsDone)
            Stopping.Restore(_setup.Arena);
    }

    public void Dispose()
    {
        Stopping?.Dispose();
        Steps?.Dispose();
        Cursor.Dispose();
    }

    /// <summary>Every number, once: written down or read back.</summary>
    private void Exchange(CheckpointFields fields)
    {
        EpochsDone = fields.Count("epochs_done", EpochsDone);
        FirstEpoch = fields.Count("first_epoch", FirstEpoch);
        StepsDone = fields.Whole(StepsDoneName, StepsDone);
        BatchesOfEpoch = (int?)fields.Known("batches_of_epoch", BatchesOfEpoch, least: 1, most: int.MaxValue);
        Examples = fields.Known(ExamplesName, Examples, least: 1);
        Beta = fields.NotNegative("beta", Beta);
        NoiseSeed = fields.Integer("noise.seed", NoiseSeed);
        NoiseCalls = fields.Whole("noise.calls", NoiseCalls);
        RollBacks = fields.Count("roll_backs", RollBacks);
        SkippedInARow = fields.Count("skipped_in_a_row", SkippedInARow);
        BestScore = fields.Number("best_score", BestScore);
    }

    private void Enter(EpochCursor cursor)
    {
        Cursor.Dispose();
        Cursor = cursor;
    }
}
