using BayesGen.Data;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

public class TrainerTests
{
    [Fact]
    public void StreamedRenyiMatchesTheJointGradient()
    {
        random.manual_seed(1);
        using var scope = NewDisposeScope();
        var x = randn(8, 3, dtype: ScalarType.Float64);
        var y = randn(8, 1, dtype: ScalarType.Float64);
        const int K = 5;
        var loss = new RenyiLoss(0.3);

        // Streamed: one step of the trainer with an optimizer that only keeps the gradient.
        using var streamed = Regressor();
        using var trainer = streamed.CreateTrainer(loss, new TrainerOptions
        {
            Epochs = 1, Samples = K, Seed = 9, BatchSize = 8, Shuffle = false, ExampleCount = 2, Beta = 0.7,
            FitLoss = FitLoss.SquaredError, Optimizer = (parameters, _) => optim.SGD(parameters, 0.0),
        });
        trainer.Train(new[] { (x, y) });
        var actual = Gradients(streamed);

        // Joint: the softmax over all draws at once, by hand, draw after draw with the weights already known.
        using var joint = Regressor();
        joint.Arena.Noise.Reseed(9);
        var states = new List<(double Log, List<Tensor> Gradient)>();
        for (var k = 0; k < K; k++)
        {
            joint.zero_grad();
            using var draw = joint.Draw();
            var fit = FitLoss.SquaredError.Mean(joint.call(x), y);
            var divergence = loss.Divergence(draw);
            var total = fit + divergence * 0.7 / 2;
            states.Add(((-0.7 * 2 * total).item<double>(), []));
            draw.Backward(total);
            states[k].Gradient.AddRange(Gradients(joint));
        }

        var most = states.Max(state => state.Log);
        var weights = states.Select(state => Math.Exp(state.Log - most)).ToArray();
        Assert.True(weights.Count(weight => weight / weights.Sum() > 0.01) > 1, "one draw has all the weight; the test shows nothing");
        for (var i = 0; i < actual.Count; i++)
        {
            var expected = states.Select((state, k) => state.Gradient[i] * (weights[k] / weights.Sum())).Aggregate((a, b) => a + b);
            Assert.True(actual[i].allclose(expected, 1e-10, 1e-12), $"gradient {i}");
        }
    }

    [Fact]
    public void TrainingLeaksNoTensor()
    {
        random.manual_seed(5);
        using var data = SyntheticDigits.Create(64, 3);
        using var model = new BayesianMixedClassifier(new MixedClassifier());
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            Epochs = 1, BatchSize = 20, Samples = 2, Metrics = [Metric.Accuracy], Threshold = new() { [Family.Gaussian] = 0 },
        });
        trainer.Train(data, data);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 3; i++)
            trainer.Train(data, data);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void OneSeedGivesOneTraining()
    {
        List<Tensor> Run()
        {
            random.manual_seed(6);
            using var data = SyntheticDigits.Create(64, 3);
            using var model = new BayesianMixedClassifier(new MixedClassifier());
            using var trainer = model.CreateTrainer(new TrainerOptions { Epochs = 2, BatchSize = 20, Seed = 11 });
            trainer.Train(data);
            return [.. model.state_dict().Values.Select(tensor => tensor.detach().clone())];
        }

        using var scope = NewDisposeScope();
        Assert.All(Run().Zip(Run()), pair => Assert.True(TensorBits.Same(pair.First, pair.Second)));
    }

    [Fact]
    public void TheDivergenceIsSharedByTheExamples()
    {
        random.manual_seed(7);
        using var scope = NewDisposeScope();
        var (x, y) = (randn(4, 3), randn(4, 1));
        StepResult Run(DivergenceScale scale, long? count)
        {
            StepResult? seen = null;
            using var model = new BayesianGaussianRegressor(new GaussianRegressor());
            using var trainer = model.CreateTrainer(new TrainerOptions
            {
                Epochs = 1, Beta = 0.5, FitLoss = FitLoss.SquaredError, DivergenceScale = scale, ExampleCount = count,
                Hooks = [(_, step) => seen = step],
            });
            trainer.Train(new[] { (x, y) });
            return seen!;
        }

        var shared = Run(DivergenceScale.PerExample, 1000);
        Assert.Equal(shared.Fit + 0.5 * shared.Divergence / 1000, shared.Total, 4);
        var whole = Run(DivergenceScale.None, null);
        Assert.Equal(whole.Fit + 0.5 * whole.Divergence, whole.Total, 3);
    }

    [Fact]
    public void AcceptsEverySourceOfBatches()
    {
        random.manual_seed(9);
        using var scope = NewDisposeScope();
        var (x, y) = (randn(12, 3), randn(12, 1));
        using var set = new TensorDataSet(x.clone(), y.clone());
        using var loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x.clone(), y.clone()), batchSize: 4);
        IEnumerable<(Tensor, Tensor)> Yielded()
        {
            for (var i = 0; i < 3; i++)
                yield return (x.narrow(0, 4 * i, 4), y.narrow(0, 4 * i, 4));
        }

        double Fit(Func<VariationalTrainer, EvaluationResult> run)
        {
            random.manual_seed(10);
            using var model = new BayesianGaussianRegressor(new GaussianRegressor());
            using var trainer = model.CreateTrainer(new TrainerOptions
            {
                Epochs = 2, FitLoss = FitLoss.SquaredError, BatchSize = 4, Shuffle = false, ExampleCount = 12, Seed = 4,
                // A sequence does not tell in its first epoch how long it is, so schedules go by epochs there.
                Beta = 1.0, LearningRateSchedule = null,
            });
            var result = run(trainer);
            Assert.Equal(12, result.Examples);
            return result.Fit;
        }

        double[] fits =
        [
            Fit(trainer => { trainer.Train(set); return trainer.Evaluate(set); }),
            Fit(trainer =>
                { trainer.Train(new Batcher(set, 4, shuffle: false)); return trainer.Evaluate(new Batcher(set, 4, shuffle: false)); }),
            Fit(trainer => { trainer.Train(loader); return trainer.Evaluate(loader); }),
            Fit(trainer => { trainer.Train(Yielded()); return trainer.Evaluate(Yielded()); }),
            Fit(trainer => { trainer.Train(Yielded().ToArray()); return trainer.Evaluate(Yielded().ToList()); }),
        ];
        Assert.All(fits, fit => Assert.Equal(fits[0], fit, 5));
    }

    [Fact]
    public void SchedulesUseTheBatchSizeOfTheBatcher()
    {
        using var scope = NewDisposeScope();
        using var set = new TensorDataSet(randn(12, 3), randn(12, 1));
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        var (rates, betas, steps) = (new List<double>(), new List<double>(), new List<int?>());
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            // One step of this size would be a whole epoch.
            BatchSize = 12, Epochs = 1, FitLoss = FitLoss.SquaredError, Beta = new LinearWarmup(epochs: 1),
            LearningRateSchedule = progress =>
            {
                rates.Add(progress);
                return 1;
            },
            Hooks = [(self, step) => { betas.Add(self.Beta); steps.Add(step.StepsPerEpoch); }],
        });
        trainer.Train(new Batcher(set, 3, shuffle: false));
        Assert.Equal([0, 0.25, 0.5, 0.75], rates);
        Assert.Equal([0.25, 0.5, 0.75, 1], betas);
        Assert.All(steps, count => Assert.Equal(4, count));
    }

    [Fact]
    public void ACanceledTrainingLeaksNoBatch()
    {
        using var set = new TensorDataSet(randn(12, 3), randn(12, 1));
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        using var source = new CancellationTokenSource();
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            BatchSize = 3, FitLoss = FitLoss.SquaredError, Hooks = [(_, step) => { if (step.Step == 2) source.Cancel(); }],
        });
        trainer.Train(set);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Assert.Throws<OperationCanceledException>(() => trainer.Train(set, cancellation: source.Token));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        model.Draw().Dispose();
    }

    [Fact]
    public void RefusesATrainingWithoutTheNumberOfExamples()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        using var trainer = model.CreateTrainer(new TrainerOptions { FitLoss = FitLoss.SquaredError });
        IEnumerable<(Tensor, Tensor)> Endless()
        {
            yield return (randn(4, 3), randn(4, 1));
        }

        var error = Assert.Throws<ArgumentException>(() => trainer.Train(BatchSource.From(Endless())));
        Assert.Contains("ExampleCount", error.Message);
    }

    [Fact]
    public void ANonFiniteLossStopsAndNamesTheParameter()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(8);
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        using var trainer = model.CreateTrainer(new TrainerOptions { FitLoss = FitLoss.SquaredError, Epochs = 3 });
        using (no_grad())
            model.Posterior.Output.Weight.LogSigma[0, 1] = float.NaN;
        var error = Assert.Throws<NonFiniteLossException>(() => trainer.Train(new[] { (randn(4, 3), randn(4, 1)) }));
        Assert.Equal("output.weight.log_sigma", error.Parameter);
        Assert.Equal((1, 1), (error.Epoch, error.Step));

        using var sound = new BayesianGaussianRegressor(new GaussianRegressor());
        using var second = sound.CreateTrainer(new TrainerOptions { FitLoss = FitLoss.SquaredError });
        var data = Assert.Throws<NonFiniteLossException>(() => second.Train(new[] { (randn(4, 3), full(4, 1, float.NaN)) }));
        Assert.Null(data.Parameter);
        Assert.Null(sound.Arena.FirstNotFinite());
    }

    [Fact]
    public void HooksMaySetBetaAndReportsSeeIt()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        var seen = new List<string>();
        var betas = new List<double>();
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            Epochs = 2, FitLoss = FitLoss.SquaredError, Beta = 1.0, Report = new ReportChain(new Recorder(seen), new Recorder(seen)),
            Hooks = [(self, step) => { betas.Add(step.Beta); self.Beta = step.Beta / 2; }],
        });
        trainer.Train(new[] { (randn(4, 3), randn(4, 1)) }, new[] { (randn(4, 3), randn(4, 1)) });
        Assert.Equal([1.0, 0.5], betas);
        Assert.Equal(["start", "start", "step", "step", "epoch", "epoch", "step", "step", "epoch", "epoch", "finish", "finish"], seen);
    }

    private static BayesianGaussianRegressor Regressor()
    {
        random.manual_seed(77);
        var model = new BayesianGaussianRegressor(new GaussianRegressor());
        model.to(ScalarType.Float64);
        foreach (var arena in model.Arena.Families)
            using (no_grad())
                arena.Flat[1].fill_(-1.5);
        return model;
    }

    private static List<Tensor> Gradients(IBayesianNetwork model) =>
        [.. model.Arena.Parameters().Select(entry => entry.Parameter.grad!.clone())];

    private sealed class Recorder(List<string> seen) : IReport
    {
        public void OnStart(TrainingInfo info) => seen.Add("start");

        public void OnStep(StepResult step) => seen.Add("step");

        public void OnEpoch(EpochResult epoch) => seen.Add(epoch.Validation is null ? "no validation" : "epoch");

        public void OnFinish(TrainingResult training) => seen.Add("finish");
    }
}
