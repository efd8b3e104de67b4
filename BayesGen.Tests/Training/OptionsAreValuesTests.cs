using BayesGen.Data;

namespace BayesGen.Tests;

/// <summary>Options describe a training; what happens in one trainer is nothing to another.</summary>
public class OptionsAreValuesTests
{
    [Fact]
    public void SecondTrainerOfTheSameOptionsStartsWithTheSameBeta()
    {
        var options = Options() with { Beta = new ChainedBeta(new LinearWarmup(1), new PlateauBeta(1, 0.5, patience: 1, threshold: 1)) };
        var (one, other) = (Betas(options), Betas(options));
        Assert.Equal(one, other);
        Assert.True(one[0] > 0.5, $"beta {one[0]} after the warm-up");

        static List<double> Betas(TrainerOptions options)
        {
            using var data = Examples();
            using var model = Model(1);
            using var trainer = model.CreateTrainer(options);
            return [.. trainer.Train(data).Epochs.Select(epoch => epoch.Beta)];
        }
    }

    /// <summary>Side by side, one step each in turn: what one sees is no part of the other.</summary>
    [Fact]
    public void ARunOfAScheduleSeesOnlyItsOwnTraining()
    {
        var schedule = new PlateauBeta(1, 0.5, patience: 1, threshold: 0);
        var (one, other) = (schedule.Begin(), schedule.Begin());
        Assert.Equal(1, one.Next(1, new BetaSignal(0, false, 5, 0, 0, 0)));
        Assert.Equal(1, other.Next(1, new BetaSignal(0, false, 9, 0, 0, 0)));
        Assert.Equal(0.5, one.Next(1, new BetaSignal(0, false, 6, 0, 0, 0)));
        Assert.Equal(1, other.Next(1, new BetaSignal(0, false, 8, 0, 0, 0)));
    }

    [Fact]
    public void OptionsCopyListsAndDictionaries()
    {
        var (metrics, factors) = (new List<Metric> { Metric.Accuracy }, new Dictionary<string, double> { ["mu"] = 1 });
        var (hooks, bounds) = (new List<Action<VariationalTrainer, StepResult>>(), new Dictionary<string, Interval>());
        var schedules = new List<BetaSchedule> { 0.25 };
        var beta = new ChainedBeta(schedules);
        var options = new TrainerOptions { Metrics = metrics, LearningRateFactors = factors, Hooks = hooks, Bounds = bounds };
        metrics.Clear();
        factors["mu"] = 7;
        hooks.Add((_, _) => { });
        bounds["mu"] = (0, 0);
        schedules[0] = 0.75;
        Assert.Equal([Metric.Accuracy], options.Metrics);
        Assert.Equal(1, options.LearningRateFactors?["mu"]);
        Assert.Empty(options.Hooks);
        Assert.Empty(options.Bounds);
        Assert.Equal(0.25, beta.Initial);
    }

    [Fact]
    public void ThresholdsWithAnotherNumberAreACopy()
    {
        var before = new Thresholds { [Family.Gaussian] = 1 };
        var after = before.With(Family.Gaussian, 2).With("fc.weight", 3);
        Assert.Equal("Gaussian 1", before.ToString());
        Assert.Equal("Gaussian 2, fc.weight 3", after.ToString());
    }

    [Fact]
    public void ASecondTrainerLeavesTheNoiseOfTheFirstAlone()
    {
        Assert.Equal(Weights(disturbed: false), Weights(disturbed: true));

        static string Weights(bool disturbed)
        {
            using var data = Examples();
            using var model = Model(1);
            using var first = model.CreateTrainer(Options());
            first.Train(data);
            using var second = disturbed ? model.CreateTrainer(Options() with { Seed = 99 }) : null;
            if (disturbed)
                model.Draw().Dispose();
            first.Train(data);
            return Written(model);
        }
    }

    [Fact]
    public void MakingATrainerLeavesTheRandomGeneratorsAlone()
    {
        using var model = Model(1);
        var before = (model.Arena.Noise.Seed, model.Arena.Noise.Calls);
        using var trainer = model.CreateTrainer(Options());
        Assert.Equal(before, (model.Arena.Noise.Seed, model.Arena.Noise.Calls));
    }

    internal static TrainerOptions Options() => new() { Epochs = 2, BatchSize = 8, Seed = 4 };

    internal static BayesianNormed Model(int seed)
    {
        random.manual_seed(seed);
        return new BayesianNormed(new Normed());
    }

    internal static TensorDataSet Examples(int count = 32)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        var x = randn([count, 4], ScalarType.Float32, CPU, generator: generator);
        return new TensorDataSet(x, (x.sum(1) > 0).to(ScalarType.Int64));
    }

    internal static string Written(BayesianNormed model) =>
        string.Join(' ', model.Arena.StateTensors().Select(entry => Convert.ToHexString(entry.Value.detach().bytes)));
}
