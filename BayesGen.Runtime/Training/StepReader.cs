using BayesGen.Parameters;
using BayesGen.Reporting;

namespace BayesGen.Training;

/// <summary>
/// Reads the numbers of steps and tells them on, to the schedule of beta, to hooks and to the report: at once where they lie in memory,
/// every so many steps where a device has them.
/// </summary>
/// <param name="setup">What is trained.</param>
/// <param name="state">Where it is.</param>
/// <param name="guard">Looks at what is read.</param>
/// <param name="hooks">The hooks of the options, for the trainer that they belong to.</param>
internal sealed class StepReader(
    TrainingSetup setup, TrainerState state, NonFiniteGuard guard, IReadOnlyList<Action<StepResult>> hooks)
{
    /// <summary>Steps between two readings of a device; each makes the host wait until the device is done.</summary>
    private const int StepsPerReading = 50;

    private readonly List<PendingStepResult> _unread = [];
    private IReadOnlyList<FamilyArena>? _familiesOfSteps;
    private IReadOnlyList<TorchSharp.Modules.Parameter?> _priorsOfSteps = [];
    private bool _readsLate;

    /// <summary>Reads late on the CPU too, for tests.</summary>
    public bool ReadsLateEverywhere { get; set; }

    /// <summary>Decides when a training is read, and remembers what its steps were made for.</summary>
    /// <returns>Whether it is read late: where nobody asks for the numbers of a step before the next one.</returns>
    public bool Begin()
    {
        _familiesOfSteps = setup.Arena.Families;
        _priorsOfSteps = [.. setup.Arena.Families.Select(arena => arena.Priors.Learned)];
        return _readsLate = (ReadsLateEverywhere || setup.Arena.Device.type != DeviceType.CPU)
            && setup.Options.Group is null
            && hooks.Count == 0
            && setup.Options.Report?.NeedsSteps != true
            && !setup.Beta.NeedsLosses
            && setup.Options.NonFinite == NonFinitePolicy.Stop;
    }

    /// <summary>Takes a step's numbers in, now or with others.</summary>
    public void Take(PendingStepResult result)
    {
        _unread.Add(result);
        if (_readsLate)
            state.Advance(result.Place.Step, result.Place.Steps, double.NaN, double.NaN, double.NaN, double.NaN);
        if (!_readsLate || _unread.Count >= StepsPerReading)
            ReadAll();
    }

    /// <summary>A step that was skipped has no losses, but an epoch may end with it, which a schedule must not miss.</summary>
    public void TakeSkipped(StepPlace place) => state.Advance(
        place.Step, place.Steps, double.NaN, double.NaN, state.Cursor.Means.Fit, state.Cursor.Means.Divergence);

    /// <summary>Reads every step that was not read yet.</summary>
    /// <exception cref="NonFiniteLossException">The loss of one of them was not finite.</exception>
    public void ReadAll()
    {
        try
        {
            foreach (var pending in _unread)
                Tell(pending.Read(), pending.Place);
            if (_unread.Count > 0)
                guard.KeepBuffers(_unread[^1]);
        }
        finally
        {
            Forget();
        }
    }

    /// <summary>Forgets what was not read.</summary>
    public void Forget()
    {
        foreach (var pending in _unread)
            pending.Dispose();
        _unread.Clear();
    }

    private void Tell(StepResult result, StepPlace place)
    {
        guard.CheckResult(result, _unread[^1].Place.Step);
        var means = state.Cursor.Means;
        means.Add(result);
        if (!_readsLate)
            state.Advance(place.Step, place.Steps, result.Fit, result.Divergence, means.Fit, means.Divergence);
        foreach (var hook in hooks)
        {
            hook(result);
            RequireSameParameters();
        }

        setup.Options.Report?.OnStep(result);
    }

    /// <summary>Looks whether a hook gave the training something to train that it does not know.</summary>
    private void RequireSameParameters()
    {
        setup.RequireLiving();
        if (!ReferenceEquals(_familiesOfSteps, setup.Arena.Families))
            throw new InvalidOperationException(
                "A hook moved the network while it trains, which makes new parameters. Move it before Train, or between two calls.");
        for (var i = 0; i < _priorsOfSteps.Count; i++)
            if (!ReferenceEquals(_priorsOfSteps[i], setup.Arena.Families[i].Priors.Learned))
                throw new InvalidOperationException(
                    $"A hook set a prior of the {setup.Arena.Families[i].Family.Name} weights that is learned, or replaced one, while the "
                    + "network trains: the optimizer does not have its numbers. Set it before Train, or between two calls.");
    }
}
