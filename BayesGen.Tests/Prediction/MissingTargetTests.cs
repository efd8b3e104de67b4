using BayesGen.Data;

namespace BayesGen.Tests;

/// <summary>Of an example that has some of its targets those count: each figure is one over the targets that are there.</summary>
public sealed class MissingTargetTests
{
    [Fact]
    public void EachFigureIsOverTheTargetsThatAreThere()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var model = new BayesianTabular(new Tabular(1, 2));
        var x = randn(4, 1);
        using var data = new TensorDataSet(x, tensor([1f, 2f, float.NaN, 3f, -1f, float.NaN, float.NaN, float.NaN], [4, 2]));
        var likelihood = Likelihood.Gaussian(0.5).IgnoringNaN();
        var evaluation = model.EvaluatePredictions(data, likelihood, samples: 3);
        var prediction = model.Predict(x, likelihood, samples: 3);
        Assert.Equal((3, 2), (evaluation.Prediction.Count, evaluation.MissingTargets));
        Assert.Contains("3 examples, 3 draws, 2 targets missing: NLL", evaluation.ToString());

        (int Row, int Output, double Y)[] known = [(0, 0, 1), (0, 1, 2), (1, 1, 3), (2, 0, -1)];
        Assert.Equal(
            Math.Sqrt(known.Average(one => Math.Pow(prediction.Mean[one.Row][one.Output] - one.Y, 2))),
            evaluation.RootMeanSquaredError, 1e-6);
        var (_, lower, upper) = prediction.CentralInterval(0.9);
        var band = evaluation.Intervals.Single(interval => interval.Level == 0.9);
        Assert.Equal(
            known.Average(one => lower[one.Row][one.Output] <= one.Y && one.Y <= upper[one.Row][one.Output] ? 1.0 : 0),
            band.Coverage, 1e-12);
        Assert.Equal(known.Average(one => upper[one.Row][one.Output] - lower[one.Row][one.Output]), band.MeanWidth, 1e-6);
        Assert.Equal(known.Average(one => Alone(one).Crps([[one.Y]])[0]), evaluation.Crps, 1e-6);
        double[] densities =
        [
            prediction.LogDensity([[1, 2], [0, 0], [0, 0], [0, 0]])[0],
            Alone(known[2]).LogDensity([[3]])[0],
            Alone(known[3]).LogDensity([[-1]])[0],
        ];
        Assert.Equal(-densities.Average(), evaluation.NegativeLogLikelihood, 1e-6);

        var curve = Comparison.Of(("one", evaluation), ("other", evaluation)).RiskCurves[0];
        Assert.All(curve, risk => Assert.True(double.IsFinite(risk)));

        RegressionPrediction Alone((int Row, int Output, double Y) one) => RegressionPrediction.Of(
            GaussianNoise.Fixed(0.5),
            [.. prediction.MeansOfSamples(one.Row, one.Output).Select(mean => tensor(new[] { mean }, [1, 1], ScalarType.Float64, CPU))]);
    }

    /// <summary>What was brought back into units is judged as the network itself is.</summary>
    [Fact]
    public void APredictionIsJudgedByTheTargetsThatAreThere()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianTabular(new Tabular(1, 2));
        using var data = new TensorDataSet(randn(3, 1), tensor([1f, float.NaN, float.NaN, float.NaN, 5f, 2f], [3, 2]));
        var likelihood = Likelihood.Gaussian(1).IgnoringNaN();
        var prediction = model.Predict(data.Inputs, likelihood, samples: 2);
        var evaluation = RegressionEvaluation.Of(prediction, data, likelihood);
        Assert.Equal(model.EvaluatePredictions(data, likelihood, samples: 2).ToString(), evaluation.ToString());
        Assert.Equal((2, 1), (evaluation.Prediction.Count, evaluation.MissingTargets));
        Assert.Equal([0.6], RegressionEvaluation.Of(prediction, data, likelihood, [0.6]).Intervals.Select(interval => interval.Level));
        Assert.Contains(
            "IgnoringNaN()", Assert.Throws<ArgumentException>(() => RegressionEvaluation.Of(prediction, data)).Message);
        Assert.Contains(
            "IgnoringNaN()",
            Assert.Throws<ArgumentException>(() => RegressionEvaluation.Of(prediction, data, Likelihood.Gaussian(1))).Message);
    }

    /// <summary>It said that there is no target that is a number.</summary>
    [Fact]
    public void AGapInEveryRowLeavesTheOthers()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianTabular(new Tabular(1, 2));
        using var data = new TensorDataSet(randn(3, 1), tensor([1f, float.NaN, float.NaN, 3f, 5f, float.NaN], [3, 2]));
        foreach (var likelihood in new[]
        {
            Likelihood.Gaussian(1).IgnoringNaN(), Likelihood.StudentT(5, 1).IgnoringNaN(), Likelihood.Poisson.IgnoringNaN(),
        })
        {
            var evaluation = model.EvaluatePredictions(data, likelihood, samples: 2);
            Assert.Equal((3, 3), (evaluation.Prediction.Count, evaluation.MissingTargets));
            Assert.All(
                (double[])[evaluation.NegativeLogLikelihood, evaluation.Crps, evaluation.RootMeanSquaredError],
                figure => Assert.True(double.IsFinite(figure)));
        }
    }

    /// <summary>It refused them, though training and evaluation left them out.</summary>
    [Fact]
    public void NoiseIsCalibratedByTheTargetsThatAreThere()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var model = new BayesianTabular(new Tabular(1, 2));
        var (x, y) = (randn(40, 1), randn(40, 2));
        y[10.., 1] = double.NaN;
        y[^1, 0] = double.NaN;
        using var holes = new TensorDataSet(x, y);
        Assert.Contains(
            "NaN", Assert.Throws<ArgumentException>(() => model.CalibrateNoise(holes, GaussianNoise.Fixed(0.3), samples: 4)).Message);
        model.UseLikelihood(Likelihood.Gaussian(0.3).IgnoringNaN());
        var calibrated = model.CalibrateNoise(holes, GaussianNoise.Fixed(0.3), samples: 4);

        // Output by output on the examples that have it, with the same draws.
        for (var output = 0; output < 2; output++)
        {
            var count = output == 0 ? 39 : 10;
            using var some = new TensorDataSet(x[..count], where(y[..count].isnan(), 0, y[..count]));
            var alone = model.CalibrateNoise(some, GaussianNoise.Fixed(0.3), samples: 4);
            Assert.Equal(Deviation(alone, output), Deviation(calibrated, output), 1e-6);
        }

        double Deviation(GaussianNoise noise, int output) => model.Predict(x, noise, samples: 1).AleatoricVariance[0][output];
    }

    [Fact]
    public void PlainFiguresStillRefuseNaN()
    {
        using var scope = NewDisposeScope();
        var prediction = RegressionPrediction.Of(GaussianNoise.Fixed(1), zeros(2, 2, dtype: ScalarType.Float64));
        double[][] targets = [[1, double.NaN], [1, 2]];
        Assert.Contains("NaN", Assert.Throws<ArgumentException>(() => RegressionEvaluation.Of(prediction, targets)).Message);
        Assert.Contains("NaN", Assert.Throws<ArgumentException>(() => prediction.Crps(targets)).Message);
        Assert.Contains("NaN", Assert.Throws<ArgumentException>(() => prediction.LogDensity(targets)).Message);
    }
}
