using BayesGen.Parameters;

namespace BayesGen.Training;

/// <summary>One step, from a batch to parameters that have moved.</summary>
/// <param name="setup">What is trained.</param>
/// <param name="state">Where it is.</param>
/// <param name="guard">Looks whether the step is finite.</param>
internal sealed class StepRunner(TrainingSetup setup, TrainerState state, NonFiniteGuard guard) : IDisposable
{
    private IGradientGatherer? _gatherer;
    private LayerRates? _layers;

    /// <summary>What the divergence is divided by in the running training.</summary>
    private long _sharedBy;

    /// <summary>
    /// Makes optimizers and replicas, where there are none for the parameters of the network: moving it makes new parameters, so that an
    /// optimizer made before is of no use after.
    /// </summary>
    /// <param name="sharedBy">What the divergence is divided by.</param>
    /// <param name="isResumed">Whether a checkpoint will be loaded, so that nothing may be written as for a fresh training.</param>
    public void Prepare(long sharedBy, bool isResumed = false)
    {
        _sharedBy = sharedBy;
        var parameters = OptimizedParameter.Of(setup.Arena.Inventory).ToList();
        if (state.Steps is not null && _gatherer is not null
            && parameters.Select(entry => entry.Parameter).SequenceEqual(state.Steps.Parameters, ReferenceEqualityComparer.Instance))
            return;
        Release();
        ITrainingSteps steps = state.Steps = setup.Ivon is not { } ivon
            ? new PosteriorSteps(parameters, setup.Options)
            : new IvonSteps(
                setup.Arena, setup.Options, ivon, () => _sharedBy / state.Beta, isFresh: state.StepsDone == 0 && !isResumed);
        _gatherer = setup.Group.GathererOver(new SampleExecutor(setup, steps), steps, setup);
        _layers = setup.Options.LearningRateFactorsOfLayers.Count == 0 ? null : new LayerRates(setup.Arena, setup.Options);
    }

    /// <summary>What is not trained may have changed since the last training.</summary>
    public void Refresh() => _gatherer!.Refresh();

    /// <summary>Takes a step.</summary>
    /// <exception cref="NonFiniteLossException">It is not finite, and was not taken.</exception>
    public PendingStepResult Run((Tensor Inputs, Tensor Targets) batch, StepPlace place)
    {
        using var scope = NewDisposeScope();
        var moved = setup.Network.Move(batch);
        setup.Arena.ZeroGradients(setToNone: false);
        var result = new PendingStepResult(place, state.StepsDone + 1, moved.Targets.size(0), state.Beta);
        try
        {
            var sums = _gatherer!.Gather(new StepWork(setup, guard, place, moved, state.Beta, _sharedBy));
            result.Take(sums);
            guard.GiveUpLostGradients(sums);
            var noise = sums.Noise is { } learned && !setup.Arena.Freezing.IsFrozen(learned.LogSigma) ? learned : null;
            if (noise is not null)
                ClosedFormNoise.Claim(noise.LogSigma);
            MoveParameters(place);
            if (noise is not null)
                ClosedFormNoise.Step(
                    noise.LogSigma, noise.Squared, isFirst: state.StepsDone == 0,
                    setup.Options.Bounds.TryGetValue(OptimizedParameter.DeterministicKind, out var bounds) ? bounds : null);
        }
        catch
        {
            // A gradient that no step took would be blamed on the user by the next draw.
            result.Dispose();
            setup.Arena.ZeroGradients(setToNone: false);
            throw;
        }

        state.StepsDone++;
        return result;
    }

    /// <summary>Lets go of optimizers and replicas.</summary>
    public void Release()
    {
        _gatherer?.Dispose();
        state.Steps?.Dispose();
        _layers?.Dispose();
        (_gatherer, state.Steps, _layers) = (null, null, null);
    }

    public void Dispose() => Release();

    private void MoveParameters(StepPlace place)
    {
        using var frozen = setup.Arena.Freezing.KeepDuringStep();
        guard.CheckGradients(place, _gatherer!.IsAnywhere);
        _layers?.Keep();
        state.Steps!.Step();
        _layers?.Shorten();
    }
}
