using BayesGen.Reporting;

namespace BayesGen.Training;

/// <summary>When the numbers of a step are read: at once where they lie in memory, every so many steps where a device has them.</summary>
public sealed partial class VariationalTrainer
{
    /// <summary>Steps between two readings of a device; each makes the host wait until the device is done.</summary>
    private const int StepsPerReading = 50;

    private readonly List<StepReading> _unread = [];
    private bool _readsLate;

    /// <summary>Reads late on the CPU too, for tests.</summary>
    internal bool ReadsLateEverywhere { get; set; }

    /// <summary>Whether nobody asks for the numbers of a step before the next one.</summary>
    private bool CanReadLate =>
        (ReadsLateEverywhere || Model.Arena.Device.type != DeviceType.CPU)
        && Options.Hooks.Count == 0
        && Options.Report?.NeedsSteps != true
        && !_scheduleNeedsLosses
        && Options.NonFinite == NonFinitePolicy.Stop;

    /// <summary>Takes a step's numbers in, now or with others.</summary>
    private void Take(StepReading reading, EpochPlace place, int? steps)
    {
        _unread.Add(reading);
        if (_readsLate)
            Next(SignalOf(reading.Step, steps, double.NaN, double.NaN, double.NaN, double.NaN));
        if (!_readsLate || _unread.Count >= StepsPerReading)
            ReadAll(place, steps);
    }

    /// <summary>A step that was skipped has no losses, but an epoch may end with it, which a schedule must not miss.</summary>
    private void TellOfSkipped(EpochPlace place, int? steps) => Next(
        SignalOf(place.Step, steps, double.NaN, double.NaN, place.Sums.Fit, place.Sums.Divergence));

    /// <summary>Reads every step that was not read yet.</summary>
    /// <exception cref="NonFiniteLossException">The loss of one of them was not finite.</exception>
    private void ReadAll(EpochPlace place, int? steps)
    {
        try
        {
            foreach (var reading in _unread)
            {
                var result = reading.Read();
                if (_readsLate && !(double.IsFinite(result.Fit) && double.IsFinite(result.Divergence)))
                {
                    RestoreBuffers();
                    throw NonFiniteLossException.FoundLate(
                        result.Epoch, result.Step, result.Fit, result.Divergence, _unread[^1].Step, Model.Arena.FirstNotFinite());
                }

                if (_readsLate && HasGrown(result.Fit))
                    throw NonFiniteLossException.OfGrowth(result.Epoch, result.Step, result.Fit, _firstFit!.Value, _unread[^1].Step);
                RememberFit(result);
                place.Sums.Add(result);
                if (!_readsLate)
                    Next(SignalOf(result.Step, steps, result.Fit, result.Divergence, place.Sums.Fit, place.Sums.Divergence));
                foreach (var hook in Options.Hooks)
                {
                    hook(this, result);
                    RequireSameParameters();
                }

                Options.Report?.OnStep(result);
            }

            if (_readsLate && _unread.Count > 0)
                KeepBuffers(_unread[^1]);
        }
        finally
        {
            ForgetUnread();
        }
    }

    private void Next(BetaSignal signal)
    {
        var beta = _schedule.Next(Beta, signal);
        if (!double.IsFinite(beta) || beta < 0)
            throw new InvalidOperationException(
                $"The beta schedule {_scheduleName} gave {beta} after {signal.Epochs:G4} epochs. Beta is a finite number that is not negative.");
        Beta = beta;
    }

    private void ForgetUnread()
    {
        foreach (var reading in _unread)
            reading.Dispose();
        _unread.Clear();
    }

    private BetaSignal SignalOf(int step, int? steps, double fit, double divergence, double epochFit, double epochDivergence) => new(
        _epochsDone + (steps is { } known ? (double)step / known : 0), steps == step, fit, divergence, epochFit, epochDivergence);
}
