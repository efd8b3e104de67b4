namespace BayesGen;

/// <summary>
/// The weight beta of the divergence over the course of a training, as a description that never changes: any number of trainers can be
/// given one. A bare number converts to a constant.
/// </summary>
/// <remarks>
/// Each trainer begins a <see cref="RunningBeta"/> of its own, which is asked after every step. It gets the present beta and returns the
/// next one, so that several schedules can work on one number: see <see cref="ChainedBeta"/>.
/// </remarks>
public abstract class BetaSchedule
{
    /// <summary>The beta of the first step; finite, not negative.</summary>
    public abstract double Initial { get; }

    /// <summary>
    /// Whether it looks at losses. Where it does not, they may be NaN in what it is told, and a device need not be waited for after every
    /// step.
    /// </summary>
    public virtual bool NeedsLosses => true;

    /// <summary>Begins a run of its own for one training: what the schedule remembers from step to step lives there.</summary>
    /// <returns>A new object each time, unless the run remembers nothing.</returns>
    public abstract RunningBeta Begin();

    /// <summary>A constant beta.</summary>
    /// <param name="beta">Not negative.</param>
    public static implicit operator BetaSchedule(double beta) => new ConstantBeta(beta);

    internal static double NotNegative(double value, string name) => double.IsFinite(value) && value >= 0
        ? value
        : throw new ArgumentOutOfRangeException(name, value, "beta is a finite number that is not negative.");
}

/// <summary>A <see cref="BetaSchedule"/> at work in one training.</summary>
public abstract class RunningBeta
{
    /// <summary>The beta of the next step; finite, not negative.</summary>
    /// <param name="beta">The present beta.</param>
    /// <param name="signal">What has happened.</param>
    public abstract double Next(double beta, BetaSignal signal);

    /// <summary>
    /// Whether beta is still on its way by this schedule, as in a warm-up. Schedules chained behind it neither change beta nor watch until
    /// it has arrived: what they would see is the fit of a network that does not pay for its weights yet. Early stopping waits likewise.
    /// </summary>
    public virtual bool IsUnderWay => false;

    /// <summary>
    /// Writes down what it has seen, for a checkpoint. A run that remembers something from step to step overrides this and
    /// <see cref="Restore"/>; beta itself is kept by the trainer.
    /// </summary>
    /// <param name="state">Takes numbers by names of the run's own choice; every bit of them comes back.</param>
    public virtual void Save(IDictionary<string, double> state)
    {
    }

    /// <summary>
    /// Continues where <see cref="Save"/> was called, perhaps in another process. What is thrown here refuses the checkpoint.
    /// </summary>
    /// <param name="state">The numbers by name.</param>
    public virtual void Restore(IReadOnlyDictionary<string, double> state)
    {
    }
}

/// <summary>What a <see cref="RunningBeta"/> is told.</summary>
/// <param name="Epochs">The epochs done so far, parts included: 2.5 is the middle of the third.</param>
/// <param name="EndsEpoch">Whether the step was the last of its epoch.</param>
/// <param name="Fit">The fit loss of the step; NaN where the step was skipped.</param>
/// <param name="Divergence">The divergence in nats, likewise.</param>
/// <param name="EpochFit">The mean fit loss of the epoch so far.</param>
/// <param name="EpochDivergence">The mean divergence of the epoch so far.</param>
public readonly record struct BetaSignal(
    double Epochs, bool EndsEpoch, double Fit, double Divergence, double EpochFit, double EpochDivergence)
{
    /// <summary>The epochs that will be done when this training ends, unless it is stopped early.</summary>
    public int LastEpoch { get; init; }
}

/// <summary>Beta stays what it is.</summary>
public sealed class ConstantBeta : BetaSchedule
{
    private static readonly RunningBeta Unchanging = new RunningConstant();

    /// <summary>A constant.</summary>
    /// <param name="beta">Not negative; 1 is the true ELBO.</param>
    public ConstantBeta(double beta) => Initial = NotNegative(beta, nameof(beta));

    /// <inheritdoc/>
    public override double Initial { get; }

    /// <inheritdoc/>
    public override bool NeedsLosses => false;

    /// <inheritdoc/>
    public override RunningBeta Begin() => Unchanging;

    private sealed class RunningConstant : RunningBeta
    {
        public override double Next(double beta, BetaSignal signal) => beta;
    }
}

/// <summary>
/// Beta rises in a straight line, so that the network first fits the data and then pays for its weights. Sonderby et al., "Ladder
/// Variational Autoencoders", 2016.
/// </summary>
public sealed class LinearWarmup : BetaSchedule
{
    private readonly double _epochs;
    private readonly double _after;
    private readonly double _to;
    private readonly bool _isHalf;

    /// <summary>From 0 at epoch <paramref name="after"/> to <paramref name="to"/> within <paramref name="epochs"/> epochs.</summary>
    /// <param name="epochs">The length of the rise in epochs, positive; parts of an epoch count.</param>
    /// <param name="to">The final beta.</param>
    /// <param name="after">The epochs with beta 0 before the rise.</param>
    public LinearWarmup(double epochs, double to = 1, double after = 0)
    {
        if (!double.IsFinite(epochs) || epochs <= 0)
            throw new ArgumentOutOfRangeException(nameof(epochs), epochs, "A warm-up takes a positive number of epochs.");
        if (!double.IsFinite(after) || after < 0)
            throw new ArgumentOutOfRangeException(nameof(after), after, "A warm-up begins after a number of epochs that is not negative.");
        _epochs = epochs;
        _after = after;
        _to = NotNegative(to, nameof(to));
    }

    private LinearWarmup(double longest, bool isHalf) : this(longest) => _isHalf = isHalf;

    /// <inheritdoc/>
    public override double Initial => 0;

    /// <summary>From 0 to 1 within half of the training, whose length the data decides, or within a number of epochs.</summary>
    /// <param name="longest">The number of epochs that it takes at most.</param>
    internal static LinearWarmup OfHalf(double longest) => new(longest, isHalf: true);

    /// <inheritdoc/>
    public override bool NeedsLosses => false;

    /// <inheritdoc/>
    public override RunningBeta Begin() => new RunningWarmup(this);

    private sealed class RunningWarmup(LinearWarmup schedule) : RunningBeta
    {
        private bool _isDone;

        public override bool IsUnderWay => !_isDone;

        public override double Next(double beta, BetaSignal signal)
        {
            // Once the top is reached the number belongs to the schedules chained behind.
            if (_isDone)
                return beta;
            var epochs = schedule._isHalf ? Math.Min(0.5 * signal.LastEpoch, schedule._epochs) : schedule._epochs;
            var progress = (signal.Epochs - schedule._after) / epochs;
            _isDone = progress >= 1;
            return schedule._to * Math.Clamp(progress, 0, 1);
        }

        public override void Save(IDictionary<string, double> state) => state["done"] = _isDone ? 1 : 0;

        public override void Restore(IReadOnlyDictionary<string, double> state) => _isDone = state["done"] != 0;
    }
}
