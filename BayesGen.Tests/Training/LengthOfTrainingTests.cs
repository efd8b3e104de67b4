using BayesGen.Data;
using BayesGen.Reporting;

namespace BayesGen.Tests;

/// <summary>How long a training is that nobody gives a length.</summary>
public class LengthOfTrainingTests
{
    /// <summary>Ten epochs of one batch move no posterior; a thousand steps do.</summary>
    [Theory]
    [InlineData(1, 100, 1000)]
    [InlineData(30, 100, 1000)]
    [InlineData(101, 100, 500)]
    [InlineData(299, 100, 334)]
    [InlineData(9_900, 100, 11)]
    [InlineData(10_000, 100, 10)]
    [InlineData(60_000, 100, 10)]
    [InlineData(60_000, 60_000, 1000)]
    public void SmallDataIsGivenAThousandSteps(int rows, int batchSize, int epochs) =>
        Assert.Equal(epochs, EpochsOn(Rows(rows), new TrainerOptions { BatchSize = batchSize }));

    [Fact]
    public void ALengthThatIsSaidIsKept() =>
        Assert.Equal(2, EpochsOn(Rows(1), new TrainerOptions { Epochs = 2 }));

    [Fact]
    public void DataThatDoesNotTellItsBatchesIsReadTenTimes() => Assert.Equal(10, EpochsOn(
        BatchSource.From(Endless()), new TrainerOptions { ExampleCount = 5 }));

    [Fact]
    public void NoEpochAtAllIsRefused()
    {
        using var model = OptionsAreValuesTests.Model(1);
        var refusal = Assert.Throws<ArgumentOutOfRangeException>(() => model.CreateTrainer(new TrainerOptions { Epochs = 0 }));
        Assert.Equal(nameof(TrainerOptions.Epochs), refusal.ParamName);
    }

    /// <summary>Also where the data decides how long that is; then it stays, in a second training too.</summary>
    [Fact]
    public void BetaRisesForHalfOfTheTraining()
    {
        using var data = OptionsAreValuesTests.Examples();
        using var model = OptionsAreValuesTests.Model(1);
        using var trainer = model.CreateTrainer(new TrainerOptions { Epochs = 4, BatchSize = 8 });
        double[] betas = [.. trainer.Train(data).Epochs.Select(epoch => epoch.Beta)];
        Assert.Equal([0.5, 1, 1, 1], betas, (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.All(trainer.Train(data).Epochs, epoch => Assert.Equal(1, epoch.Beta));
    }

    private static int EpochsOn(BatchSource data, TrainerOptions options)
    {
        var start = new Start();
        using var model = OptionsAreValuesTests.Model(1);
        using var trainer = model.CreateTrainer(options with { Report = start });
        Assert.Throws<OperationCanceledException>(() => trainer.Train(data));
        return start.Epochs;
    }

    private static TensorDataSet Rows(int count)
    {
        using var scope = NewDisposeScope();
        return new TensorDataSet(zeros(count, 4, ScalarType.Float32, CPU), zeros(count, ScalarType.Int64, CPU));
    }

    private static IEnumerable<(Tensor, Tensor)> Endless()
    {
        while (true)
            yield return (zeros(5, 4, ScalarType.Float32, CPU), zeros(5, ScalarType.Int64, CPU));
    }

    /// <summary>Hears how long the training is to be, and ends it before it begins.</summary>
    private sealed class Start : IReport
    {
        public int Epochs { get; private set; }

        public void OnStart(TrainingInfo info)
        {
            Epochs = info.Epochs;
            throw new OperationCanceledException();
        }
    }
}
