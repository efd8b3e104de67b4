using BayesGen.Data;

namespace BayesGen.Tests.Reports;

/// <summary>What is long can be ended, and leaves nothing half done.</summary>
public sealed class CancellationTests
{
    [Fact]
    public void ACanceledEvaluationRestoresTheNetwork()
    {
        random.manual_seed(4);
        using var data = SyntheticDigits.Create(60, 3);
        using var model = new BayesianMixedClassifier(new MixedClassifier());
        CancellationTokenSource? cancellation = null;
        var examples = 0L;
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            BatchSize = 20,
            Metrics =
            [
                new Metric("cancels in the first batch", (_, targets) =>
                {
                    examples += targets.shape[0];
                    cancellation?.Cancel();
                    return zeros(targets.shape, dtype: ScalarType.Float32, device: CPU);
                }),
            ],
        });
        model.train();
        // A first one to its end, so that everything that is made once has been made.
        trainer.Evaluate(data);
        Assert.Equal(60, examples);
        examples = 0;
        var weights = model.Network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        var tensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        using (cancellation = new CancellationTokenSource())
            Assert.Throws<OperationCanceledException>(() => trainer.Evaluate(data, threshold: null, cancellation.Token));

        Assert.Equal(20, examples);
        Assert.Equal(tensors, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.True(model.training);
        Assert.All(model.Network.state_dict(), entry => Assert.True(entry.Value.eq(weights[entry.Key]).all().item<bool>(), entry.Key));
        foreach (var weight in weights.Values)
            weight.Dispose();
    }

    [Fact]
    public void TryingThresholdsCanBeCanceled()
    {
        using var data = SyntheticDigits.Create(20, 3);
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        using var trainer = model.CreateTrainer(new TrainerOptions());
        Assert.Throws<OperationCanceledException>(
            () => trainer.EvaluateThresholds(data, [1.0, 2.0], new CancellationToken(canceled: true)));
    }

    [Fact]
    public void CreatingDigitsCanBeCanceled() =>
        Assert.ThrowsAny<OperationCanceledException>(() => SyntheticDigits.Create(1000, 1, new CancellationToken(canceled: true)));
}
