using BayesGen.Data;

namespace BayesGen.Tests;

/// <summary>One noise for all inputs: where it starts, how fast it gets to the residuals, and what a prediction makes of it.</summary>
public sealed class LearnedNoiseTests
{
    /// <summary>Targets a hundred times as large as the sigma of 1 that nobody chose.</summary>
    [Fact]
    public void NoiseWithoutAStartBeginsAtTheFirstResiduals()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var model = new BayesianNoisyCurve(new NoisyCurve());
        var (x, y) = Curve(64, seed: 1, sigma: 0, scale: 100);
        using var data = new TensorDataSet(x, y);
        var residual = (y - MeanOf(model, x)).square().mean().sqrt().item<float>();
        Train(model, data, steps: 1);
        Assert.Equal(1, SigmaOf(model) / residual, 0.02);
    }

    [Fact]
    public void NoiseWithAStartMovesATenthOfTheWayInAStep()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(2);
        using var model = new BayesianNoisyCurve(new NoisyCurve(sigma: 0.3));
        var (x, y) = Curve(64, seed: 2, sigma: 0, scale: 100);
        using var data = new TensorDataSet(x, y);
        var variance = (y - MeanOf(model, x)).square().mean().item<float>();
        Train(model, data, steps: 1);
        Assert.Equal(0.9 * 0.09 + 0.1 * variance, Math.Pow(SigmaOf(model), 2), 0.05 * variance * 0.1);
    }

    /// <summary>A start of 1 that is named is a start like any other.</summary>
    [Fact]
    public void AnExplicitSigmaOfOneIsKept()
    {
        using var scope = NewDisposeScope();
        Assert.False(LogSigmaStart.IsOpen(GaussianNoise.LogSigma(2, sigma: 1)));
        using var open = GaussianNoise.LogSigma(2);
        Assert.True(LogSigmaStart.IsOpen(open));
        Assert.Equal(1, open.exp()[1].item<float>());
        using var model = new BayesianNoisyCurve(new NoisyCurve());
        model.to(ScalarType.Float64);
        Assert.True(LogSigmaStart.IsOpen(model.state_dict()["logSigma"]));
    }

    /// <summary>Eighty steps, in which Adam moves log sigma from 0 to about -0.3 where -1.9 is right.</summary>
    [Trait("Lane", "Slow")]
    [Fact]
    public void LearnsTheNoiseOfASineInTheDefaultEpochs()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(3);
        using var model = new BayesianForecaster(new Forecaster());
        var (x, y) = Sine(1000, seed: 1, sigma: 0.15);
        using var data = new TensorDataSet(x, y);
        using var trainer = model.CreateTrainer(new TrainerOptions { FitLoss = FitLoss.LearnedGaussian, ElboSamples = 0, Seed = 1 });
        trainer.Train(data);
        Assert.InRange(SigmaOf(model), 0.14, 0.4);
    }

    /// <summary>
    /// A network that differs by 0.03 between draws round targets of variance 0.05 learns a noise of 0.05, and predicts 0.08.
    /// </summary>
    [Fact]
    [Trait("Lane", "Slow")]
    public void CalibratedNoiseExcludesTheSpreadOfTheSamples()
    {
        const int Count = 2_000;
        using var scope = NewDisposeScope();
        random.manual_seed(4);
        using var model = new BayesianLine(new Line());
        model.to(ScalarType.Float64);
        using (no_grad())
        {
            model.Posterior.Line.Weight.Mu.fill_(0);
            model.Posterior.Line.Weight.LogSigma.fill_(0.5 * Math.Log(0.03));
        }

        var x = tensor(new[] { 1.0, 0 }, [1, 2], ScalarType.Float64, CPU).expand(Count, 2);
        using var validation = new TensorDataSet(x, randn(Count, 1, dtype: ScalarType.Float64, device: CPU) * Math.Sqrt(0.05));
        using var test = new TensorDataSet(x, randn(Count, 1, dtype: ScalarType.Float64, device: CPU) * Math.Sqrt(0.05));
        var learned = GaussianNoise.Fixed(Math.Sqrt(0.05));
        var calibrated = model.CalibrateNoise(validation, learned, samples: 100);

        var (before, after) = (model.EvaluatePredictions(test, learned, 100), model.EvaluatePredictions(test, calibrated, 100));
        Assert.InRange(after.Prediction.AleatoricVariance[0][0], 0.012, 0.03);
        var level = after.Intervals.Single(interval => interval.Level == 0.95);
        // Five standard errors of a part of 2,000, and as much again for the noise that was fitted to as many.
        Assert.Equal(0.95, level.Coverage, 2 * 5 * Math.Sqrt(0.95 * 0.05 / Count));
        Assert.True(before.Intervals.Single(interval => interval.Level == 0.95).Coverage > 0.97);
        Assert.True(after.NegativeLogLikelihood < before.NegativeLogLikelihood);
        Assert.Contains("variance times", calibrated.ToString());
    }

    [Fact]
    public void RefusesFactorsThatDoNotFit()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianLine(new Line());
        var x = ones(2, 2, dtype: ScalarType.Float32, device: CPU);
        Assert.Equal(2, model.Predict(x, GaussianNoise.Fixed(1).Scaled(2), 1).AleatoricVariance[0][0], 1e-12);
        Assert.Contains(
            "2 outputs", Assert.Throws<InvalidOperationException>(() => model.Predict(x, GaussianNoise.Fixed(1).Scaled(2, 3), 1)).Message);
        Assert.Throws<ArgumentException>(() => GaussianNoise.Learned.Scaled());
        Assert.Throws<ArgumentException>(() => GaussianNoise.Learned.Scaled(0));
    }

    private static void Train(BayesianNoisyCurve model, TensorDataSet data, int steps)
    {
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            Epochs = steps, BatchSize = (int)data.Count, FitLoss = FitLoss.LearnedGaussian, LearningRate = 1e-9, ElboSamples = 0,
        });
        trainer.Train(data);
    }

    private static Tensor MeanOf(BayesianNoisyCurve model, Tensor x)
    {
        using var _ = no_grad();
        return model.call(x)[.., ..1];
    }

    private static double SigmaOf(nn.Module model) => Math.Exp(model.state_dict()["logSigma"].item<float>());

    private static (Tensor X, Tensor Y) Curve(int count, int seed, double sigma, double scale = 1)
    {
        var random = new Random(seed);
        float[] x = [.. Enumerable.Range(0, count).Select(_ => (float)(6 * random.NextDouble() - 3))];
        float[] y = [.. x.Select(at => (float)(scale * (Math.Sin(2 * at) + 0.3 * at + sigma * Normal(random))))];
        return (tensor(x, [count, 1], device: CPU), tensor(y, [count, 1], device: CPU));
    }

    /// <summary>Twenty values of a noisy sine, and the one after them.</summary>
    private static (Tensor X, Tensor Y) Sine(int count, int seed, double sigma)
    {
        var random = new Random(seed);
        float[] series = [.. Enumerable.Range(0, count + 20).Select(i => (float)(Math.Sin(0.3 * i) + sigma * Normal(random)))];
        float[] x = [.. Enumerable.Range(0, count).SelectMany(i => series[i..(i + 20)])];
        return (tensor(x, [count, 20, 1], device: CPU), tensor(series[20..], [count, 1], device: CPU));
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
