namespace BayesGen.Tests;

public class SparseDropoutTests
{
    [Fact]
    public void TheDivergenceSeriesMatchesNumericIntegration() => Assert.All(
        (double[])[-7.5, -4, -2, 0, 2, 7.5],
        logAlpha => Assert.Equal(LogUniformTruth.Integrated(logAlpha), LogUniformTruth.Divergence(logAlpha), 4));

    /// <summary>The error that the documentation states, which is all there is: the constant is the exact one.</summary>
    [Fact]
    public void TheApproximationErrorIsAsStated()
    {
        using var scope = NewDisposeScope();
        double[] grid = [.. Enumerable.Range(-800, 1601).Select(i => i / 100.0)];
        var logAlpha = tensor(grid, requires_grad: true);
        var approximate = LogUniformDivergence.OfLogAlpha(logAlpha);
        approximate.sum().backward();
        var values = approximate.detach().data<double>().ToArray();
        var slopes = logAlpha.grad!.data<double>().ToArray();
        var errors = grid.Select((x, i) => Math.Abs(LogUniformTruth.Divergence(x) - values[i])).ToList();
        var worst = errors.Max();
        Assert.InRange(worst, LogUniformTruth.LargestErrorOfTheApproximation - 5e-4, LogUniformTruth.LargestErrorOfTheApproximation);
        Assert.Equal(-3.5, grid[errors.IndexOf(worst)], 1);

        double Slope(double x) => (LogUniformTruth.Divergence(x + 1e-4) - LogUniformTruth.Divergence(x - 1e-4)) / 2e-4;
        var worstSlope = grid.Select((x, i) => Math.Abs(Slope(x) - slopes[i])).Max();
        Assert.InRange(worstSlope, LogUniformTruth.LargestErrorOfTheSlope - 5e-4, LogUniformTruth.LargestErrorOfTheSlope);
    }

    [Fact]
    public void TheScoreIsTheClampedLogSignalToNoiseRatio()
    {
        using var scope = NewDisposeScope();
        var posterior = SparseDropoutPosterior.Over([tensor(new[] { 1.0, 0.1, 1.0, 0.0 }), tensor(new[] { -2.0, 0.0, -30.0, 0.0 })]);
        var score = posterior.Score().data<double>().ToArray();
        Assert.Equal(2, score[0], 6);
        Assert.Equal(2 * Math.Log(0.1), score[1], 4);
        Assert.Equal([8.0, -8], score[2..]);
        Assert.Equal(2, posterior.TotalNoiseScore()[0].item<double>(), 6);
        Assert.Throws<ArgumentException>(() => SparseDropoutPosterior.DefaultPrior(0.5));
    }

    [Fact]
    public void TotalNoiseOfAProductCountsBothFactors()
    {
        using var scope = NewDisposeScope();
        var (alpha, sigma, mu) = (0.3, 0.4, -1.5);
        var posterior = LogUniformPosterior.Over(
            [.. new[] { mu, Math.Log(sigma), 0.8, Math.Log(alpha) }.Select(value => full(1, value, dtype: ScalarType.Float64))]);
        var total = (1 + alpha) * (1 + sigma * sigma / (mu * mu)) - 1;
        Assert.Equal(-Math.Log(total), posterior.TotalNoiseScore().item<double>(), 10);
    }

    [Fact]
    public void ThresholdsCanUseTotalNoise()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianByWeights(new ByWeights());
        // Gaussian: log(mu^2 / sigma^2) is twice the family's own score.
        var own = model.PruneStatistics(-0.5).Kept;
        Assert.Equal(own, model.PruneStatistics(new() { Score = PruningScore.TotalNoise, [Family.Gaussian] = -1.0 }).Kept);
    }

    [Theory]
    [InlineData(typeof(GaussianPrior))]
    [InlineData(typeof(LaplacePrior))]
    [InlineData(typeof(ScaleMixturePrior))]
    public void PriorsIntegrateToOneAndSampleTheirDensity(Type type)
    {
        using var scope = NewDisposeScope();
        var noise = new NoiseSource(3);
        ProperPrior prior = type == typeof(GaussianPrior) ? new GaussianPrior(0.3, 0.7)
            : type == typeof(LaplacePrior) ? new LaplacePrior(0.3, 0.7)
            : new ScaleMixturePrior(0.3, 1.2, 0.1);
        const int Steps = 2_000_000;
        var w = linspace(-20, 20, Steps, dtype: ScalarType.Float64);
        var density = prior.LogProb(w).exp() * (40.0 / (Steps - 1));
        Assert.Equal(1, density.sum().item<double>(), 5);

        var sample = prior.Sample(zeros(Steps, dtype: ScalarType.Float64), noise);
        foreach (var power in (int[])[1, 2])
        {
            var truth = (density * w.pow(power)).sum().item<double>();
            var spread = Math.Sqrt((density * w.pow(2 * power)).sum().item<double>());
            Assert.InRange(sample.pow(power).mean().item<double>() - truth, -5 * spread / Math.Sqrt(Steps), 5 * spread / Math.Sqrt(Steps));
        }
    }
}
