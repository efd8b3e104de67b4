using BayesGen.Data;
using TorchSharp.Modules;

namespace BayesGen.Tests;

/// <summary>Batches in parts, last batches that are left out, and learning rates of layers.</summary>
public sealed class BatchPartTests
{
    [Theory]
    [InlineData(7, 1, false)]
    [InlineData(10, 2, false)]
    [InlineData(1, 2, true)]
    public void ABatchInPartsGivesTheStepOfTheWholeOne(int part, int samples, bool learnsNoise)
    {
        using var scope = NewDisposeScope();
        var whole = Trained(null);
        var inParts = Trained(part);
        foreach (var (key, tensor) in whole)
            Assert.True(tensor.allclose(inParts[key], rtol: 1e-9, atol: 1e-12), key);
        Assert.False(whole["hidden.weight.mu"].equal(Trained(null, epochs: 1)["hidden.weight.mu"]).all().item<bool>());

        Dictionary<string, Tensor> Trained(int? size, int epochs = 3)
        {
            random.manual_seed(1);
            using var model = new BayesianTabular(new Tabular(3, learnsNoise ? 2 : 1));
            model.to(ScalarType.Float64);
            using var data = Numbers(30);
            using var trainer = model.CreateTrainer(new TrainerOptions
            {
                Likelihood = learnsNoise ? Likelihood.LearnedGaussian : Likelihood.Gaussian(0.5), Epochs = epochs, BatchSize = 20,
                Samples = samples, MicroBatchSize = size, Seed = 3,
                Metrics = [new("error", (output, target) => (output[.., ..1] - target).abs().flatten())],
            });
            var result = trainer.Train(data);
            var state = model.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
            state.Add("fit", tensor(result.Epochs[^1].Fit, dtype: ScalarType.Float64, device: CPU));
            state.Add("error", tensor(result.Epochs[^1].Metrics["error"], dtype: ScalarType.Float64, device: CPU));
            return state;
        }
    }

    /// <summary>One noise for all inputs, which is learned from the residuals of all parts.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void JoinedNoiseIsThatOfTheWholeBatch(int missing)
    {
        using var scope = NewDisposeScope();
        var whole = Sigma(null);
        Assert.True(float.IsFinite(whole));
        Assert.Equal(whole, Sigma(3), 1e-5);

        // Of a part all targets may be missing.
        float Sigma(int? part)
        {
            random.manual_seed(2);
            using var model = new BayesianNoisyCurve(new NoisyCurve());
            var targets = 50 * randn(16, 1, dtype: ScalarType.Float32, device: CPU);
            targets.narrow(0, 1, missing).fill_(float.NaN);
            using var data = new TensorDataSet(randn(16, 1, dtype: ScalarType.Float32, device: CPU), targets);
            using var trainer = model.CreateTrainer(new TrainerOptions
            {
                Likelihood = missing > 0 ? Likelihood.LearnedGaussian.IgnoringNaN() : Likelihood.LearnedGaussian, Epochs = 2,
                BatchSize = 8, MicroBatchSize = part, Seed = 3,
            });
            trainer.Train(data);
            return model.state_dict()["logSigma"].item<float>();
        }
    }

    /// <summary>Its divergence has no graph, so that the fit of the parts is all that there is.</summary>
    [Fact]
    public void ANetworkWithoutBayesianWeightsLearnsInParts()
    {
        using var scope = NewDisposeScope();
        Assert.True(Trained(null).allclose(Trained(7), rtol: 1e-9, atol: 1e-12));

        static Tensor Trained(int? part)
        {
            random.manual_seed(4);
            using var model = new DeterministicModel<Tabular>(new Tabular(3, 1));
            model.to(ScalarType.Float64);
            var before = model.state_dict()["hidden.weight"].detach().clone();
            using var data = Numbers(30);
            using var trainer = model.CreateTrainer(new TrainerOptions
            {
                Likelihood = Likelihood.Gaussian(0.5), Epochs = 2, BatchSize = 20, MicroBatchSize = part, Seed = 3,
            });
            trainer.Train(data);
            var after = model.state_dict()["hidden.weight"].detach().clone();
            Assert.False(before.allclose(after));
            return after;
        }
    }

    [Fact]
    public void ALossThatWeighsSamplesTakesNoParts()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianTabular(new Tabular(3, 1));
        var options = new TrainerOptions { Likelihood = Likelihood.Gaussian(1), MicroBatchSize = 4, Samples = 2 };
        Assert.Contains("MicroBatchSize", Assert.Throws<NotSupportedException>(
            () => model.CreateTrainer(new RenyiLoss(0.5), options)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.CreateTrainer(options with { MicroBatchSize = 0 }));
    }

    [Theory]
    [InlineData(30, true, 3)]
    [InlineData(30, false, 4)]
    [InlineData(27, true, 3)]
    [InlineData(5, true, 1)]
    public void TheLastBatchIsLeftOutWhereItIsSmaller(int examples, bool drops, int steps)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(4);
        using var model = new BayesianTabular(new Tabular(3, 1));
        model.to(ScalarType.Float64);
        using var data = Numbers(examples);
        var seen = new List<(long Examples, int? Steps)>();
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            Likelihood = Likelihood.Gaussian(1), Epochs = 2, BatchSize = 9, DropLast = drops,
            Hooks = [(_, step) => seen.Add((step.Examples, step.StepsPerEpoch))],
        });
        var result = trainer.Train(data);
        Assert.Equal(2 * steps, seen.Count);
        Assert.All(seen, step => Assert.Equal(steps, step.Steps));
        Assert.Equal(drops ? [Math.Min(9, examples)] : [9, 3], seen.Select(step => step.Examples).Distinct());
        Assert.Equal(2, result.Epochs.Count);
    }

    [Fact]
    public void ALayerMovesByItsFactor()
    {
        using var scope = NewDisposeScope();
        var (before, full) = Step(new());
        var (_, slow) = Step(new() { ["hidden"] = 0.25, ["*.bias"] = 0, ["hidden.bias"] = 0.5 });
        foreach (var key in full.Keys)
        {
            var factor = key.StartsWith("hidden.weight") ? 0.25
                : key.StartsWith("hidden.bias") ? 0.5
                : key.StartsWith("output.bias") ? 0 : 1;
            Assert.True((slow[key] - before[key]).allclose((full[key] - before[key]) * factor, rtol: 1e-9, atol: 1e-14), key);
            Assert.True((full[key] - before[key]).abs().sum().item<double>() > 0 || key.EndsWith("mask"), key);
        }

        static (Dictionary<string, Tensor> Before, Dictionary<string, Tensor> After) Step(Dictionary<string, double> factors)
        {
            random.manual_seed(5);
            using var model = new BayesianTabular(new Tabular(3, 1));
            model.to(ScalarType.Float64);
            using var data = Numbers(8);
            var before = State(model);
            using var trainer = model.CreateTrainer(new TrainerOptions
            {
                Likelihood = Likelihood.Gaussian(1), Epochs = 1, LearningRateFactorsOfLayers = factors, Beta = 1,
                LearningRateSchedule = null,
            });
            trainer.Train(data);
            return (before, State(model));
        }

        static Dictionary<string, Tensor> State(BayesianTabular model) =>
            model.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().to(ScalarType.Float64).clone());
    }

    /// <summary>The layers are found once for a training: a network that has moved in between has others.</summary>
    [Fact]
    public void RatesOfLayersHoldInEveryStepAndAfterAMove()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(6);
        using var model = new BayesianTabular(new Tabular(3, 1));
        using var data = Numbers(8);
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            Likelihood = Likelihood.Gaussian(1), Epochs = 3, BatchSize = 2, Beta = 1,
            LearningRateFactorsOfLayers = new Dictionary<string, double> { ["output"] = 0 },
        });
        foreach (var dtype in (ScalarType[])[ScalarType.Float32, ScalarType.Float64])
        {
            model.to(dtype);
            using var own = new TensorDataSet(data.Inputs.to(dtype), data.Targets.to(dtype));
            var before = model.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
            trainer.Train(own);
            foreach (var (key, value) in model.state_dict())
                Assert.True(
                    TensorBits.Same(before[key], value) == (key.StartsWith("output") || key.EndsWith("mask")), $"{dtype}: {key}");
        }
    }

    [Fact]
    public void NamesOfNoLayerAreRefused()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianTabular(new Tabular(3, 1));
        foreach (var key in new[] { "encoder", "*.scale", "hidde" })
            Assert.Contains($"'{key}'", Assert.Throws<ArgumentException>(() => model.CreateTrainer(
                new TrainerOptions { LearningRateFactorsOfLayers = new Dictionary<string, double> { [key] = 0.1 } })).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.CreateTrainer(
            new TrainerOptions { LearningRateFactorsOfLayers = new Dictionary<string, double> { ["hidden"] = -1 } }));
    }

    [Fact]
    public void APatternFreezesWhatItNames()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianTabular(new Tabular(3, 1));
        model.Freeze("*.bias");
        Assert.Equal(["hidden.bias", "output.bias"], model.Arena.Freezing.Keys.Order());
        model.Unfreeze("h*");
        Assert.Equal(["output.bias"], model.Arena.Freezing.Keys);
        Assert.Throws<KeyNotFoundException>(() => model.Freeze("*.kernel"));
    }

    /// <summary>An area under a curve is no mean over batches.</summary>
    [Fact]
    public void EarlyStoppingGoesByAFigureOfAllExamples()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(6);
        using var model = new BayesianTabular(new Tabular(3, 1));
        using var data = Answers(80, 1);
        using var validation = Answers(50, 2);
        var auroc = PredictionMetrics.Of("AUROC", Likelihood.Bernoulli(), evaluation => evaluation.Auroc);
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            Likelihood = Likelihood.Bernoulli(), Epochs = 40, BatchSize = 16, Metrics = [auroc, Metric.Accuracy], Beta = 1, Seed = 1,
            EarlyStopping = new() { Monitor = CheckpointScore.Metric("AUROC"), Patience = 3 },
        });
        var result = trainer.Train(data, validation);
        Assert.True(result.StoppedEarly || result.Epochs.Count == 40);
        var best = result.Epochs.Max(epoch => epoch.Validation!.Metrics["AUROC"]);
        Assert.Equal(best, result.Epochs[result.BestEpoch!.Value - 1].Validation!.Metrics["AUROC"]);
        // The network that was given back has the best figure, whatever the batches.
        Assert.Equal(best, model.Evaluate(validation, new() { Metrics = [auroc], BatchSize = 7 }).Metrics["AUROC"], 1e-9);
        using var _ = no_grad();
        model.eval();
        using var logits = model.call(validation.Inputs);
        bool[] isYes = [.. PlainNumbers.Flat(validation.Targets).Select(y => y > 0)];
        Assert.Equal(RankingMetrics.Auroc(PlainNumbers.Flat(logits), isYes), best, 1e-9);
        Assert.DoesNotContain("AUROC", result.Epochs[0].Metrics.Keys);

        static TensorDataSet Answers(int count, int seed)
        {
            var noise = new NoiseSource(seed);
            var x = noise.Normal(zeros(count, 3, dtype: ScalarType.Float32, device: CPU));
            var error = noise.Normal(zeros(count, dtype: ScalarType.Float32, device: CPU));
            return new TensorDataSet(x, (x[.., 0] + error).gt(0).to(ScalarType.Float32));
        }
    }

    [Fact]
    public void EarlyStoppingGoesByTheAccuracyThatNobodyNamed()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(7);
        using var model = new BayesianTabular(new Tabular(3, 2));
        using var data = new TensorDataSet(
            randn(20, 3, dtype: ScalarType.Float32, device: CPU), randint(0, 2, new long[] { 20 }, device: CPU));
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            Epochs = 30, Beta = 1, EarlyStopping = new() { Monitor = CheckpointScore.Metric("accuracy"), Patience = 2 },
        });
        Assert.NotNull(trainer.Train(data, data).BestEpoch);
        using var wrong = model.CreateTrainer(new TrainerOptions { EarlyStopping = new() { Monitor = CheckpointScore.Metric("F1") } });
        Assert.Contains("'F1'", Assert.Throws<ArgumentException>(() => wrong.Train(data, data)).Message);
    }

    private static TensorDataSet Numbers(int count)
    {
        var noise = new NoiseSource(9);
        var x = noise.Normal(zeros(count, 3, dtype: ScalarType.Float64, device: CPU));
        return new TensorDataSet(x, x.sum(1, keepdim: true).sin());
    }
}
