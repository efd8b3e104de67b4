using BayesGen.Data;
using BayesGen.Pruning;
using BayesGen.Reporting;

namespace BayesGen.Training;

/// <summary>What a trainer is made of: each part does one thing, and knows only parts that are made before it.</summary>
internal sealed class TrainingParts : IDisposable
{
    private readonly Evaluator _evaluator;

    /// <param name="setup">What is trained.</param>
    /// <param name="hooks">The hooks of the options, for the trainer.</param>
    public TrainingParts(TrainingSetup setup, IReadOnlyList<Action<StepResult>> hooks)
    {
        Setup = setup;
        State = new TrainerState(setup);
        Notices = new TrainingNotices(setup.Options.Report);
        Content = new TrainingContent(setup, State);
        Checkpoints = new CheckpointManager(setup, State, Content, Notices);
        Guard = new NonFiniteGuard(setup, State, Content, Checkpoints, Notices);
        Reader = new StepReader(setup, State, Guard, hooks);
        Runner = new StepRunner(setup, State, Guard);
        Resume = new CheckpointResume(setup, State, Content, Checkpoints, Runner);
        _evaluator = new Evaluator(setup.Model, setup.Network, setup.Loss, setup.Options);
    }

    /// <summary>What is trained.</summary>
    public TrainingSetup Setup { get; }

    /// <summary>Where the training is.</summary>
    public TrainerState State { get; }

    /// <summary>Writes down where the training is, and puts it back.</summary>
    public TrainingContent Content { get; }

    /// <summary>What it tells besides numbers.</summary>
    public TrainingNotices Notices { get; }

    /// <summary>What it writes, and goes back to.</summary>
    public CheckpointManager Checkpoints { get; }

    /// <summary>What becomes of a step that is not finite.</summary>
    public NonFiniteGuard Guard { get; }

    /// <summary>Tells the numbers of steps on.</summary>
    public StepReader Reader { get; }

    /// <summary>Takes a step.</summary>
    public StepRunner Runner { get; }

    /// <summary>Takes an interrupted training up.</summary>
    public CheckpointResume Resume { get; }

    /// <summary>The epochs that have ended when the next training begins, or had when the one began that was interrupted.</summary>
    public int FirstEpoch => Resume.FirstEpochLeft ?? State.EpochsDone;

    /// <summary>Begins another training, or continues with the one that was taken up.</summary>
    public void Begin()
    {
        State.FirstEpoch = FirstEpoch;
        if (Resume.FirstEpochLeft is null)
        {
            Reader.Forget();
            State.Enter();
        }

        Resume.FirstEpochLeft = null;
    }

    /// <summary>Evaluates at the training's present beta and by its number of examples.</summary>
    public EvaluationResult Evaluate(
        BatchSource data, Thresholds? threshold, CancellationToken cancellation, TargetCheck? known = null) => _evaluator.Evaluate(
        data, threshold, State.Beta, Setup.Options.ExampleCount ?? State.Examples ?? data.ExampleCount, cancellation, known);

    /// <summary>The result of a training with these epochs.</summary>
    public TrainingResult Result(IReadOnlyList<EpochResult> epochs, TimeSpan duration)
    {
        if (epochs.Count > 0 && State.Stopping?.Notice(State.Schedule.IsUnderWay) is { } notice)
            Notices.Add(notice);
        return new TrainingResult(epochs, duration)
        {
            Notices = Notices.Kept,
            StoppedEarly = State.Stopping?.IsStopped == true,
            BestEpoch = State.Stopping?.BestEpoch,
        };
    }

    public void Dispose()
    {
        Reader.Forget();
        Runner.Dispose();
        Guard.Dispose();
        State.Dispose();
    }
}
