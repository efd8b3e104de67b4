namespace BayesGen;

/// <summary>The weight beta of the divergence over the course of a training. A bare number converts to a constant.</summary>
/// <remarks>
/// A schedule is asked once before the first step and then after every step. It gets the present beta and returns the next one, so that
/// several schedules can work on one number: see <see cref="ChainedBeta"/>.
/// </remarks>
public abstract class BetaSchedule
{
    /// <summary>The beta of the first step.</summary>
    public abstract double Initial { get; }

    /// <summary>The beta of the next step.</summary>
    /// <param name="beta">The present beta.</param>
    /// <param name="signal">What has happened.</param>
    public abstract double Next(double beta, BetaSignal signal);

    /// <summary>
    /// Whether beta is still on its way by this schedule, as in a warm-up. Schedules chained behind it neither change beta nor watch until
    /// it has arrived: what they would see is the fit of a network that does not pay for its weights yet.
    /// </summary>
    public virtual bool IsUnderWay => false;

    /// <summary>
    /// Whether <see cref="Next"/> looks at losses. Where it does not, they may be NaN in what it is told, and a device need not be waited
    /// for after every step.
    /// </summary>
    public virtual bool NeedsLosses => true;

    /// <summary>Forgets what it has seen; called when a training begins.</summary>
    public virtual void Reset()
    {
    }

    /// <summary>
    /// Writes down what it has seen, for a checkpoint. A schedule that remembers something from step to step overrides this and
    /// <see cref="Restore"/>; beta itself is kept by the trainer.
    /// </summary>
    /// <param name="state">Takes numbers by names of the schedule's own choice; every bit of them comes back.</param>
    public virtual void Save(IDictionary<string, double> state)
    {
    }

    /// <summary>Goes on where <see cref="Save"/> was called, perhaps in another process. What is thrown here refuses the checkpoint.</summary>
    /// <param name="state">The numbers by name.</param>
    public virtual void Restore(IReadOnlyDictionary<string, double> state)
    {
    }

    /// <summary>A constant beta.</summary>
    /// <param name="beta">Not negative.</param>
    public static implicit operator BetaSchedule(double beta) => new ConstantBeta(beta);

    internal static double NotNegative(double value, string name) => double.IsFinite(value) && value >= 0
        ? value
        : throw new ArgumentOutOfRangeException(name, value, "beta is a finite number that is not negative.");
}

/// <summary>What a <see cref="BetaSchedule"/> is told.</summary>
/// <param name="Epochs">The epochs done so far, parts included: 2.5 is the middle of the third.</param>
/// <param name="EndsEpoch">Whether the step was the last of its epoch.</param>
/// <param name="Fit">The fit loss of the step; NaN where the step was skipped.</param>
/// <param name="Divergence">The divergence in nats, likewise.</param>
/// <param name="EpochFit">The mean fit loss of the epoch so far.</param>
/// <param name="EpochDivergence">The mean divergence of the epoch so far.</param>
public readonly record struct BetaSignal(
    double Epochs, bool EndsEpoch, double Fit, double Divergence, double EpochFit, double EpochDivergence);

/// <summary>Beta stays what it is.</summary>
public sealed class ConstantBeta : BetaSchedule
{
    /// <summary>A constant.</summary>
    /// <param name="beta">Not negative; 1 is the true ELBO.</param>
    public ConstantBeta(double beta) => Initial = NotNegative(beta, nameof(beta));

    /// <inheritdoc/>
    public override double Initial { get; }

    /// <inheritdoc/>
    public override double Next(double beta, BetaSignal signal) => beta;

    /// <inheritdoc/>
    public override bool NeedsLosses => false;
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
    private bool _isDone;

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

    /// <inheritdoc/>
    public override double Initial => 0;

    /// <inheritdoc/>
    public override bool IsUnderWay => !_isDone;

    /// <inheritdoc/>
    public override bool NeedsLosses => false;

    /// <inheritdoc/>
    public override double Next(double beta, BetaSignal signal)
    {
        // Once the top is reached the number belongs to the schedules chained behind.
        if (_isDone)
            return beta;
        var progress = (signal.Epochs - _after) / _epochs;
        _isDone = progress >= 1;
        return _to * Math.Clamp(progress, 0, 1);
    }

    /// <inheritdoc/>
    public override void Reset() => _isDone = false;

    /// <inheritdoc/>
    public override void Save(IDictionary<string, double> state) => state["done"] = _isDone ? 1 : 0;

    /// <inheritdoc/>
    public override void Restore(IReadOnlyDictionary<string, double> state) => _isDone = state["done"] != 0;
}

/// <summary>
/// Several schedules on one beta: each gets what the one before it returned, once that one is not under way any more. The first one gives
/// the start.
/// </summary>
public sealed class ChainedBeta : BetaSchedule
{
    private readonly IReadOnlyList<BetaSchedule> _schedules;

    /// <summary>A chain.</summary>
    /// <param name="schedules">At least one schedule.</param>
    public ChainedBeta(params IReadOnlyList<BetaSchedule> schedules) => _schedules = schedules.Count > 0
        ? schedules
        : throw new ArgumentException("A chain of beta schedules needs at least one.", nameof(schedules));

    /// <inheritdoc/>
    public override double Initial => _schedules[0].Initial;

    /// <inheritdoc/>
    public override double Next(double beta, BetaSignal signal)
    {
        foreach (var schedule in _schedules)
        {
            var wasUnderWay = schedule.IsUnderWay;
            beta = schedule.Next(beta, signal);
            if (wasUnderWay)
                return beta;
        }

        return beta;
    }

    /// <inheritdoc/>
    public override bool NeedsLosses => _schedules.Any(schedule => schedule.NeedsLosses);

    /// <inheritdoc/>
    public override bool IsUnderWay => _schedules.Any(schedule => schedule.IsUnderWay);

    /// <inheritdoc/>
    public override void Reset()
    {
        foreach (var schedule in _schedules)
            schedule.Reset();
    }

    /// <inheritdoc/>
    public override void Save(IDictionary<string, double> state)
    {
        for (var i = 0; i < _schedules.Count; i++)
        {
            var own = new Dictionary<string, double>();
            _schedules[i].Save(own);
            foreach (var (name, value) in own)
                state[$"{i}.{name}"] = value;
        }
    }

    /// <inheritdoc/>
    public override void Restore(IReadOnlyDictionary<string, double> state)
    {
        for (var i = 0; i < _schedules.Count; i++)
        {
            var prefix = $"{i}.";
            _schedules[i].Restore(state
                .Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
                .ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value));
        }
    }

    /// <summary>The names of the schedules in order.</summary>
    public override string ToString() => $"{nameof(ChainedBeta)}({string.Join(", ", _schedules)})";
}
