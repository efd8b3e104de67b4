namespace BayesGen.Tests;

public class SparseDropoutTests
{
    /// <summary>
    /// The approximation of eq. 14 against numeric integration of the exact -log(alpha) / 2 + E log|e|, e ~ N(1, alpha), which differs
    /// from the divergence by a constant only.
    /// </summary>
    [Fact]
    public void TheDivergenceIsThatOfNumericIntegration()
    {
        using var scope = NewDisposeScope();
        double Exact(double logAlpha)
        {
            // E log|1 + s z| over z ~ N(0, 1) by the midpoint rule, which never hits the integrable singularity at z = -1/s exactly.
            var s = Math.Exp(0.5 * logAlpha);
            const int Steps = 4_000_000;
            const double Range = 12;
            var sum = 0.0;
            for (var i = 0; i < Steps; i++)
            {
                var z = -Range + 2 * Range * (i + 0.5) / Steps;
                sum += Math.Log(Math.Abs(1 + s * z)) * Math.Exp(-0.5 * z * z);
            }

            return -0.5 * logAlpha + sum * (2 * Range / Steps) / Math.Sqrt(2 * Math.PI);
        }

        var grid = new[] { -7.5, -4, -2, -1, 0, 1, 2, 4, 7.5 };
        var approximate = LogUniformDivergence.OfLogAlpha(tensor(grid)).data<double>().ToArray();
        var exact = grid.Select(Exact).ToArray();
        // The constant is what makes the divergence vanish for pure noise.
        var constant = exact[^1] - approximate[^1];
        var worst = grid.Select((_, i) => Math.Abs(exact[i] - constant - approximate[i])).Max();
        Assert.True(worst < 0.02, $"largest error {worst:G3} nats");
    }

    [Fact]
    public void TheScoreIsTheLogOfSignalOverNoiseAndClamped()
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
    public void ThresholdsCanAskForTotalNoise()
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
    public void PriorsIntegrateToOneAndSampleWhatTheySay(Type type)
    {
        using var scope = NewDisposeScope();
        using var noise = new NoiseSource(3);
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
