using BayesGen.Data;

namespace BayesGen.Tests.Resilience;

/// <summary>A step that comes out as NaN: the training stops, continues without it, or goes back.</summary>
[Trait("Lane", "Slow")]
public sealed class ResilienceNonFiniteTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen-resilience").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void SkipsAndCountsABadBatch()
    {
        using var data = ResilienceTraining.Data();
        using (no_grad())
            data.Inputs[11, 2] = float.NaN;
        using var validation = ResilienceTraining.Data(2);
        using var model = ResilienceTraining.Network(3);
        var (told, steps) = (new Notices(), new List<(int, int)>());
        using var trainer = model.CreateTrainer(ResilienceTraining.Options() with
        {
            NonFinite = NonFinitePolicy.Skip(1),
            Report = told,
            Shuffle = false,
            Hooks = [(_, step) => steps.Add((step.Epoch, step.Step))],
        });
        var result = trainer.Train(data, validation);
        Assert.All(result.Epochs, epoch => Assert.Equal(1, epoch.SkippedSteps));
        Assert.All(result.Epochs, epoch => Assert.True(double.IsFinite(epoch.Total + epoch.Elbo + epoch.Validation!.Elbo)));
        Assert.Equal(
            Enumerable.Range(1, 8)
                .SelectMany(epoch => Enumerable.Range(1, 12).Where(step => step != 2).Select(step => (epoch, step))), steps);
        Assert.Equal(ResilienceTraining.Epochs, told.All.Count);
        Assert.Equal(told.All, result.Notices);
        Assert.Contains("step 2 of epoch 1", told.All[0]);

        // The running means have been through the bad batch too.
        Assert.All(model.state_dict(), entry => Assert.True(entry.Value.isfinite().all().item<bool>(), entry.Key));
    }

    /// <summary>A schedule of epochs counts an epoch whose last batch was skipped as it counts one whose first was.</summary>
    [Fact]
    public void AnEpochMayEndWithASkippedStep()
    {
        List<double> Betas(int badBatch)
        {
            using var data = ResilienceTraining.Data();
            using (no_grad())
                data.Inputs[8 * badBatch, 2] = float.NaN;
            using var model = ResilienceTraining.Network(3);
            using var trainer = model.CreateTrainer(ResilienceTraining.Options() with
            {
                NonFinite = NonFinitePolicy.Skip(),
                Shuffle = false,
                // The first epoch is the best so far, every later one misses a threshold that none can reach.
                Beta = new PlateauBeta(0.8, factor: 0.5, patience: 1, threshold: 1) { PerEpoch = true },
            });
            var result = trainer.Train(data);
            Assert.All(result.Epochs, epoch => Assert.Equal(1, epoch.SkippedSteps));
            return [.. result.Epochs.Select(epoch => epoch.Beta)];
        }

        var expected = Enumerable.Range(0, ResilienceTraining.Epochs).Select(epoch => 0.8 * Math.Pow(0.5, epoch)).ToList();
        Assert.Equal(expected, Betas(badBatch: 0));
        Assert.Equal(expected, Betas(badBatch: ResilienceTraining.Steps - 1));
    }

    [Fact]
    public void StopsAfterTooManySkippedStepsInARow()
    {
        using var data = ResilienceTraining.Data();
        using (no_grad())
            data.Inputs.narrow(0, 24, 24).fill_(float.NaN);
        using var model = ResilienceTraining.Network(3);
        using var patient = model.CreateTrainer(
            ResilienceTraining.Options() with { NonFinite = NonFinitePolicy.Skip(3), Shuffle = false, Epochs = 1 });
        Assert.Equal(3, patient.Train(data).Epochs[0].SkippedSteps);
        using var other = ResilienceTraining.Network(3);
        using var trainer = other.CreateTrainer(ResilienceTraining.Options() with { NonFinite = NonFinitePolicy.Skip(2), Shuffle = false });
        var error = Assert.Throws<NonFiniteLossException>(() => trainer.Train(data));
        Assert.Equal((1, 6), (error.Epoch, error.Step));
    }

    [Fact]
    public void ResumingKeepsTheCountOfSkippedSteps()
    {
        using var data = ResilienceTraining.Data();
        using (no_grad())
            data.Inputs[11, 2] = float.NaN;
        var (whole, broken) = (Path.Combine(_folder, "whole"), Path.Combine(_folder, "broken"));
        List<string> Run(string folder, int stop)
        {
            using var model = ResilienceTraining.Network(3);
            using var source = new CancellationTokenSource();
            var epochs = new EpochTexts();
            using var trainer = model.CreateTrainer(ResilienceTraining.Options(folder) with
            {
                NonFinite = NonFinitePolicy.Skip(),
                Shuffle = false,
                Report = epochs,
                Checkpoints = new CheckpointOptions { Folder = folder },
                Hooks = [(_, step) => { if (step.GlobalStep == stop) source.Cancel(); }],
            });
            random.manual_seed(5);
            trainer.TryResume(folder);
            try
            {
                trainer.Train(data, null, source.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.True(stop > 0);
            }

            return epochs.All;
        }

        var expected = Run(whole, 0);
        Assert.Equal(expected, [.. Run(broken, 19), .. Run(broken, 0)]);
        const int Taken = ResilienceTraining.AllSteps - ResilienceTraining.Epochs;
        Assert.Equal(
            File.ReadAllBytes(ResilienceTraining.Checkpoint(whole, Taken)),
            File.ReadAllBytes(ResilienceTraining.Checkpoint(broken, Taken)));
    }

    [Fact]
    public void SkipsAStepWhoseGradientIsNaN()
    {
        // The value is that of cross entropy; the slope of the root at zero is infinite, and of zero times that nothing is left.
        var bad = new FitLoss("bad", (output, target) =>
            nn.functional.cross_entropy(output, target) + (output - output.detach()).abs().sqrt().sum());
        using var data = ResilienceTraining.Data();
        using var model = ResilienceTraining.Network(3);
        using var trainer = model.CreateTrainer(ResilienceTraining.Options() with { FitLoss = bad });
        var before = Weights(model);
        var error = Assert.Throws<NonFiniteLossException>(() => trainer.Train(data));
        Assert.Contains("gradient", error.Message);
        Assert.Equal((1, 1, "first.weight.mu"), (error.Epoch, error.Step, error.Parameter));
        Assert.Equal(before, Weights(model));

        using var skipping = model.CreateTrainer(ResilienceTraining.Options() with { FitLoss = bad, NonFinite = NonFinitePolicy.Skip(4) });
        Assert.Equal(5, Assert.Throws<NonFiniteLossException>(() => skipping.Train(data)).Step);
        Assert.Equal(before, Weights(model));
        model.Draw().Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void RollsADivergingTrainingBackWithALowerRate(bool hasCheckpoints)
    {
        using var data = ResilienceTraining.Data();
        using var validation = ResilienceTraining.Data(2);
        using var model = ResilienceTraining.Network(3);
        var (told, steps) = (new Notices(), new List<StepResult>());
        var folder = Path.Combine(_folder, "back");
        var (calls, bad) = (0, 2 * 41);
        var once = new FitLoss("once", (output, target) =>
            nn.functional.cross_entropy(output, target) * (output.requires_grad && calls++ == bad ? float.NaN : 1));
        using var trainer = model.CreateTrainer(ResilienceTraining.Options(hasCheckpoints ? folder : null) with
        {
            FitLoss = once,
            NonFinite = NonFinitePolicy.RollBack(0.25, atMost: 1),
            Report = told,
            LearningRateSchedule = null,
            Hooks = [(_, step) => steps.Add(step)],
        });
        var result = trainer.Train(data, validation);

        // The 42nd step is the sixth of epoch 4; the last checkpoint is that of step 40, the epoch began after step 36.
        var back = hasCheckpoints ? 40 : 36;
        Assert.Contains($"step {back - 36} of epoch 4", Assert.Single(told.All));
        Assert.Equal(
            [.. Enumerable.Range(1, 41), .. Enumerable.Range(back + 1, ResilienceTraining.AllSteps - back)],
            steps.Select(step => (int)step.GlobalStep));
        Assert.Equal(Enumerable.Range(1, ResilienceTraining.Epochs), result.Epochs.Select(epoch => epoch.Epoch));
        Assert.All(result.Epochs, epoch => Assert.Equal(epoch.Epoch < 4 ? 1e-2 : 2.5e-3, epoch.LearningRate, 12));

        // Weights, noise, order and dropout are those of the first time; what follows is not, since the rate is another.
        var (first, second) = (steps[back], steps[41]);
        Assert.Equal((first.Epoch, first.Step), (second.Epoch, second.Step));
        Assert.Equal(BitConverter.DoubleToInt64Bits(first.Fit), BitConverter.DoubleToInt64Bits(second.Fit));
        if (!hasCheckpoints)
            Assert.NotEqual(steps[back + 1].Fit, steps[42].Fit);
    }

    /// <summary>The same network, trained by another optimizer, has taken the place of the last checkpoint.</summary>
    [Fact]
    public void DoesNotRollBackToAReplacedCheckpoint()
    {
        using var data = ResilienceTraining.Data();
        var (foreign, own) = (Path.Combine(_folder, "foreign"), Path.Combine(_folder, "own"));
        using (var other = ResilienceTraining.Network(4))
        using (var others = other.CreateTrainer(
            ResilienceTraining.Options(foreign) with { Optimizer = (parameters, rate) => new FlatSgd(parameters, rate) }))
            others.Train(data, data);
        using (no_grad())
            data.Inputs[30, 0] = float.PositiveInfinity;
        using var model = ResilienceTraining.Network(3);
        var before = "";
        var swaps = new FitLoss("swaps", (output, target) =>
        {
            // The bad batch is that of step 4.
            if (output.requires_grad && !output.isfinite().all().item<bool>())
                File.Copy(ResilienceTraining.LastFile(foreign), ResilienceTraining.Checkpoint(own, 3), overwrite: true);
            return nn.functional.cross_entropy(output, target);
        });
        using var trainer = model.CreateTrainer(ResilienceTraining.Options(own, everySteps: 1) with
        {
            FitLoss = swaps,
            NonFinite = NonFinitePolicy.RollBack(),
            Shuffle = false,
            Hooks = [(_, _) => before = Weights(model)],
        });
        var error = Assert.Throws<CheckpointMismatchException>(() => trainer.Train(data, data));
        Assert.Contains("FlatSgd", error.Message);
        Assert.Equal(before, Weights(model));
    }

    [Fact]
    public void StopsAfterTooManyRollBacks()
    {
        using var data = ResilienceTraining.Data();
        using (no_grad())
            data.Inputs[30, 0] = float.PositiveInfinity;
        using var model = ResilienceTraining.Network(3);
        var told = new Notices();
        using var trainer = model.CreateTrainer(ResilienceTraining.Options(Path.Combine(_folder, "up")) with
        {
            NonFinite = NonFinitePolicy.RollBack(atMost: 3),
            Report = told,
        });
        Assert.Throws<NonFiniteLossException>(() => trainer.Train(data, data));
        Assert.Equal(3, told.All.Count);
        Assert.Contains("0.125 of the learning rate (3 of 3", told.All[^1]);
    }

    [Fact]
    public void ResumesARolledBackTrainingAtItsLowerRate()
    {
        using var data = ResilienceTraining.Data();
        var folder = Path.Combine(_folder, "lower");
        var calls = 0;
        var once = new FitLoss("once", (output, target) =>
            nn.functional.cross_entropy(output, target) * (output.requires_grad && calls++ == 40 ? float.NaN : 1));
        TrainerOptions Options() => ResilienceTraining.Options(folder) with
        {
            FitLoss = once,
            NonFinite = NonFinitePolicy.RollBack(),
            LearningRateSchedule = null,
            Checkpoints = new CheckpointOptions { Folder = folder },
        };
        using (var model = ResilienceTraining.Network(3))
        using (var source = new CancellationTokenSource())
        using (var trainer = model.CreateTrainer(Options() with { Hooks = [(_, step) => { if (step.GlobalStep == 50) source.Cancel(); }] }))
            Assert.Throws<OperationCanceledException>(() => trainer.Train(data, cancellation: source.Token));
        using var other = ResilienceTraining.Network(4);
        using var resumed = other.CreateTrainer(Options());
        resumed.Resume(folder);
        Assert.All(resumed.Train(data).Epochs, epoch => Assert.Equal(5e-3, epoch.LearningRate, 12));
    }

    [Fact]
    public void FindsANonFiniteNumberAnywhere()
    {
        using var scope = NewDisposeScope();
        foreach (var dtype in new[] { ScalarType.Float32, ScalarType.Float64, ScalarType.BFloat16 })
        {
            foreach (var count in new[] { 1, 7, 64, 2049, 70_001 })
            {
                var numbers = full(count, 3e38, dtype, CPU);
                Assert.True(FiniteCheck.Passes(numbers));
                foreach (var place in new[] { 0, count / 2, count - 1 })
                {
                    foreach (var bad in new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity })
                    {
                        var damaged = numbers.clone();
                        damaged[place] = bad;
                        Assert.False(FiniteCheck.Passes(damaged), $"{bad} at {place} of {count} {dtype}");
                    }
                }
            }
        }

        var columns = ones(3, 4)[.., 1];
        Assert.True(FiniteCheck.Passes(columns));
        columns[1] = float.NaN;
        Assert.False(FiniteCheck.Passes(columns));
    }

    private static string Weights(BayesianSurvivor model) => string.Join(' ', model.Arena.Parameters().Select(entry =>
        Convert.ToHexString(entry.Parameter.detach().bytes)));
}
