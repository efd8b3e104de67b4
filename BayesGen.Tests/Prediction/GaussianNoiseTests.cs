namespace BayesGen.Tests;

/// <summary>Noise that is learned: its loss against hand-worked numbers and differences, its place among the weights.</summary>
public sealed class GaussianNoiseTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void TheLossMatchesTheDensity()
    {
        using var scope = NewDisposeScope();
        // Means 1 and 0, variances 4 and 1, targets 3 and 0.5: -log N(3; 1, 4) - log N(0.5; 0, 1).
        var output = tensor(new[] { 1, 0, Math.Log(4), 0 }, [1, 4], ScalarType.Float64, CPU);
        var target = tensor(new[] { 3, 0.5 }, [1, 2], ScalarType.Float64, CPU);
        var expected = 0.5 * (Math.Log(4) + 1 + 0.25 + 2 * Math.Log(2 * Math.PI));
        Assert.Equal(expected, FitLoss.LearnedGaussian.Mean(output, target).item<double>(), 1e-12);

        // One variance for all is the loss of known noise, and [N] is as good as [N, 1].
        var mean = randn(6, 1, dtype: ScalarType.Float64, device: CPU);
        var joined = cat([mean, full_like(mean, 2 * Math.Log(0.7))], 1);
        var y = randn(6, 1, dtype: ScalarType.Float64, device: CPU);
        var known = FitLoss.Gaussian(0.7).Mean(mean, y).item<double>();
        Assert.Equal(known, FitLoss.LearnedGaussian.Mean(joined, y).item<double>(), 1e-12);
        Assert.Equal(known, FitLoss.LearnedGaussian.Mean(joined, y.squeeze(1)).item<double>(), 1e-12);
        Assert.Contains("[N, 2 D]", Assert.Throws<ArgumentException>(() => FitLoss.LearnedGaussian.Mean(mean, y)).Message);
    }

    [Fact]
    public void GradientsMatchDifferences()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var x = randn(5, 3, dtype: ScalarType.Float64, device: CPU);
        var y = randn(5, 2, dtype: ScalarType.Float64, device: CPU);
        using var one = new BayesianOneNoise(new OneNoise());
        one.to(ScalarType.Float64);
        // Three of each of the four weights and both parameters of the family, and log sigma in the deterministic arena.
        Assert.True(GradientCheck.Run(one, new ElboLoss(), () => FitLoss.LearnedGaussian.Mean(one.call(x), y)) > 20);
        using var each = new BayesianNoiseOfEachInput(new NoiseOfEachInput());
        each.to(ScalarType.Float64);
        Assert.True(GradientCheck.Run(each, new ElboLoss(), () => FitLoss.LearnedGaussian.Mean(each.call(x), y)) > 20);
    }

    /// <summary>
    /// The likelihood is stationary in log sigma where sigma^2 is the mean squared residual, and pulls toward it elsewhere.
    /// </summary>
    [Theory]
    [InlineData(1.0, 0)]
    [InlineData(0.5, -1)]
    [InlineData(2.0, 1)]
    public void LogSigmaIsStationaryAtTheResiduals(double factor, int slope)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(2);
        var mean = randn(40, 1, dtype: ScalarType.Float64, device: CPU);
        var y = mean + 0.3 * randn(40, 1, dtype: ScalarType.Float64, device: CPU);
        var root = (y - mean).square().mean().sqrt().item<double>();
        var logSigma = tensor(new[] { Math.Log(factor * root) }, [1], ScalarType.Float64, CPU).requires_grad_();
        FitLoss.LearnedGaussian.Mean(GaussianNoise.Join(mean, logSigma), y).backward();
        // d/d log sigma of the mean loss is 1 - (root / sigma)^2.
        Assert.Equal(1 - 1 / (factor * factor), logSigma.grad![0].item<double>(), 1e-10);
        Assert.Equal(slope, Math.Sign(Math.Round(logSigma.grad[0].item<double>(), 9)));
    }

    [Fact]
    public void LogSigmaIsSavedAsADeterministicWeight()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(3);
        using var model = new BayesianOneNoise(new OneNoise());
        Assert.Equal(WeightRole.Deterministic, model.Describe().Weights.Single(weight => weight.Key == "logSigma").Role);
        Assert.Equal(Math.Log(0.5), model.state_dict()["logSigma"][1].item<float>(), 1e-6);
        using var trainer = model.CreateTrainer(new TrainerOptions { Epochs = 2, FitLoss = FitLoss.LearnedGaussian, BatchSize = 8 });
        using var data = new Data.TensorDataSet(
            randn(32, 3, dtype: ScalarType.Float32, device: CPU), randn(32, 2, dtype: ScalarType.Float32, device: CPU));
        trainer.Train(data);
        var learned = model.state_dict()["logSigma"].detach().clone();
        Assert.NotEqual(Math.Log(0.5), learned[1].item<float>(), 1e-3);

        var path = Path.Combine(_folder, "noise.safetensors");
        model.Save(path);
        using var loaded = new BayesianOneNoise(new OneNoise());
        loaded.Load(path);
        Assert.True(TensorBits.Same(learned, loaded.state_dict()["logSigma"]));
        var prediction = loaded.Predict(data.Inputs, GaussianNoise.Learned, samples: 3);
        Assert.Equal(Math.Exp(2 * learned[1].item<float>()), prediction.AleatoricVariance[0][1], 1e-6);
    }

    [Fact]
    public void NamesShapesThatDoNotFit()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("[4, 3]", Assert.Throws<ArgumentException>(
            () => GaussianNoise.Join(zeros(4, 3, dtype: ScalarType.Float32, device: CPU), GaussianNoise.LogSigma(2))).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => GaussianNoise.LogSigma(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaussianNoise.LogSigma(1, double.NaN));
    }
}
