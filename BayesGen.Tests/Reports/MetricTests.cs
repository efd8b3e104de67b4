namespace BayesGen.Tests;

/// <summary>Metrics over batches: what counts, what is NaN, and whose the tensors are.</summary>
public sealed class MetricTests
{
    [Fact]
    public void AccuracyOfOneLogitUsesItsSign()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new[] { 2f, -1, 0.5f, -3 }, [4], device: CPU);
        foreach (var output in new[] { logits, logits.unsqueeze(1) })
            foreach (var type in new[] { ScalarType.Float32, ScalarType.Int64 })
                foreach (
                    var targets in new[] { tensor(new long[] { 1, 0, 0, 0 }, [4], device: CPU),
                    tensor(new long[] { 1, 0, 0, 0 }, [4, 1], device: CPU) })
                    Assert.Equal(0.75, Accuracy(output, targets.to(type)));
    }

    [Fact]
    public void AccuracyIgnoresUnlabeledExamples()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new[] { 1f, 0, 1, 0, 0, 1 }, [3, 2], device: CPU);
        Assert.Equal(1, Accuracy(logits, tensor(new long[] { 0, -100, 1 }, [3], device: CPU)));
        Assert.Equal(0.5, Accuracy(logits, tensor(new long[] { 0, -100, 0 }, [3], device: CPU)));
        Assert.Equal(1, Accuracy(logits.select(1, 1) - logits.select(1, 0), tensor(new[] { 0f, -100, 1 }, [3], device: CPU)));
    }

    [Fact]
    public void AccuracyOfPositionsIsTheFractionOfPositions()
    {
        using var scope = NewDisposeScope();
        // Two examples of three places; the classes that win are 1 1 0 and 0 1 1.
        var best = tensor(new long[] { 1, 1, 0, 0, 1, 1 }, [2, 3], device: CPU);
        var logits = nn.functional.one_hot(best, 2).transpose(1, 2).to(ScalarType.Float32);
        Assert.Equal(5.0 / 6, Accuracy(logits, tensor(new long[] { 1, 1, 0, 0, 1, 0 }, [2, 3], device: CPU)), 1e-15);
        // Four places count, of which three are right: not the mean over the examples, 1 and 2/3.
        Assert.Equal(0.75, Accuracy(logits, tensor(new long[] { 1, -100, -100, 0, 1, 0 }, [2, 3], device: CPU)), 1e-15);
    }

    [Fact]
    public void AccuracyOfNaNIsNaN()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new[] { float.NaN, float.NaN, 1, 0 }, [2, 2], device: CPU);
        Assert.True(double.IsNaN(Accuracy(logits, zeros(2, dtype: ScalarType.Int64, device: CPU))));
        Assert.True(double.IsNaN(Accuracy(logits.select(1, 0), zeros(2, dtype: ScalarType.Int64, device: CPU))));
    }

    [Fact]
    public void RefusesTargetsThatAreNotClassNumbers()
    {
        using var scope = NewDisposeScope();
        var logits = zeros(3, 2, dtype: ScalarType.Float32, device: CPU);
        Assert.Contains("target.argmax(1)", Refused(zeros(3, 2, dtype: ScalarType.Int64, device: CPU)));
        Assert.Contains("Float32", Refused(zeros(3, dtype: ScalarType.Float32, device: CPU)));
        Assert.Contains("Outputs are [3, 2], targets [4]", Refused(zeros(4, dtype: ScalarType.Int64, device: CPU)));

        string Refused(Tensor targets) => Assert.Throws<ArgumentException>(() => Accuracy(logits, targets)).Message;
    }

    [Fact]
    public void AMetricMayReturnItsArgument()
    {
        using var scope = NewDisposeScope();
        var (output, target) = (tensor(new[] { 1f, 2 }, [2], device: CPU), zeros(2, dtype: ScalarType.Float32, device: CPU));
        var metric = new Metric("output", (given, _) => given);
        Assert.Equal((3, 2), metric.Sum(output, target));
        Assert.Equal((3, 2), metric.Sum(output, target));
    }

    [Fact]
    public void NamesAMetricThatFails()
    {
        using var scope = NewDisposeScope();
        var metric = new Metric("mine", (output, target) => (output - target).abs());
        var error = Assert.Throws<InvalidOperationException>(
            () => metric.Sum(zeros(3, dtype: ScalarType.Float32, device: CPU), zeros(4, dtype: ScalarType.Float32, device: CPU)));
        Assert.Contains("The metric 'mine' cannot take outputs of shape [3]", error.Message);
        Assert.Contains("9 numbers for 3 examples", Assert.Throws<InvalidOperationException>(
            () => metric.Sum(
                zeros(3, dtype: ScalarType.Float32, device: CPU), zeros(3, 1, dtype: ScalarType.Float32, device: CPU))).Message);
    }

    [Fact]
    public void AnEvaluationOfClassesReportsAccuracyByDefault()
    {
        random.manual_seed(1);
        using var data = SyntheticDigits.Create(20, 1);
        using var model = new BayesianMixedClassifier(new MixedClassifier());
        using var asked = model.CreateTrainer(new TrainerOptions { Metrics = [Metric.Accuracy], ElboSamples = 0 });
        using var silent = model.CreateTrainer(new TrainerOptions { ElboSamples = 0 });
        Assert.Equal(asked.Evaluate(data).Accuracy, silent.Evaluate(data).Accuracy);
        Assert.False(double.IsNaN(silent.Evaluate(data).Accuracy));
    }

    /// <summary>Batches of two, in which 2, 0 and 1 examples have labels.</summary>
    [Fact]
    public void UnlabeledExamplesDoNotWeighInAnEpoch()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(2);
        using var model = new BayesianLine(new Line());
        var x = randn(6, 2, dtype: ScalarType.Float32, device: CPU);
        var labels = tensor(new[] { 1f, 1, -100, -100, -100, 0 }, [6, 1], device: CPU);
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            Epochs = 1, BatchSize = 2, Shuffle = false, Metrics = [Metric.Accuracy], LearningRate = 1e-9, ElboSamples = 0,
            FitLoss = new FitLoss("nothing", (output, _) => output.sum() * 0),
        });
        using var data = new Data.TensorDataSet(x, labels);
        var accuracy = trainer.Train(data).Epochs[0].Metrics["accuracy"] * 3;
        Assert.InRange(accuracy, 0, 3);
        Assert.Equal(Math.Round(accuracy), accuracy, 1e-9);
    }

    private static double Accuracy(Tensor output, Tensor targets)
    {
        var (sum, count) = Metric.Accuracy.Sum(output, targets);
        return sum / count;
    }
}
