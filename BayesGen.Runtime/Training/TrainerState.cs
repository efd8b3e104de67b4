namespace BayesGen.Training;

/// <summary>
/// All that a training changes besides the network: what a checkpoint holds. A number has one line in <see cref="Exchange"/>, which serves
/// both directions; what has a form of its own (optimizer, schedule, early stopping, the place in the epoch) writes and reads itself, and
/// <see cref="TrainingContent"/> brings them together.
/// </summary>
internal sealed class TrainerState : IDisposable
{
    private readonly TrainingSetup _setup;
    private int _lastEpoch;

    /// <summary>The state of a training that has not begun.</summary>
    public TrainerState(TrainingSetup setup) : this(setup, setup.Beta.Begin())
    {
        Beta = setup.Beta.Initial;
        Stopping = setup.Options.EarlyStopping is { } stopping ? new StoppingWatch(stopping) : null;
    }

    private TrainerState(TrainingSetup setup, RunningBeta schedule) =>
        (_setup, Schedule, Noise) = (setup, schedule, new NoisePlace(setup.Arena.Noise, setup.Options.Seed));

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

    /// <summary>How often the training went back.</summary>
    public int RollBacks { get; set; }

    /// <summary>The steps that were skipped just now.</summary>
    public int SkippedInARow { get; set; }

    /// <summary>The best score of an epoch; NaN before there is one.</summary>
    public double BestScore { get; set; } = double.NaN;

    /// <summary>The place in the running epoch; at its start between two epochs.</summary>
    public EpochCursor Cursor { get; private set; } = new();

    /// <summary>Where the noise is.</summary>
    public NoisePlace Noise { get; }

    /// <summary>What the schedule of beta remembers.</summary>
    public RunningBeta Schedule { get; }

    /// <summary>What early stopping has seen; null without it.</summary>
    public StoppingWatch? Stopping { get; }

    /// <summary>The optimizers; null before the first step.</summary>
    public ITrainingSteps? Steps { get; set; }

    /// <summary>
    /// A training begins that ends with an epoch unless it is stopped early. No checkpoint holds the number: each call of Train says it
    /// again.
    /// </summary>
    public void EndWith(int epoch) => _lastEpoch = epoch;

    /// <summary>Goes to a place in an epoch; without one to the start of an epoch.</summary>
    public void Enter(EpochCursor? cursor = null)
    {
        Cursor.Dispose();
        Cursor = cursor ?? new EpochCursor();
    }

    /// <summary>Tells the schedule of beta what has happened.</summary>
    /// <exception cref="InvalidOperationException">It gave no beta.</exception>
    public void Advance(int step, int? steps, double fit, double divergence, double epochFit, double epochDivergence)
    {
        var signal = new BetaSignal(
            EpochsDone + (steps is { } known ? (double)step / known : 0), steps == step, fit, divergence, epochFit, epochDivergence)
        {
            LastEpoch = _lastEpoch,
        };
        var beta = Schedule.Next(Beta, signal);
        if (!double.IsFinite(beta) || beta < 0)
            throw new InvalidOperationException(
                $"The beta schedule {_setup.BetaName} gave {beta} after {signal.Epochs:G4} epochs. Beta is a finite number that is not negative.");
        Beta = beta;
    }

    /// <summary>Every number, once: written down or read back.</summary>
    public void Exchange(CheckpointFields fields)
    {
        EpochsDone = fields.Count("epochs_done", EpochsDone);
        FirstEpoch = fields.Count("first_epoch", FirstEpoch);
        StepsDone = fields.Whole(CheckpointFields.StepsDone, StepsDone);
        BatchesOfEpoch = (int?)fields.Known("batches_of_epoch", BatchesOfEpoch, least: 1, most: int.MaxValue);
        Examples = fields.Known(CheckpointFields.Examples, Examples, least: 1);
        Beta = fields.NotNegative("beta", Beta);
        Noise.Exchange(fields);
        RollBacks = fields.Count("roll_backs", RollBacks);
        SkippedInARow = fields.Count("skipped_in_a_row", SkippedInARow);
        BestScore = fields.Number("best_score", BestScore);
    }

    /// <summary>Checks that every number is there, and changes none.</summary>
    public void RequireNumbers(CheckpointFields fields) => new TrainerState(_setup, Schedule).Exchange(fields);

    public void Dispose()
    {
        Stopping?.Dispose();
        Steps?.Dispose();
        Cursor.Dispose();
    }
}
