namespace BayesGen;

/// <summary>The part of the loss that a <see cref="PlateauBeta"/> watches.</summary>
public enum LossPart
{
    /// <summary>The fit loss.</summary>
    Fit,

    /// <summary>The divergence.</summary>
    Divergence,
}

/// <summary>
/// Multiplies beta by a factor when a part of the loss has stopped improving: a factor above 1 presses harder for sparsity once the fit
/// is as good as it gets, one below 1 gives way once the divergence is.
/// </summary>
/// <remarks>
/// A value improves when it is at most best - |best| * threshold. After <see cref="Patience"/> values in a row that do not, beta changes,
/// is clipped, and the count begins again. What is NaN is not a value: it neither improves nor counts.
/// </remarks>
public sealed class PlateauBeta : BetaSchedule
{
    /// <summary>Changes smaller than this are not made, as in the Python library.</summary>
    private const double SmallestChange = 1e-8;

    private readonly double _initial;
    private readonly double _factor;
    private readonly double _threshold;

    /// <summary>A plateau schedule.</summary>
    /// <param name="beta">The beta to begin with, where this schedule is alone or first in a chain.</param>
    /// <param name="factor">What beta is multiplied by; positive.</param>
    /// <param name="patience">The number of values in a row without improvement; not negative, and 0 counts as 1.</param>
    /// <param name="threshold">The relative improvement that counts; not negative.</param>
    public PlateauBeta(double beta, double factor, int patience, double threshold = 1e-4)
    {
        _initial = NotNegative(beta, nameof(beta));
        _factor = double.IsFinite(factor) && factor > 0
            ? factor
            : throw new ArgumentOutOfRangeException(nameof(factor), factor, "The factor of a plateau schedule is positive.");
        ArgumentOutOfRangeException.ThrowIfNegative(patience);
        Patience = patience;
        _threshold = NotNegative(threshold, nameof(threshold));
    }

    /// <summary>The number of values in a row without improvement after which beta changes.</summary>
    public int Patience { get; }

    /// <summary>The part of the loss to watch.</summary>
    public LossPart Watches { get; init; } = LossPart.Fit;

    /// <summary>Whether the mean of each epoch is watched instead of every step.</summary>
    public bool PerEpoch { get; init; }

    /// <summary>The lowest beta.</summary>
    public double Min { get; init; } = 1e-9;

    /// <summary>The highest beta.</summary>
    public double Max { get; init; } = 1;

    /// <summary>
    /// Whether to count as the Python library does: the count is not begun again after a change, so beta changes at every further value
    /// without improvement.
    /// </summary>
    public bool SeedCompatible { get; init; }

    /// <inheritdoc/>
    public override double Initial => _initial;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Min and Max are not a range.</exception>
    public override RunningBeta Begin() => Min >= 0 && Min <= Max && double.IsFinite(Max)
        ? new RunningPlateau(this)
        : throw new InvalidOperationException(
            $"{nameof(PlateauBeta)} keeps beta between {nameof(Min)}, {Min}, and {nameof(Max)}, {Max}: two finite numbers, not negative, the "
            + "lower one first.");

    private sealed class RunningPlateau(PlateauBeta schedule) : RunningBeta
    {
        private double _best = double.PositiveInfinity;
        private int _notImproved;

        public override double Next(double beta, BetaSignal signal)
        {
            if (schedule.PerEpoch && !signal.EndsEpoch)
                return beta;
            return (schedule.Watches, schedule.PerEpoch) switch
            {
                (LossPart.Fit, false) => Next(beta, signal.Fit),
                (LossPart.Fit, true) => Next(beta, signal.EpochFit),
                (_, false) => Next(beta, signal.Divergence),
                _ => Next(beta, signal.EpochDivergence),
            };
        }

        public override void Save(IDictionary<string, double> state)
        {
            state["best"] = _best;
            state["not_improved"] = _notImproved;
        }

        public override void Restore(IReadOnlyDictionary<string, double> state) =>
            (_best, _notImproved) = (state["best"], state["not_improved"] is >= 0 and <= int.MaxValue and var count
                ? (int)count
                : throw new FormatException("'not_improved' is not a count."));

        private double Next(double beta, double loss)
        {
            if (double.IsNaN(loss))
                return beta;
            var improves = double.IsPositiveInfinity(_best) || loss <= _best - Math.Abs(_best) * schedule._threshold;
            if (improves)
                _best = loss;
            _notImproved = improves ? 0 : _notImproved + 1;

            // The Python library asks for count >= patience alone, so that a patience of 0 changes beta even at an improvement.
            if (_notImproved < schedule.Patience || (improves && !schedule.SeedCompatible))
                return beta;
            if (!schedule.SeedCompatible)
                _notImproved = 0;
            var next = Math.Clamp(beta * schedule._factor, schedule.Min, schedule.Max);
            return Math.Abs(next - beta) > SmallestChange ? next : beta;
        }
    }
}
