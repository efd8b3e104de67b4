using BayesGen.Data;

namespace BayesGen.Tests;

/// <summary>An evaluation needs no trainer.</summary>
public class EvaluatorTests
{
    [Fact]
    public void AnEvaluatorSaysWhatATrainerSays()
    {
        random.manual_seed(2);
        using var data = SyntheticDigits.Create(60, 1);
        using var model = new BayesianMixedClassifier(new MixedClassifier());
        using var trainer = model.CreateTrainer(new TrainerOptions { Beta = 0.5, Metrics = [Metric.Accuracy], BatchSize = 16 });
        var alone = new Evaluator(model, model.call, new EvaluationOptions { Beta = 0.5, Metrics = [Metric.Accuracy], BatchSize = 16 });
        var thresholds = new Thresholds { [Family.Gaussian] = 0.5 };
        foreach (var threshold in (Thresholds?[])[null, thresholds])
        {
            var (expected, found) = (trainer.Evaluate(data, threshold), alone.Evaluate(data, threshold));
            Assert.Equal(expected with { Metrics = found.Metrics, Pruning = found.Pruning }, found);
            Assert.Equal(expected.Metrics, found.Metrics);
            Assert.Equal(expected.Pruning.ToString(), found.Pruning.ToString());
        }
    }

    [Fact]
    public void OptionsThatATrainerRefusesAreRefusedWithoutOne()
    {
        using var model = new BayesianMixedClassifier(new MixedClassifier());
        string Refused(EvaluationOptions options) =>
            Assert.ThrowsAny<ArgumentException>(() => new Evaluator(model, model.call, options)).Message;
        Assert.Contains($"called '{Metric.Accuracy.Name}'", Refused(new() { Metrics = [Metric.Accuracy, Metric.Accuracy] }));
        Assert.Contains("Metrics holds null", Refused(new() { Metrics = [null!] }));
        Assert.Contains("EvaluationOptions.EvaluateAt is one of", Refused(new() { EvaluateAt = (WeightState)99 }));
    }

    [Fact]
    public void AModelIsEvaluatedInOneLine()
    {
        random.manual_seed(2);
        using var data = SyntheticDigits.Create(60, 1);
        using var model = new BayesianMixedClassifier(new MixedClassifier());
        var result = model.Evaluate(data);
        Assert.Equal(60, result.Examples);
        Assert.InRange(result.Accuracy, 0, 1);
        Assert.Equal(result.Fit + result.Divergence / 60, result.Total, 1e-6 * Math.Abs(result.Total));
    }

    [Fact]
    public void ALossThatCannotScoreTheNetworkIsRefused()
    {
        using var model = new BayesianMixedClassifier(new MixedClassifier());
        Assert.Throws<NotSupportedException>(
            () => new Evaluator(model, model.call, new EvaluationOptions { Loss = new GaussianKLLoss() }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Evaluator(model, model.call, new EvaluationOptions { BatchSize = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EvaluationOptions { Beta = -1 });
    }
}
