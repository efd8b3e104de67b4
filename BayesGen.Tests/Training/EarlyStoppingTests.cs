using static BayesGen.Tests.OptionsAreValuesTests;

namespace BayesGen.Tests;

/// <summary>A training that does not get better ends, with its result and its best network.</summary>
public sealed class EarlyStoppingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen-stopping").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void StopsAndRestoresTheBestNetwork()
    {
        using var data = Examples();
        using var model = Model(1);
        var states = new List<string>();
        // Better for three epochs, then never again.
        using var trainer = model.CreateTrainer(
            Stopping([3, 2, 1, 4, 5, 6, 7, 8]) with { Report = new AfterEpochs(() => states.Add(Written(model))) });
        var result = trainer.Train(data);
        Assert.Equal(5, result.Epochs.Count);
        Assert.True(result.StoppedEarly);
        Assert.Equal(3, result.BestEpoch);
        Assert.Contains("after epoch 5", Assert.Single(result.Notices));
        Assert.Equal(states[2], Written(model));
        Assert.NotEqual(states[4], states[2]);
    }

    [Fact]
    public void RestoresTheBestNetworkAfterAllEpochs()
    {
        using var data = Examples();
        using var model = Model(1);
        var states = new List<string>();
        using var trainer = model.CreateTrainer(
            Stopping([1, 2, 3]) with { Epochs = 2, Report = new AfterEpochs(() => states.Add(Written(model))) });
        var result = trainer.Train(data);
        Assert.Equal((2, false, 1), (result.Epochs.Count, result.StoppedEarly, result.BestEpoch));
        Assert.Equal(states[0], Written(model));
    }

    [Fact]
    public void AnotherTrainDoesNotContinueAfterTheStop()
    {
        using var data = Examples();
        using var model = Model(1);
        using var trainer = model.CreateTrainer(Stopping([1, 2, 3]));
        trainer.Train(data);
        var before = Written(model);
        var again = trainer.Train(data);
        Assert.Empty(again.Epochs);
        Assert.True(again.StoppedEarly);
        Assert.Contains("new trainer", Assert.Single(again.Notices));
        Assert.Equal(before, Written(model));
    }

    [Fact]
    public void AResumedTrainingStopsAtTheSameEpoch()
    {
        using var data = Examples();
        double[] scores = [3, 2, 1, 4, 5, 6, 7, 8];
        var (whole, broken) = (Path.Combine(_folder, "whole"), Path.Combine(_folder, "broken"));
        var expected = Run(whole, 0);
        Run(broken, stop: 14);
        Assert.Equal(expected, Run(broken, 0));

        // And once it has stopped, it is not taken up again.
        Assert.Equal(expected, Run(broken, 0));

        string Run(string folder, int stop)
        {
            using var model = Model(1);
            using var source = new CancellationTokenSource();
            using var trainer = model.CreateTrainer(Stopping(scores) with
            {
                Checkpoints = new CheckpointOptions { Folder = folder },
                Hooks = [(_, step) => { if (step.GlobalStep == stop) source.Cancel(); }],
            });
            trainer.TryResume(folder);
            if (stop > 0)
                Assert.Throws<OperationCanceledException>(() => trainer.Train(data, null, source.Token));
            else
                Assert.True(trainer.Train(data).StoppedEarly);
            return Written(model);
        }
    }

    /// <summary>The fit is best before the network pays for its weights; that is not a reason to stop, and no best.</summary>
    [Fact]
    public void EpochsOfTheWarmUpDoNotCount()
    {
        using var data = Examples();
        using var model = Model(1);
        using var trainer = model.CreateTrainer(Stopping([0, 1, 2, 3, 4, 9, 8, 10, 11, 12]) with { Beta = new LinearWarmup(5) });
        var result = trainer.Train(data);
        Assert.Equal(1, result.Epochs[4].Beta);
        Assert.Equal((7, 5), (result.Epochs.Count, result.BestEpoch));
    }

    [Theory]
    [InlineData(200, true, 10)]
    [InlineData(12, true, 6)]
    [InlineData(12, false, 6)]
    public void TheDefaultWarmUpEndsBeforeATrainingMayStop(int epochs, bool stops, int length)
    {
        using var data = Examples(8);
        using var model = Model(1);
        var betas = new List<double>();
        using var source = new CancellationTokenSource();
        var options = Options() with
        {
            Epochs = epochs,
            EarlyStopping = stops ? new EarlyStopping { Monitor = Scores([1]) } : null,
            Hooks = [(trainer, step) => { betas.Add(trainer.Beta); if (step.GlobalStep == length) source.Cancel(); }],
        };
        using var trainer = model.CreateTrainer(options);
        Assert.Throws<OperationCanceledException>(() => trainer.Train(data, null, source.Token));
        Assert.Equal(1, betas[^1], 12);
        Assert.True(betas[^2] < 1);
    }

    [Fact]
    public void RefusesAMissingMetricBeforeTheFirstEpoch()
    {
        using var data = Examples();
        using var model = Model(1);
        string Message(TrainerOptions options, bool validates) => Assert.ThrowsAny<ArgumentException>(() =>
        {
            using var trainer = model.CreateTrainer(options);
            if (validates)
                trainer.Train(data, data);
            else
                trainer.Train(data);
        }).Message;
        Assert.Contains("no validation data", Message(Options() with { EarlyStopping = new() }, false));
        Assert.Contains("ElboSamples is 0", Message(Options() with { EarlyStopping = new(), ElboSamples = 0 }, true));
        Assert.Contains("Patience", Message(Options() with { EarlyStopping = new() { Patience = 0 } }, true));
        Assert.Contains(
            "ElboSamples is 0", Message(
                Options() with { ElboSamples = 0, Checkpoints = new() { Folder = _folder, KeepBest = CheckpointScore.Elbo } }, true));
    }

    [Fact]
    public void AWarmUpLongerThanTheTrainingIsToldOf()
    {
        using var data = Examples();
        using var model = Model(1);
        using var trainer = model.CreateTrainer(Stopping([3, 2, 1]) with { Epochs = 3, Beta = new LinearWarmup(5) });
        var result = trainer.Train(data);
        Assert.Null(result.BestEpoch);
        Assert.Contains("no best epoch", Assert.Single(result.Notices));
        Assert.Contains("beta was on its way in every epoch", result.Notices[0]);

        using var other = model.CreateTrainer(Stopping([double.NaN]) with { Epochs = 1 });
        Assert.Contains("the score never was a number", Assert.Single(other.Train(data).Notices));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(5000)]
    public void AnExampleCountThatContradictsTheDataIsToldOf(long count)
    {
        using var data = Examples();
        using var model = Model(1);
        using var trainer = model.CreateTrainer(Options() with { Epochs = 1, ExampleCount = count });
        Assert.Contains(
            $"ExampleCount is {count}, and the training data has {data.Count} examples", Assert.Single(trainer.Train(data).Notices));
        using var same = model.CreateTrainer(Options() with { Epochs = 1, ExampleCount = data.Count });
        Assert.Empty(same.Train(data).Notices);
    }

    private static TrainerOptions Stopping(double[] scores) => Options() with
    {
        Epochs = 50,
        Beta = 0.5,
        EarlyStopping = new EarlyStopping { Monitor = Scores(scores), Patience = 2 },
    };

    /// <summary>Scores by the number of the epoch, the lowest the best.</summary>
    private static CheckpointScore Scores(double[] scores) =>
        new("score", epoch => scores[Math.Min(epoch.Epoch, scores.Length) - 1], HigherIsBetter: false);

    private sealed class AfterEpochs(Action what) : IReport
    {
        public void OnEpoch(EpochResult epoch) => what();
    }
}
