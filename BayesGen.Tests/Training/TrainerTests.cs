using BayesGen.Data;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

public class TrainerTests
{
    [Fact]
    public void StreamedRenyiIsTheJointGradient()
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
    public void EvaluationLeavesEveryBit()
    {
        random.manual_seed(2);
        using var data = SyntheticDigits.Create(60, 1);
        using var model = new BayesianMixedClassifier(new MixedClassifier());
        using var trainer = model.CreateTrainer(new TrainerOptions { Epochs = 1, BatchSize = 32, Metrics = [Metric.Accuracy] });
        trainer.Train(data);
        model.train();
        using var scope = NewDisposeScope();
        List<Tensor> before = [.. All(model).Select(tensor => tensor.detach().clone())];
        trainer.Evaluate(data, new() { [Family.LogUniform] = 4.0, [Family.Gaussian] = 1.0 });
        trainer.EvaluateThresholds(data, new Thresholds { [Family.Gaussian] = 0 }, new Thresholds { [Family.Gaussian] = 2 });
        Assert.True(model.training);
        var after = All(model).ToList();
        Assert.Equal(before.Count, after.Count);
        for (var i = 0; i < before.Count; i++)
            Assert.True(TensorBits.Same(before[i], after[i]), $"tensor {i} changed");

        static IEnumerable<Tensor> All(BayesianMixedClassifier model) =>
            model.state_dict().Values.Concat(model.Network.state_dict().Values).Concat(model.Arena.Families.Select(arena => arena.Store.Gradients));
    }

    [Fact]
    public void EvaluationGivesTheWeightsBackAfterAnException()
    {
        random.manual_seed(3);
        using var scope = NewDisposeScope();
        using var model = new BayesianMixedClassifier(new MixedClassifier());
        model.eval();
        var before = model.Network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
        using var trainer = model.CreateTrainer(new TrainerOptions());
        var error = Assert.Throws<InvalidOperationException>(
            () => trainer.Evaluate(new[] { (zeros(2, 5), zeros(2, dtype: ScalarType.Int64)) }, new() { [Family.Gaussian] = 3 }));
        Assert.Contains("[2, 5]", error.Message);
        foreach (var (key, value) in model.Network.state_dict())
            Assert.True(TensorBits.Same(before[key], value), key);
        using var draw = model.Draw();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(50)]
    public void EvaluationDoesNotDependOnTheBatchSplit(int batch)
    {
        random.manual_seed(4);
        using var data = SyntheticDigits.Create(50, 2);
        using var model = new BayesianMixedClassifier(new MixedClassifier());
        EvaluationResult Run(int size)
        {
            using var trainer = model.CreateTrainer(new TrainerOptions { BatchSize = size, Metrics = [Metric.Accuracy], ElboDraws = 2 });
            return trainer.Evaluate(data, new() { [Family.Gaussian] = 0.5 });
        }

        var (whole, split) = (Run(50), Run(batch));
        // Counts are equal, not close: not one example is lost or counted twice.
        Assert.Equal((int)Math.Round(whole.Accuracy * 50), (int)Math.Round(split.Accuracy * 50));
        Assert.Equal(whole.Accuracy * 50, split.Accuracy * 50, 9);
        Assert.Equal(1, split.Fit / whole.Fit, 1e-5);
        Assert.Equal(1, split.Elbo / whole.Elbo, 1e-5);
        Assert.Equal(whole.Divergence, split.Divergence);
        Assert.Equal(50, split.Examples);
    }

    [Fact]
    public void EvaluationSwitchesModesAndPutsThemBack()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianMixedClassifier(new MixedClassifier());
        var modules = model.Network.named_modules().ToDictionary(entry => entry.name, entry => entry.module);
        var seen = new List<bool>();
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            FitLoss = new FitLoss("watching", (output, target) =>
            {
                seen.AddRange(modules.Values.Select(module => module.training));
                return functional.cross_entropy(output, target);
            }),
        });
        foreach (var whole in (bool[])[true, false])
        {
            foreach (var part in (bool[])[true, false])
            {
                model.train(whole);
                // A batch normalisation in a mode of its own, as one does to freeze its statistics.
                modules["norm"].train(part);
                var before = modules.ToDictionary(entry => entry.Key, entry => entry.Value.training);
                seen.Clear();
                trainer.Evaluate(new[] { (randn(4, 1, 28, 28), zeros(4, dtype: ScalarType.Int64)) });
                Assert.Equal(2 * modules.Count, seen.Count);
                Assert.DoesNotContain(true, seen);
                Assert.Equal(whole, model.training);
                Assert.Equal(before, modules.ToDictionary(entry => entry.Key, entry => entry.Value.training));
            }
        }
    }

    /// <summary>Fit and divergence apart, counts over Bayesian and over all weights, and the bound made of them.</summary>
    [Fact]
    public void AnEvaluationIsMadeOfItsParts()
    {
        random.manual_seed(12);
        using var scope = NewDisposeScope();
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        model.to(ScalarType.Float64);
        var (x, y) = (randn(20, 3, dtype: ScalarType.Float64), randn(20, 1, dtype: ScalarType.Float64));
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            FitLoss = FitLoss.SquaredError, Beta = 0.25, ExampleCount = 500, BatchSize = 6, ElboDraws = 4000,
        });
        using (no_grad())
            model.Arena.Families.Single().Flat[1].fill_(-0.7);
        var result = trainer.Evaluate(new[] { (x, y) });
        Assert.Equal((model.call(x) - y).square().mean().item<double>(), result.Fit, 12);
        var divergence = model.Arena.Families.Single().Posterior is GaussianPosterior posterior
            ? posterior.KlTo(new GaussianPrior())!.sum().item<double>()
            : double.NaN;
        Assert.Equal(divergence, result.Divergence, 9);
        Assert.Equal(result.Fit + 0.25 * divergence / 500, result.Total, 12);
        Assert.Equal((26, 26, 26), (result.Pruning.BayesianWeights, result.Pruning.AllWeights, result.Pruning.Kept));

        // The expected fit from draws of another kind.
        var fits = new List<double>();
        for (var seed = 0; seed < 4000; seed++)
        {
            using var step = NewDisposeScope();
            using var withoutGradients = no_grad();
            using var draw = model.Draw(seed);
            fits.Add((model.call(x) - y).square().mean().item<double>());
        }

        var error = 5 * Math.Sqrt(2 * fits.Sum(fit => Math.Pow(fit - fits.Average(), 2)) / fits.Count / fits.Count);
        Assert.Equal(-(fits.Average() + divergence / 500), result.Elbo, error);
        Assert.True(fits.Average() - result.Fit > 2 * error, "the fit at the mean could be taken for that of the draws");
    }

    [Fact]
    public void EvaluationAtAThresholdIsThatOfThePrunedNetwork()
    {
        random.manual_seed(13);
        using var data = SyntheticDigits.Create(40, 5);
        using var model = new BayesianMixedClassifier(new MixedClassifier());
        using var trainer = model.CreateTrainer(new TrainerOptions { Metrics = [Metric.Accuracy] });
        var thresholds = new Thresholds { [Family.Gaussian] = 0.5 };
        var tried = trainer.Evaluate(data, thresholds);
        model.Prune(thresholds);
        var pruned = trainer.Evaluate(data);
        Assert.InRange(pruned.Pruning.Pruned, 1, pruned.Pruning.BayesianWeights - 1);
        Assert.Equal(16 * 10 + 10 + 4 * 9 + 4, pruned.Pruning.BayesianWeights);
        Assert.Equal(4 * 2 + 196 * 16 + 16 + pruned.Pruning.BayesianWeights, pruned.Pruning.AllWeights);
        Assert.Equal(pruned.Pruning.Weights, tried.Pruning.Weights);
        Assert.Equal(
            (pruned.Fit, pruned.Divergence, pruned.Total, pruned.Elbo, pruned.Accuracy),
            (tried.Fit, tried.Divergence, tried.Total, tried.Elbo, tried.Accuracy));
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
    public void DataComesFromWhereverBatchesDo()
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
            Fit(trainer => { trainer.Train(new Batcher(set, 4, shuffle: false)); return trainer.Evaluate(new Batcher(set, 4, shuffle: false)); }),
            Fit(trainer => { trainer.Train(loader); return trainer.Evaluate(loader); }),
            Fit(trainer => { trainer.Train(Yielded()); return trainer.Evaluate(Yielded()); }),
            Fit(trainer => { trainer.Train(Yielded().ToArray()); return trainer.Evaluate(Yielded().ToList()); }),
        ];
        Assert.All(fits, fit => Assert.Equal(fits[0], fit, 5));
    }

    [Fact]
    public void ABatchersOwnBatchSizeIsWhatSchedulesGoBy()
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
    public void ACancelledTrainingLeavesNoBatchBehind()
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
    public void TheNumberOfExamplesIsRequired()
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
    public void HooksSetBetaAndReportsAreTold()
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
