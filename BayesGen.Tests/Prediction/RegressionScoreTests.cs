using BayesGen.Tests.Support;

namespace BayesGen.Tests;

/// <summary>Scores of predicted distributions, quantiles and intervals, against integrals and by hand.</summary>
public sealed class RegressionScoreTests
{
    [Fact]
    public void CrpsIsTheIntegralOfTheSquaredErrorOfTheDistribution()
    {
        using var scope = NewDisposeScope();
        double[] means = [-1, 0.5, 3], deviations = [0.4, 1.2, 2];
        var (m, s) = (Column(means), Column(deviations));
        foreach (var x in new[] { -2.0, 0.3, 5 })
        {
            const double Step = 1e-3;
            const int Steps = 40_000;
            var z = (arange(Steps, dtype: ScalarType.Float64, device: CPU) + 0.5) * Step - 20;
            var cdf = GaussianMixture.Cdf(z, m.expand(3, Steps), s.expand(3, Steps));
            var integral = (cdf - z.ge(x).to(ScalarType.Float64)).square().sum().item<double>() * Step;
            Assert.Equal(integral, GaussianMixture.Crps(Row(x), m, s).item<double>(), 1e-6);
        }

        static Tensor Column(double[] numbers) => tensor(numbers, [numbers.Length, 1], ScalarType.Float64, CPU);
        static Tensor Row(double number) => tensor(new[] { number }, [1], ScalarType.Float64, CPU);
    }

    /// <summary>The smallest normal double is zero in single precision.</summary>
    [Fact]
    public void AMixtureInSinglePrecisionMayHaveComponentsWithoutWidth()
    {
        using var scope = NewDisposeScope();
        var means = tensor(new[] { 2f, 2f }, [2, 1], ScalarType.Float32, CPU);
        var none = zeros(2, 1, dtype: ScalarType.Float32, device: CPU);
        var crps = GaussianMixture.Crps(tensor(new[] { 5f }, [1], ScalarType.Float32, CPU), means, none);
        Assert.Equal((3f, ScalarType.Float32), (crps.item<float>(), crps.dtype));
        Assert.Equal(0.5f, GaussianMixture.Cdf(tensor(new[] { 2f }, [1], ScalarType.Float32, CPU), means, none).item<float>());
    }

    /// <summary>An end that is rounded inward leaves out what was to be covered.</summary>
    [Fact]
    public void TheEndsOfIntervalsKeepAllOfTheirDigits()
    {
        var intervals = new PredictionInterval(0.9, [[123456.76]], [[123456.84]]);
        var back = System.Text.Json.JsonSerializer.Deserialize<PredictionInterval>(System.Text.Json.JsonSerializer.Serialize(intervals))!;
        Assert.Equal((123456.76, 123456.84), (back.Lower[0][0], back.Upper[0][0]));
    }

    [Fact]
    public void CrpsOfOneGaussianAndOfAStep()
    {
        // N(0, 1) at 0: 2 phi(0) - 1 / sqrt(pi). Without width it is the absolute error.
        var prediction = Predictions.Gaussians((0, 1), (2, 0), (2, 0));
        var scores = prediction.Crps([[0], [5], [2]]);
        Assert.Equal(2 / Math.Sqrt(2 * Math.PI) - 1 / Math.Sqrt(Math.PI), scores[0], 1e-12);
        Assert.Equal(3, scores[1], 1e-12);
        Assert.Equal(0, scores[2], 1e-12);
    }

    [Fact]
    public void CrpsIsTheMeanOverOutputs()
    {
        var prediction = new RegressionPrediction(2, 2, [[[0, 0], [1, 1]]], [[[0, 0], [0, 0]]]);
        Assert.Equal((1 + 3) / 2.0, prediction.Crps([[1, 4]])[0], 1e-12);
        Assert.Contains("Example 0 has 1 targets for 2 outputs", Assert.Throws<ArgumentException>(() => prediction.Crps([[1]])).Message);
    }

    [Fact]
    public void PinballLossWeighsBothSides()
    {
        // Above the quantile by 2 at 0.9, and below it by 1 at 0.1.
        Assert.Equal((0.9 * 2 + 0.1 * 1) / 2, RegressionMetrics.PinballLoss([[0], [0]], [[2], [-1]], 0.9), 1e-12);
        Assert.Throws<ArgumentOutOfRangeException>(() => RegressionMetrics.PinballLoss([[0]], [[2]], 1));
    }

    [Fact]
    public void IntervalScoreIsTheWidthAndWhatMisses()
    {
        // Widths 2; one target lies 0.5 above and counts 2 / 0.1 times that.
        Assert.Equal(2 + 20 * 0.5 / 2, RegressionMetrics.IntervalScore([[0], [0]], [[2], [2]], [[1], [2.5]], 0.9), 1e-12);
        Assert.Equal(2 + 20 * 0.5, RegressionMetrics.IntervalScore([[0]], [[2]], [[-0.5]], 0.9), 1e-12);
        Assert.Throws<ArgumentOutOfRangeException>(() => RegressionMetrics.IntervalScore([[0]], [[2]], [[1]], 0));
    }

    [Fact]
    public void AnEvaluationHoldsTargetsAndScores()
    {
        using var scope = NewDisposeScope();
        var prediction = Predictions.Gaussians((0, 1), (1, 1));
        using var data = new BayesGen.Data.TensorDataSet(
            zeros(2, 3, device: CPU), tensor(new[] { 0.5f, 1 }, [2, 1], device: CPU));
        var evaluation = RegressionEvaluation.Of(prediction, data, [0.9]);
        Assert.Equal([[0.5], [1]], evaluation.Targets);
        Assert.Equal(prediction.Crps([[0.5], [1]]).Average(), evaluation.Crps, 1e-12);
        var (_, lower, upper) = prediction.CentralInterval(0.9);
        Assert.Equal(RegressionMetrics.IntervalScore(lower, upper, evaluation.Targets, 0.9), evaluation.Intervals[0].Score);
        Assert.Contains(", CRPS 0.", evaluation.ToString());
    }

    [Fact]
    public void IntervalsAreJsonAndText()
    {
        var intervals = new PredictionInterval(0.9, [[0.5], [double.NegativeInfinity]], [[1.5], [double.PositiveInfinity]]);
        var json = System.Text.Json.JsonSerializer.Serialize(intervals);
        Assert.Equal(
            """{"level":0.9,"examples":[{"lower":[0.5],"upper":[1.5]},{"lower":["-Infinity"],"upper":["Infinity"]}]}""", json);
        var back = System.Text.Json.JsonSerializer.Deserialize<PredictionInterval>(json)!;
        Assert.Equal((intervals.Level, intervals.Upper[1][0]), (back.Level, back.Upper[1][0]));
        Assert.Equal("0: 0.5 to 1.5", back.ToString().Split(Environment.NewLine)[1]);
        Assert.Throws<System.Text.Json.JsonException>(() => System.Text.Json.JsonSerializer.Deserialize<PredictionInterval>(
            """{"level":0.9,"examples":[{"lower":[1],"upper":[0]}]}"""));
    }
}
