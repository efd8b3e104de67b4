using BayesGen.Data;
using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

public partial class IvonTrainerTests
{
    [Fact]
    public void LeavesAPrunedWeightAlone()
    {
        using var scope = NewDisposeScope();
        foreach (var samples in new[] { 1, 2 })
        {
            random.manual_seed(7);
            using var model = new BayesianHeaded(new Headed());
            model.Prune(new Thresholds { [Family.Gaussian] = 3, ["head.weight"] = -1000 });
            var mask = model.Arena.Families[0].Mask.Kept!;
            var before = model.Arena.Families[0].Flat.Select(flat => flat.detach().clone()).ToList();
            using var trainer = model.CreateIvonTrainer(
                new TrainerOptions { Epochs = 5, Samples = samples, FitLoss = FitLoss.SquaredError },
                new IvonOptions { InitialCurvature = 1, Beta2 = 0.9 });
            trainer.Train(new[] { (randn(40, 3), randn(40, 1)) });
            foreach (var (was, now) in before.Zip(model.Arena.Families[0].Flat))
                Assert.True(was.eq(now).eq(mask.logical_not()).all().item<bool>());
        }
    }

    /// <summary>Another prior while training: h stays, so h + delta and with it sigma changes by the change of delta.</summary>
    [Fact]
    public void FollowsAChangedPrior()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianNarrowLine(new NarrowLine());
        model.to(ScalarType.Float64);
        using var steps = new IvonSteps(
            model.Arena, new TrainerOptions(), new IvonOptions { InitialCurvature = 0.4, Beta2 = 1 }, () => 100, true);
        foreach (var scale in new[] { 0.5, 0.1, 2 })
        {
            model.Prior.Line.Weight = new GaussianPrior(scale);
            using (var draw = model.Draw())
                steps.Backward(draw, model.call(ones(1, 2, dtype: ScalarType.Float64)).sum());
            steps.Step();
            var expected = -0.5 * Math.Log(100 * 0.4 + 1 / (scale * scale));
            Assert.Equal(expected, model.Posterior.Line.Weight.LogSigma.min().item<double>(), 1e-12);
            Assert.Equal(expected, model.Posterior.Line.Weight.LogSigma.max().item<double>(), 1e-12);
        }
    }

    /// <summary>beta T makes the posterior that of N / T examples: h + beta / (N s^2), times N / beta.</summary>
    [Fact]
    public void AConstantBetaTempersThePosterior()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianNarrowLine(new NarrowLine());
        using var trainer = model.CreateIvonTrainer(
            new TrainerOptions { Epochs = 1, Beta = 0.25, FitLoss = FitLoss.SquaredError },
            new IvonOptions { InitialCurvature = 0.3, Beta2 = 1 });
        trainer.Train(new TensorDataSet(randn(50, 2), randn(50, 1)));
        Assert.Equal(-0.5 * Math.Log(50 / 0.25 * 0.3 + 4), model.Posterior.Line.Weight.LogSigma.max().item<float>(), 1e-5);
    }

    [Fact]
    public void RefusesOptionsWithoutMeaning()
    {
        using var model = new BayesianHeaded(new Headed());
        string Refused(TrainerOptions options) => Assert.Throws<ArgumentException>(() => model.CreateIvonTrainer(options)).Message;
        Assert.Contains("constant", Refused(new() { Beta = new LinearWarmup(2) }));
        Assert.Contains("positive", Refused(new() { Beta = 0 }));
        Assert.Contains("TrustRadius", Refused(new() { MaxGradientNorm = 1 }));
        Assert.Contains("'mu'", Refused(new() { LearningRateFactors = new Dictionary<string, double> { ["mu"] = 2 } }));
        Assert.Contains("'log_sigma'", Refused(new() { Bounds = new Dictionary<string, Bounds> { ["log_sigma"] = (-9, 0) } }));
        model.CreateIvonTrainer(new()
        {
            LearningRateFactors = new Dictionary<string, double> { ["deterministic"] = 2 },
            Bounds = new Dictionary<string, Bounds> { ["deterministic"] = (-1, 1) },
        }).Dispose();
        foreach (var wrong in (IvonOptions[])
            [new() { LearningRate = 0 }, new() { Beta1 = 1 }, new() { Beta2 = 1.1 }, new() { InitialCurvature = -1 },
                new() { TrustRadius = 0 }])
            Assert.Throws<ArgumentOutOfRangeException>(() => model.CreateIvonTrainer(new(), wrong));

        // What the compiler cannot know: a prior of the runtime, and a network of another family by the door that takes any.
        model.Prior.Head.Weight = new LaplacePrior(0.1);
        Assert.Contains("'head.weight'", Assert.Throws<NotSupportedException>(() => model.CreateIvonTrainer(new())).Message);
        model.Prior.Head.Weight = GaussianPrior.Trainable(0.1);
        Assert.Contains("trainable", Assert.Throws<NotSupportedException>(() => model.CreateIvonTrainer(new())).Message);
        using var mixed = new BayesianMixedClassifier(new MixedClassifier());
        static VariationalTrainer OfAny(IBayesianNetwork any) => VariationalTrainer.WithIvon(any, x => x, new());
        Assert.Contains("'conv.weight'", Assert.Throws<NotSupportedException>(() => OfAny(mixed)).Message);
    }

    [Fact]
    public void TrainingLeaksNothing()
    {
        using var model = new BayesianHeaded(new Headed());
        using var scope = NewDisposeScope();
        var data = new TensorDataSet(randn(40, 3), randn(40, 1));
        long Live(int epochs, int samples)
        {
            using (var trainer = model.CreateIvonTrainer(
                new TrainerOptions { Epochs = epochs, BatchSize = 4, Samples = samples, FitLoss = FitLoss.SquaredError },
                new IvonOptions { InitialCurvature = 1 }))
                trainer.Train(data, data);
            return DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        }

        foreach (var samples in new[] { 1, 3 })
        {
            var before = Live(1, samples);
            Assert.Equal(before, Live(4, samples));
        }
    }

    /// <summary>Two hundred steps with the defaults: random answers would be 10 % right with an NLL of 2.3.</summary>
    [Fact]
    public void DefaultsLearnDigits()
    {
        random.manual_seed(1);
        using var train = SyntheticDigits.Create(4_000, seed: 1);
        using var test = SyntheticDigits.Create(1_000, seed: 2);
        using var model = new BayesianDigitReader(new DigitReader());
        using var trainer = model.CreateIvonTrainer(new TrainerOptions { Epochs = 6, Metrics = [Metric.Accuracy], Seed = 1 });
        trainer.Train(train);
        var result = trainer.Evaluate(test);
        Assert.True(result.Accuracy > 0.85, $"accuracy {result.Accuracy:P1}");
        Assert.True(result.Fit < 0.5, $"NLL {result.Fit:F3}");
    }
}
