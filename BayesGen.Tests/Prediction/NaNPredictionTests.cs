namespace BayesGen.Tests;

/// <summary>NaN is no answer: it has a largest element, the first, and lies in no interval.</summary>
public sealed class NaNPredictionTests
{
    [Fact]
    public void RefusesThePredictionOfANetworkThatAnswersNaN()
    {
        using var scope = NewDisposeScope();
        using var data = SyntheticDigits.Create(4, 1);
        using var model = StateFileTests.Trained(1);
        using (no_grad())
            model.Network.parameters().First().fill_(double.NaN);
        var error = Assert.Throws<InvalidOperationException>(() => model.Predict(
            x => model.call(x) * double.NaN, data.Inputs, samples: 2, new PredictionOptions { BatchSize = 2 }));
        Assert.Contains("NaN", error.Message);
        Assert.Contains("examples 0, 1", error.Message);
    }

    [Fact]
    public void NamesInputsThatAreNaN()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var model = new BayesianLine(new Line());
        var x = ones(5, 2, dtype: ScalarType.Float32, device: CPU);
        x[3, 1] = float.NaN;
        var options = new PredictionOptions { BatchSize = 2 };
        var error = Assert.Throws<ArgumentException>(() => model.Predict(x, GaussianNoise.Fixed(1), 2, options));
        Assert.Contains("inputs of example 3", error.Message);
        using var predictor = model.CreatePredictor(() => new Line(), draws: 2);
        Assert.Contains(
            "inputs of example 3", Assert.Throws<ArgumentException>(() => predictor.Predict(x, GaussianNoise.Fixed(1))).Message);
        // Those that can be answered are.
        Assert.Equal(3, model.Predict(x[..3], GaussianNoise.Fixed(1), 2, options).Count);
    }

    [Fact]
    public void NamesInfiniteNoise()
    {
        using var scope = NewDisposeScope();
        var sums = new RegressionSums(GaussianNoise.Learned);
        using (NewDisposeScope())
            sums.Add(tensor(new[] { 0, 0, 0, 2000.0 }, [2, 2], ScalarType.Float64, CPU));
        Assert.Contains("example 1", Assert.Throws<InvalidOperationException>(() => sums.EndBatch()).Message);
    }

    [Fact]
    public void MetricsRefuseNaN()
    {
        double[][] p = [[0.5, 0.5], [double.NaN, double.NaN]];
        Assert.Contains("example 1", Assert.Throws<ArgumentException>(() => ClassificationMetrics.Accuracy(p, [0, 0])).Message);
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.ReliabilityBins(p, [0, 0]));
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.CalibrationErrorOfClasses(p, [0, 0]));
        Assert.Contains("targets of example 0", Assert.Throws<ArgumentException>(
            () => RegressionMetrics.Coverage([[0]], [[1]], [[double.NaN]])).Message);
        Assert.Throws<ArgumentException>(() => RegressionMetrics.RootMeanSquaredError([[double.NaN]], [[1]]));
        Assert.Throws<InvalidOperationException>(() => ClassPrediction.Of(full(2, 3, double.NaN, dtype: ScalarType.Float64, device: CPU)));
    }

    [Fact]
    public void AVarianceOfZeroIsAPeak()
    {
        using var scope = NewDisposeScope();
        var sums = new RegressionSums(GaussianNoise.Learned);
        using (NewDisposeScope())
            sums.Add(tensor(new[] { 1, -2000.0 }, [1, 2], ScalarType.Float64, CPU));
        sums.EndBatch();
        Assert.True(sums.Finish().LogDensity([[1]])[0] > 300);
    }
}
