using BayesGen.Data;
using TorchSharp.Modules;

namespace BayesGen.Tests.Resilience;

/// <summary>A training that is broken off and taken up again ends in the very file that the undisturbed one ends in.</summary>
[Trait("Lane", "Slow")]
public sealed class ResilienceResumeTests : ResilienceLives
{
    public static TheoryData<string> Optimizers => [.. Factories.Keys];

    private static readonly Dictionary<string, OptimizerFactory> Factories = new()
    {
        ["FlatAdam"] = (parameters, rate) => new FlatAdam(parameters, rate),
        ["FlatAdamW"] = (parameters, rate) => new FlatAdamW(parameters, rate, weight_decay: 0.01),
        ["FlatSgd"] = (parameters, rate) => new FlatSgd(parameters, rate, momentum: 0.9, nesterov: true),
        ["Adam with amsgrad"] = (parameters, rate) => optim.Adam(parameters, rate, amsgrad: true),
        ["AdamW"] = (parameters, rate) => optim.AdamW(parameters, rate),
        ["SGD"] = (parameters, rate) => optim.SGD(parameters, rate, momentum: 0.5),
        ["SGD without momentum"] = (parameters, rate) => optim.SGD(parameters, rate),
        ["RMSprop"] = (parameters, rate) => optim.RMSProp(parameters, rate, momentum: 0.3, centered: true),
        ["NAdam"] = (parameters, rate) => optim.NAdam(parameters, rate),
        ["Adagrad"] = (parameters, rate) => optim.Adagrad(parameters, rate),
        // Its steps grow to 50 by default, and the training diverges.
        ["Rprop"] = (parameters, rate) => optim.Rprop(parameters, rate, max_step: 0.02),
        ["one that tells its state itself"] = (parameters, rate) => new Telling(parameters, rate),
    };

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(24)]
    [InlineData(41)]
    [InlineData(95)]
    [InlineData(96)]
    public void ATrainingInterruptedAfterAnyStepEndsInTheSameBits(int step) =>
        EndsAsUndisturbed(Saved, step);

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void EveryOptimizerResumesBitForBit(string name) =>
        EndsAsUndisturbed(folder => ResilienceTraining.Options(folder) with { Optimizer = Factories[name], LearningRate = 2e-3 }, 29);

    [Fact]
    public void RepeatedInterruptionsEndInTheSameBits()
    {
        var expected = Run(Saved);
        var folder = NewFolder();
        var epochs = new List<string>();
        foreach (var stop in new[] { 3, 17, 18, 60, int.MaxValue })
            epochs.AddRange(RunOn(ResilienceTraining.Options(folder), stop));
        Assert.Equal(expected.Epochs, epochs);
        AssertSameEnd(expected.Folder, folder);
    }

    [Fact]
    public void AnInterruptedEvaluationIsRepeated()
    {
        var expected = Run(Saved);
        var folder = NewFolder();
        using var data = ResilienceTraining.Data();
        using var validation = ResilienceTraining.Data(2);
        using var source = new CancellationTokenSource();
        IEnumerable<(Tensor, Tensor)> CanceledInTheMiddle()
        {
            var passes = 0;
            foreach (var batch in validation.Batches(8, shuffle: false))
            {
                if (passes++ == 3)
                    source.Cancel();
                yield return batch;
                batch.Inputs.Dispose();
                batch.Targets.Dispose();
            }
        }

        using (var model = ResilienceTraining.Network(3))
        using (var trainer = model.CreateTrainer(ResilienceTraining.Options(folder, everySteps: null)))
        {
            random.manual_seed(5);
            Assert.Throws<OperationCanceledException>(() =>
                trainer.Train(data, BatchSource.From(CanceledInTheMiddle()), source.Token));
        }

        using (var model = ResilienceTraining.Network(4))
        using (var trainer = model.CreateTrainer(ResilienceTraining.Options(folder, everySteps: null)))
        {
            var report = trainer.Resume(folder);
            Assert.Equal((1, ResilienceTraining.Steps, (long)ResilienceTraining.Steps), (report.Epoch, report.Step, report.GlobalStep));
            Assert.Equal(expected.Epochs, trainer.Train(data, validation).Epochs.Select(ResilienceTraining.Text));
        }

        AssertSameEnd(expected.Folder, folder);
    }

    [Theory]
    [InlineData("batcher")]
    [InlineData("list")]
    [InlineData("sequence")]
    public void EverySourceOfBatchesResumes(string kind)
    {
        using var scope = NewDisposeScope();
        using var data = ResilienceTraining.Data();

        // Noise on the inputs, from the generator that dropout draws from too.
        IEnumerable<(Tensor, Tensor)> Sequence()
        {
            for (var i = 0; i < ResilienceTraining.Steps; i++)
                yield return (data.Inputs.narrow(0, 7 * i, 7) + 0.1 * randn(7, 6), data.Targets.narrow(0, 7 * i, 7));
        }

        BatchSource Source() => kind switch
        {
            "batcher" => new Batcher(data, 8, seed: 3),
            "list" => Sequence().ToList(),
            _ => BatchSource.From(Sequence(), 84),
        };
        random.manual_seed(12);
        var list = Source();
        EndsAsUndisturbed(Saved, 31, () => kind == "list" ? list : Source());
    }

    [Fact]
    public void ACustomScheduleKeepsItsState()
    {
        EndsAsUndisturbed(folder => ResilienceTraining.Options(folder) with { Beta = new Remembering() }, 50);
        EndsAsUndisturbed(
            folder => ResilienceTraining.Options(folder) with { Beta = new ChainedBeta(new LinearWarmup(1), new Remembering()) }, 50);
    }

    [Fact]
    public void TheFinishedPartOfAnEpochIsNotRepeated()
    {
        var folder = NewFolder();
        RunOn(ResilienceTraining.Options(folder), 17);
        var steps = new List<(int, int, long)>();
        RunOn(ResilienceTraining.Options(folder) with { Hooks = [(_, step) => steps.Add((step.Epoch, step.Step, step.GlobalStep))] },
            int.MaxValue);
        Assert.Equal((2, 6, 18L), steps[0]);
        Assert.Equal(ResilienceTraining.AllSteps - 17, steps.Count);
        Assert.Equal((ResilienceTraining.Epochs, ResilienceTraining.Steps, (long)ResilienceTraining.AllSteps), steps[^1]);
    }

    [Fact]
    public void AFinishedTrainingContinuesOnlyWhenAskedForMore()
    {
        var folder = NewFolder();
        RunOn(ResilienceTraining.Options(folder), int.MaxValue);
        using var data = ResilienceTraining.Data();
        using var model = ResilienceTraining.Network(9);
        using var trainer = model.CreateTrainer(ResilienceTraining.Options(folder));
        Assert.Equal((ResilienceTraining.Epochs + 1, 0), trainer.Resume(folder) is var report ? (report.Epoch, report.Step) : default);
        Assert.Empty(trainer.Train(data, data).Epochs);
        var again = trainer.Train(data, data).Epochs;
        Assert.Equal(Enumerable.Range(ResilienceTraining.Epochs + 1, ResilienceTraining.Epochs), again.Select(epoch => epoch.Epoch));
    }

    [Fact]
    public void DoublePrecisionNetworksResume()
    {
        BayesianGaussianRegressor Network(int seed)
        {
            random.manual_seed(seed);
            var model = new BayesianGaussianRegressor(new GaussianRegressor());
            model.to(ScalarType.Float64);
            return model;
        }

        using var scope = NewDisposeScope();
        using var data = new TensorDataSet(randn(24, 3, dtype: ScalarType.Float64), randn(24, 1, dtype: ScalarType.Float64));
        TrainerOptions Options(string folder) => new()
        {
            Epochs = 4, BatchSize = 5, FitLoss = FitLoss.SquaredError, Checkpoints = new CheckpointOptions { Folder = folder },
            Optimizer = (parameters, rate) => new FlatSgd(parameters, rate, momentum: 0.9), LearningRate = 1e-3,
        };
        var (whole, broken) = (NewFolder(), NewFolder());
        using (var model = Network(1))
        using (var trainer = model.CreateTrainer(Options(whole)))
            trainer.Train(data);
        using (var model = Network(1))
        using (var source = new CancellationTokenSource())
        using (var trainer = model.CreateTrainer(
            Options(broken) with { Hooks = [(_, step) => { if (step.GlobalStep == 7) source.Cancel(); }] }))
            Assert.Throws<OperationCanceledException>(() => trainer.Train(data, cancellation: source.Token));
        using (var model = Network(2))
        using (var trainer = model.CreateTrainer(Options(broken)))
        {
            // In a scope of the caller's, which must not take the state of the optimizer along.
            using (NewDisposeScope())
                Assert.Empty(trainer.Resume(broken).Notices);
            trainer.Train(data);
        }

        Assert.Equal(
            File.ReadAllBytes(ResilienceTraining.Checkpoint(whole, 20)), File.ReadAllBytes(ResilienceTraining.Checkpoint(broken, 20)));

        using var single = new BayesianGaussianRegressor(new GaussianRegressor());
        using var other = single.CreateTrainer(Options(NewFolder()));
        Assert.Contains("is Float32 here", Assert.Throws<CheckpointMismatchException>(() => other.Resume(whole)).Message);
    }

    /// <summary>Adds the sum of all gradients so far, ever more slowly, to the gradient, and tells sum and count to checkpoints.</summary>
    private sealed class Telling(IReadOnlyList<Parameter> all, double rate) : SGD(all, rate), IStatefulOptimizer
    {
        private readonly List<Tensor> _sums = [.. all.Select(parameter => zeros(parameter.shape).DetachFromDisposeScope())];
        private int _count;

        public IReadOnlyList<KeyValuePair<string, Tensor>> StateTensors =>
            [.. _sums.Select((sum, i) => new KeyValuePair<string, Tensor>($"sum{i}", sum))];

        public IReadOnlyDictionary<string, double> StateNumbers => new Dictionary<string, double> { ["count"] = _count };

        public void RestoreNumbers(IReadOnlyDictionary<string, double> numbers) => _count = (int)numbers["count"];

        public override Tensor step(Func<Tensor>? closure = null)
        {
            using (NewDisposeScope())
            {
                _count++;
                foreach (var (parameter, sum) in all.Zip(_sums))
                {
                    sum.add_(parameter.grad!);
                    parameter.grad!.add_(sum, alpha: 0.1 / _count);
                }
            }

            return base.step(closure);
        }
    }

    /// <summary>The running mean of the fit decides, which nobody but the schedule knows.</summary>
    private sealed class Remembering : BetaSchedule
    {
        public override double Initial => 0.1;

        public override RunningBeta Begin() => new Run();

        private sealed class Run : RunningBeta
        {
            private double _mean = double.PositiveInfinity;

            public override double Next(double beta, BetaSignal signal)
            {
                _mean = double.IsInfinity(_mean) ? signal.Fit : 0.9 * _mean + 0.1 * signal.Fit;
                return signal.Fit < _mean ? beta * 1.01 : beta * 0.99;
            }

            public override void Save(IDictionary<string, double> state) => state["mean"] = _mean;

            public override void Restore(IReadOnlyDictionary<string, double> state) => _mean = state["mean"];
        }
    }
}
