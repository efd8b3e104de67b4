namespace BayesGen.Tests;

/// <summary>The families with scales of units against their formulas: values derived elsewhere, bounds, and large Monte Carlo.</summary>
public class UnitFamilyTests
{
    private const int Draws = 1_000_000;

    [Theory]
    [InlineData(-9, 4.5000617)]
    [InlineData(-3, 1.5242937)]
    [InlineData(0, 0.34657359)]
    [InlineData(3, 0.0242937)]
    public void ArdDivergenceHasTheValueOfItsFormula(double logAlpha, double expected)
    {
        using var scope = NewDisposeScope();
        var mean = -1.7;
        var posterior = GroupArdPosterior.Over([Full(2, 4, 0.3), Full(1, 4, mean), Full(1, 4, logAlpha + 2 * Math.Log(-mean))]);
        Assert.All(posterior.SharedKlTo(new ArdPrior()).Single().data<double>().ToArray(), value => Assert.Equal(expected, value, 7));
        Assert.Equal(Math.Log(1 + Math.Exp(-logAlpha)) / 2, posterior.SharedKlTo(new ArdPrior())[0][0, 0].item<double>(), 8);
        Assert.Equal(0, posterior.KlTo(new ArdPrior())!.abs().sum().item<double>());
        Assert.Equal(-logAlpha, posterior.Score()[0, 0].item<double>(), 8);
    }

    /// <summary>KL(N(m, s^2) || N(0, m^2 + s^2)), and every other variance of the prior costs more.</summary>
    [Fact]
    public void TheArdPriorIsTheBestGaussianOne()
    {
        using var scope = NewDisposeScope();
        var (mean, logSigma2) = (0.8, -1.3);
        var posterior = GroupArdPosterior.Over([Full(1, 1, 1), Full(1, 1, mean), Full(1, 1, logSigma2)]);
        var best = Math.Sqrt(mean * mean + Math.Exp(logSigma2));
        var scale = GaussianPosterior.Over([Full(1, 1, mean), Full(1, 1, logSigma2 / 2)]);
        var own = posterior.SharedKlTo(new ArdPrior())[0].item<double>();
        Assert.Equal(scale.KlTo(new GaussianPrior(best))!.item<double>(), own, 7);
        Assert.True(scale.KlTo(new GaussianPrior(best * 1.05))!.item<double>() > own);
        Assert.True(scale.KlTo(new GaussianPrior(best * 0.95))!.item<double>() > own);
    }

    [Theory]
    [InlineData(-9, 5.13581532)]
    [InlineData(-3, 2.11559022)]
    [InlineData(0, 0.431238951)]
    [InlineData(3, 0.0254200433)]
    [InlineData(8, 1.68369e-4)]
    public void GroupLogUniformDivergenceHasTheValueOfItsFormula(double logAlpha, double expected)
    {
        using var scope = NewDisposeScope();
        var posterior = GroupLogUniformPosterior.Over(
            [Full(1, 2, 0.5), Full(1, 2, -4.5), Full(1, 2, 1.3), Full(1, 2, logAlpha + 2 * Math.Log(1.3))]);
        Assert.Equal(expected, posterior.SharedKlTo(new LogUniformPrior()).Single()[0, 0].item<double>(), 8);
        Assert.Equal(4.125061705, posterior.KlTo(new LogUniformPrior())![0, 0].item<double>(), 9);
    }

    [Fact]
    public void HorseshoeDivergenceHasTheValuesOfItsFormula()
    {
        using var scope = NewDisposeScope();
        var (mean, logVariance) = (Full(1, 1, -1), Full(1, 1, Math.Log(0.5)));
        Assert.Equal(4.04454444835, HorseshoeDivergence.ToGamma(mean, logVariance, 0.3).item<double>(), 10);
        Assert.Equal(2.49034295746, HorseshoeDivergence.ToInverseGamma(mean, logVariance).item<double>(), 10);
        var far = HorseshoeDivergence.ToGamma(Full(1, 1, -3), Full(1, 1, -9), 1e-5).item<double>();
        Assert.Equal(497_901_399, far, 0);
    }

    /// <summary>n units never cost less than 2n + 2 times (1 - log 2) / 2, and at the minimum they cost that.</summary>
    [Theory]
    [InlineData(1.0)]
    [InlineData(0.01)]
    [InlineData(1e-5)]
    public void TheHorseshoeIsLeastWhereItsDerivativesVanish(double median)
    {
        using var scope = NewDisposeScope();
        const int Units = 6;
        var least = (1 - Math.Log(2)) / 2;
        var log = 2 * Math.Log(median) - Math.Log(2) - 1;
        var (ofUnit, inverse) = (-Math.Log(2) - 1, 1 + Math.Log(2));
        var posterior = Horseshoe(ofUnit, inverse, log, inverse, Math.Log(2), Units);
        Assert.Equal((2 * Units + 2) * least, Shared(posterior, median), 9);
        if (median == 1e-5)
            Assert.Equal(-24.71899811, log, 8);
        foreach (var step in (double[])[-0.3, 0.3])
        {
            GroupHorseshoePosterior[] neighbors =
            [
                Horseshoe(ofUnit + step, inverse, log, inverse, Math.Log(2), Units),
                Horseshoe(ofUnit, inverse, log, inverse + step, Math.Log(2), Units),
                Horseshoe(ofUnit, inverse, log, inverse, Math.Log(2) + step, Units),
            ];
            Assert.All(neighbors, posterior => Assert.True(Shared(posterior, median) > (2 * Units + 2) * least));
        }
    }

    /// <summary>log q - log p of what is drawn, for a and for b.</summary>
    [Theory]
    [Trait("Lane", "Slow")]
    [InlineData(-1, 0.5, 0.3)]
    [InlineData(0.4, 1.2, 1)]
    public void HorseshoeDivergenceIsTheMeanLogRatio(double mean, double variance, double median)
    {
        using var scope = NewDisposeScope();
        var logs = new NoiseSource(3).Normal(zeros(Draws, dtype: ScalarType.Float64)) * Math.Sqrt(variance) + mean;
        var own = (logs - mean).square() / (-2 * variance) - 0.5 * Math.Log(2 * Math.PI * variance) - logs;
        // Gamma(1/2, scale k^2) at x: x^-1/2 exp(-x / k^2) / (k sqrt(pi)); inverse Gamma(1/2, 1): x^-3/2 exp(-1 / x) / sqrt(pi).
        var gamma = logs * -0.5 - logs.exp() / (median * median) - Math.Log(median) - 0.5 * Math.Log(Math.PI);
        var inverse = logs * -1.5 - (-logs).exp() - 0.5 * Math.Log(Math.PI);
        var (m, v) = (Full(1, 1, mean), Full(1, 1, Math.Log(variance)));
        Within(HorseshoeDivergence.ToGamma(m, v, median).item<double>(), own - gamma);
        Within(HorseshoeDivergence.ToInverseGamma(m, v).item<double>(), own - inverse);
    }

    /// <summary>sqrt(a b), a ~ Gamma(1/2, scale k^2), b ~ inverse Gamma(1/2, 1), is half-Cauchy with median k, and not 1 / k.</summary>
    [Fact]
    public void TheScaleOfThePriorIsItsMedian()
    {
        using var scope = NewDisposeScope();
        const double Median = 0.02;
        var noise = new NoiseSource(4);
        var like = zeros(Draws, dtype: ScalarType.Float64);
        // Gamma(1/2, scale t) is t / 2 times a chi-square of one degree of freedom.
        var a = noise.Normal(like).square() * (Median * Median / 2);
        var b = 1 / (noise.Normal(like).square() / 2);
        var sorted = (a * b).sqrt().sort().Values;
        Assert.InRange(sorted[Draws / 2].item<double>(), Median * 0.99, Median * 1.01);
        // Quartiles of C+(0, k): k tan(pi / 8) and k tan(3 pi / 8).
        Assert.InRange(sorted[Draws / 4].item<double>(), 0.99 * Median * Math.Tan(Math.PI / 8), 1.01 * Median * Math.Tan(Math.PI / 8));
        Assert.InRange(
            sorted[3 * Draws / 4].item<double>(), 0.99 * Median * Math.Tan(3 * Math.PI / 8), 1.01 * Median * Math.Tan(3 * Math.PI / 8));
    }

    [Fact]
    public void UnitsOfOneWeightAreTheFamilyOfSingleWeights()
    {
        using var scope = NewDisposeScope();
        const double Mean = 0.7, LogSigma = -1.1, Scale = 1.2, LogAlpha = -2.5;
        var weights = LogUniformPosterior.Over([Full(1, 1, Mean), Full(1, 1, LogSigma), Full(1, 1, Scale), Full(1, 1, LogAlpha)]);
        var units = GroupLogUniformPosterior.Over(
            [Full(1, 1, Mean), Full(1, 1, LogSigma), Full(1, 1, Scale), Full(1, 1, LogAlpha + 2 * Math.Log(Scale))]);
        Assert.Equal(weights.Mean().item<double>(), units.Mean().item<double>(), 12);
        Assert.Equal(weights.Variance().item<double>(), units.Variance().item<double>(), 12);
        Assert.Equal(weights.Score().item<double>(), units.Score().item<double>(), 7);
        var prior = new LogUniformPrior();
        Assert.Equal(
            weights.KlTo(prior)!.item<double>(),
            (units.KlTo(prior)! + units.SharedKlTo(prior)[0]).item<double>(), 7);
    }

    [Fact]
    public void AllWeightsOfAUnitAreDrawnWithOneScale()
    {
        using var scope = NewDisposeScope();
        var posterior = GroupArdPosterior.Over([Full(3, 1000, 2), Full(1, 1000, 1), Full(1, 1000, -1)]);
        var sample = posterior.Sample(new NoiseSource(2));
        Assert.True(sample[0].equal(sample[2]).all().item<bool>());
        Assert.InRange(sample[0].std().item<double>(), 2 * Math.Exp(-0.5) * 0.9, 2 * Math.Exp(-0.5) * 1.1);
    }

    [Fact]
    public void APriorWithAScaleOutOfRangeIsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new HorseshoePrior(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HorseshoePrior(double.NaN));
        Assert.Equal("HorseshoePrior(0.5)", new HorseshoePrior(0.5).ToString());
        Assert.Equal("ArdPrior", new ArdPrior().ToString());
        Assert.Equal("ArdPrior(cost 2.5)", new ArdPrior { Cost = 2.5 }.ToString());
        Assert.Equal("Cost", Assert.Throws<ArgumentOutOfRangeException>(() => new ArdPrior { Cost = 0 }).ParamName);
    }

    private static double Shared(GroupHorseshoePosterior posterior, double median) =>
        posterior.SharedKlTo(new HorseshoePrior(median)).Sum(terms => terms.sum().item<double>());

    private static GroupHorseshoePosterior Horseshoe(double a, double b, double layerA, double layerB, double logVariance, int units) =>
        GroupHorseshoePosterior.Over(
        [
            Full(2, units, 0.1), Full(2, units, -2),
            Full(1, units, a), Full(1, units, logVariance), Full(1, units, b), Full(1, units, logVariance),
            Full(1, 1, layerA), Full(1, 1, logVariance), Full(1, 1, layerB), Full(1, 1, logVariance),
        ]);

    private static Tensor Full(long rows, long columns, double value) => full([rows, columns], value, dtype: ScalarType.Float64);

    private static void Within(double expected, Tensor terms)
    {
        var error = 5 * terms.std().item<double>() / Math.Sqrt(terms.numel());
        Assert.True(error < 0.02 * Math.Max(1, Math.Abs(expected)), $"An error of {error:G3} shows nothing.");
        Assert.InRange(terms.mean().item<double>(), expected - error, expected + error);
    }
}
