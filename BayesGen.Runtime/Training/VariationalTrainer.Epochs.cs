using System.Diagnostics;
using BayesGen.Data;
using BayesGen.Kernels;
using BayesGen.Reporting;

namespace BayesGen.Training;

/// <summary>The loop over the batches of an epoch, from its start or from the place of a checkpoint.</summary>
public sealed partial class VariationalTrainer
{
    private EpochResult TrainEpoch(
        BatchSource train, BatchSource? validation, long examples, int last, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var epoch = _epochsDone + 1;
        var steps = (int?)train.BatchCount(Options.BatchSize) ?? _stepsOfEpoch;
        if (_place is { Step: > 0 } && _stepsOfEpoch is { } expected && steps != expected)
            throw new ArgumentException(
                $"The checkpoint was written inside an epoch of {expected} batches, and the training data makes {steps}: it is other data, or "
                + "in batches of another size.");
        using (Model.Arena.TakeTurn())
            _modesOfTraining?.Restore();
        var place = Enter(train);
        using (var batches = Batches(train, place))
        {
            while (Next(batches, cancellation))
            {
                var step = place.Step + 1;
                StepReading? reading;
                string? notice;
                try
                {
                    SetLearningRate(_epochsDone + (steps is { } known ? (step - 1.0) / known : 0), last);
                    reading = TryStep(batches.Current, epoch, step, steps, examples, out notice);
                }
                finally
                {
                    LetGo(train, batches.Current);
                }

                place.Step = step;
                if (notice is not null)
                    Notice(notice);
                if (reading is null)
                {
                    place.Skipped++;
                    TellOfSkipped(place, steps);
                    continue;
                }

                Take(reading, place, steps);
                if (Options.ManageMemory)
                    ProcessMemory.Sweep();
                SaveStep(place, steps);
            }
        }

        ReadAll(place, steps);
        if (place.Step == 0)
            throw new ArgumentException(
                "The training data holds no batches. A sequence that can be enumerated only once serves one epoch.");
        if (place.Sums.Examples == 0 && _leftOut > 0)
            throw CannotLearnFromOne();
        RequireFiniteWeights(epoch, place.Step);
        using (Model.Arena.TakeTurn())
        {
            // Within one turn: a prediction of another thread has the network in evaluation mode for a while.
            _modesOfTraining = new ModuleModes(Model);
            Model.train(false);
        }

        var evaluation = validation is null ? null : EvaluateOn(validation, Options.Threshold, ExamplesOf(validation), cancellation);
        _epochsDone++;
        _stepsOfEpoch = place.Step;
        var sums = place.Sums;
        var elbo = -(sums.Fit + sums.Divergence / (_trainingExamples ?? sums.Examples));
        var epochResult = new EpochResult(
            epoch, last, sums.Total, sums.Fit, sums.Divergence, elbo, Beta, _steps!.LearningRate, sums.Metrics, evaluation, clock.Elapsed)
        {
            SkippedSteps = place.Skipped,
        };
        Leave();
        return epochResult;
    }

    /// <summary>The place that a checkpoint left, or the start of an epoch.</summary>
    private EpochPlace Enter(BatchSource train)
    {
        _place ??= new EpochPlace();
        if (_place.SourceEpoch is { } own)
            train.OwnEpoch = own;
        if (_place.RandomOfEpoch is { } random)
            TorchRandom.Write(random);
        else if (KeepsPlaces)
            _place.RandomOfEpoch = TorchRandom.Read().DetachFromDisposeScope();
        KeepStart();
        return _place;
    }

    /// <summary>Forgets the place in the epoch.</summary>
    private void Leave()
    {
        ForgetUnread();
        _place?.Dispose();
        _place = null;
    }

    /// <summary>The batches of the epoch after those that are done.</summary>
    private IEnumerator<(Tensor Inputs, Tensor Targets)> Batches(BatchSource train, EpochPlace place)
    {
        var rest = place.Step == 0 ? null : train.BatchesFrom(Options.BatchSize, Options.Shuffle, Options.Seed, _epochsDone, place.Step);
        var batches = (rest ?? train.Batches(Options.BatchSize, Options.Shuffle, Options.Seed, _epochsDone)).GetEnumerator();
        try
        {
            for (var step = 0; rest is null && step < place.Step; step++)
            {
                if (!batches.MoveNext())
                    throw new ArgumentException(
                        $"The checkpoint was written after {place.Step} batches of an epoch, and the training data has {step}: it is other data.");
                LetGo(train, batches.Current);
            }
        }
        catch
        {
            batches.Dispose();
            throw;
        }

        if (place.Random is { } random)
        {
            TorchRandom.Write(random);
            place.Random = null;
            random.Dispose();
        }

        return batches;
    }

    /// <summary>Moves to the next batch, unless the training is canceled: then it ends between two steps.</summary>
    private static bool Next(IEnumerator<(Tensor Inputs, Tensor Targets)> batches, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return batches.MoveNext();
    }

    private static double Part(Func<double, double> schedule, double progress) =>
        schedule(progress) is var part && double.IsFinite(part) && part >= 0
            ? part
            : throw new InvalidOperationException(
                $"TrainerOptions.LearningRateSchedule gave {part} at progress {progress:G4}. It gives a factor on the learning rate: finite, not "
                + "negative.");

    private static void LetGo(BatchSource source, (Tensor Inputs, Tensor Targets) batch)
    {
        if (!source.HandsOverBatches)
            return;
        batch.Inputs.Dispose();
        batch.Targets.Dispose();
    }

    private void SetLearningRate(double epochs, int last)
    {
        if (Options.LearningRateSchedule is { } schedule)
            _steps!.Schedule(Part(schedule, epochs / last));
    }
}
