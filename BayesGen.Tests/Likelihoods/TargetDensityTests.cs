namespace BayesGen.Tests;

/// <summary>Student's t and Poisson mixtures against tables, closed forms and conjugate pairs.</summary>
public sealed class TargetDensityTests
{
    /// <summary>CRPS grows by 1 with each count where there is nothing, and does not count up to an outlier.</summary>
    [Theory]
    [InlineData(3.0)]
    [InlineData(5_000.0)]
    public void TheScoreOfARateIsLinearInATargetFarAbove(double rate)
    {
        var density = new PoissonDensity();
        var (near, far) = (density.Crps(2 * rate + 1_000, [rate], [rate]), density.Crps(2 * rate + 1e9, [rate], [rate]));
        Assert.Equal(1e9 - 1_000, far - near, 1e-3);
    }

    [Fact]
    public void APredictionInOtherUnitsKeepsItsTailsAndPlaces()
    {
        var prediction = new RegressionPrediction(1, 1, [[[1.0]], [[2.0]]], [[[0.5]], [[0.5]]])
        {
            Density = new StudentTDensity(3), Places = 2,
        };
        var other = prediction.Rescaled([-2], [10]);
        Assert.Equal(2, other.Places);
        Assert.Equal(10 - 2 * prediction.Quantile(0.025)[0][0], other.Quantile(0.975)[0][0], 1e-9);
        Assert.Equal(
            prediction.LogDensity([[4.0], [4.0]])[0] - Math.Log(2), other.LogDensity([[2.0], [2.0]])[0], 1e-12);
        var counts = new RegressionPrediction(1, 1, [[[1.0]]], [[[1.0]]]) { Density = new PoissonDensity() };
        Assert.Throws<InvalidOperationException>(() => counts.Rescaled([2], [0]));
    }

    [Fact]
    public void GammaAndBetaMatchTheirClosedForms()
    {
        Assert.Equal(Math.Log(24), LogGamma.Of(5), 1e-13);
        Assert.Equal(0.5 * Math.Log(Math.PI), LogGamma.Of(0.5), 1e-13);
        // Q(n, x) = e^-x sum_{k < n} x^k / k!.
        Assert.Equal(Math.Exp(-2) * (1 + 2 + 2), IncompleteGamma.Upper(3, 2), 1e-14);
        Assert.Equal(Math.Exp(-20) * (1 + 20 + 200), IncompleteGamma.Upper(3, 20), 1e-20);
        Assert.Equal(0.5, IncompleteGamma.Upper(1e6, 1e6 - 1.0 / 3), 1e-6);
        // I_x(2, 3) = 6 x^2 - 8 x^3 + 3 x^4.
        Assert.Equal(6 * 0.09 - 8 * 0.027 + 3 * 0.0081, IncompleteBeta.Regularized(0.3, 2, 3), 1e-14);
        Assert.Equal(1 - IncompleteBeta.Regularized(0.8, 0.5, 2.5), IncompleteBeta.Regularized(0.2, 2.5, 0.5), 1e-14);
    }

    /// <summary>Upper quantiles as every table has them, and the closed form of 4 degrees of freedom.</summary>
    [Theory]
    [InlineData(5, 0.975, 2.5705818356363146)]
    [InlineData(10, 0.95, 1.8124611228107335)]
    [InlineData(4, 0.995, 4.604094871415897)]
    [InlineData(30, 0.025, -2.0422724563012373)]
    public void QuantilesOfAStudentTMatchItsTable(double degrees, double p, double expected)
    {
        var density = new StudentTDensity(degrees);
        // A scale of 1 has the variance nu / (nu - 2).
        Assert.Equal(expected, density.Quantile([0], [degrees / (degrees - 2)], p), 1e-9);
        Assert.Equal(p, density.Cdf(expected), 1e-11);
        Assert.Equal(3 + 2 * expected, density.Quantile([3], [4 * degrees / (degrees - 2)], p), 1e-8);
    }

    [Fact]
    public void TheDistributionFunctionOfFourDegreesHasAClosedForm()
    {
        var density = new StudentTDensity(4);
        foreach (var z in new[] { -40, -3.3, -0.2, 0, 0.7, 5, 900, 1e7 })
        {
            var s = z / Math.Sqrt(4 + z * z);
            Assert.Equal(0.5 + 0.75 * (s - s * s * s / 3), density.Cdf(z), 1e-11);
        }
    }

    /// <summary>Jordan, Krueger, Lerch, "Evaluating Probabilistic Forecasts with scoringRules", 2019.</summary>
    [Theory]
    [InlineData(3, 0)]
    [InlineData(3, 2.5)]
    [InlineData(8, -1.2)]
    [InlineData(2.2, 40)]
    public void TheCrpsOfOneStudentTIsItsClosedForm(double degrees, double z)
    {
        var density = new StudentTDensity(degrees);
        var variance = degrees / (degrees - 2);
        var pdf = Math.Exp(density.Log(z, 0, variance));
        var betas = Beta(0.5, degrees - 0.5) / Math.Pow(Beta(0.5, degrees / 2), 2);
        var expected = z * (2 * density.Cdf(z) - 1) + 2 * pdf * (degrees + z * z) / (degrees - 1)
            - 2 * Math.Sqrt(degrees) / (degrees - 1) * betas;
        Assert.Equal(expected, density.Crps(z, [0], [variance]), 1e-6);
        Assert.Equal(3 * expected, density.Crps(5 + 3 * z, [5], [9 * variance]), 3e-6);
        // Twice the same component is one.
        Assert.Equal(expected, density.Crps(z, [0, 0], [variance, variance]), 1e-6);

        static double Beta(double a, double b) => Math.Exp(LogGamma.Of(a) + LogGamma.Of(b) - LogGamma.Of(a + b));
    }

    /// <summary>With many degrees of freedom a t is a Gaussian, of which mixtures have a closed form.</summary>
    [Fact]
    public void AMixtureOfManyDegreesIsThatOfGaussians()
    {
        using var scope = NewDisposeScope();
        double[] means = [0, 4, -1], variances = [1, 0.01, 9];
        var density = new StudentTDensity(1e6);
        var (m, d) = (tensor(means, [3, 1], ScalarType.Float64, CPU), tensor(variances, [3, 1], ScalarType.Float64, CPU).sqrt());
        foreach (var y in new[] { -20, 0.3, 4.1 })
        {
            var crps = GaussianMixture.Crps(tensor(new[] { y }, [1], ScalarType.Float64, CPU), m, d).item<double>();
            Assert.Equal(crps, density.Crps(y, means, variances), 1e-4);
        }

        Assert.Equal(GaussianMixture.Quantile(m, d, 0.9).item<double>(), density.Quantile(means, variances, 0.9), 1e-4);
    }

    [Fact]
    public void ProbabilitiesOfCountsMatchTheirDefinition()
    {
        var density = new PoissonDensity();
        Assert.Equal(-2.5 + 4 * Math.Log(2.5) - Math.Log(24), density.Log(4, 2.5, 2.5), 1e-13);
        Assert.Equal(double.NegativeInfinity, density.Log(1.5, 2, 2));
        Assert.Equal((0, double.NegativeInfinity), (density.Log(0, 0, 0), density.Log(3, 0, 0)));
        // P(n <= 2) of rate 2 is 5 e^-2 = 0.6767, P(n <= 3) 0.8571.
        Assert.Equal(2, density.Quantile([2], [2], 0.676));
        Assert.Equal(3, density.Quantile([2], [2], 0.677));
        Assert.Equal(0, density.Quantile([0], [0], 0.999));
        // Large rates, by the other way: about rate + 1.645 sqrt(rate).
        Assert.Equal(1e6 + 1645, density.Quantile([1e6], [1e6], 0.95), 3.0);
        Assert.Equal(density.Quantile([599.9], [0], 0.3), density.Quantile([600.1], [0], 0.3), 1.0);
    }

    /// <summary>Wei, Held, "Calibration Tests for Count Data", 2014: with the modified Bessel functions I_0 and I_1.</summary>
    [Theory]
    [InlineData(2.5, 4)]
    [InlineData(2.5, 0)]
    [InlineData(30, 22)]
    public void TheCrpsOfOneRateIsItsClosedForm(double rate, int y)
    {
        var density = new PoissonDensity();
        var cdf = Enumerable.Range(0, y + 1).Sum(n => Math.Exp(density.Log(n, rate, rate)));
        var expected = (y - rate) * (2 * cdf - 1) + 2 * rate * Math.Exp(density.Log(y, rate, rate))
            - rate * (Scaled(0, 2 * rate) + Scaled(1, 2 * rate));
        Assert.Equal(expected, density.Crps(y, [rate], [rate]), 1e-10);

        // e^-x I_n(x).
        static double Scaled(int n, double x) => Enumerable.Range(0, 300).Sum(
            k => Math.Exp((2 * k + n) * Math.Log(x / 2) - LogGamma.Of(k + 1) - LogGamma.Of(k + n + 1) - x));
    }

    /// <summary>The Poisson integrals of large rates meet the sums of small ones.</summary>
    [Fact]
    public void BothWaysToCountAgree()
    {
        var density = new PoissonDensity();
        double[] small = [590, 599], large = [590, 601];
        Assert.Equal(density.Crps(600, small, small), density.Crps(600, large, large), 1.0);
        Assert.Equal(0.2338 * Math.Sqrt(1e6), density.Crps(1e6, [1e6], [1e6]), 1.0);
        // Far below and far above all that is likely the score is the distance, less the spread within.
        Assert.Equal(1e5 - 100 - 0.5642 * Math.Sqrt(1e5), density.Crps(100, [1e5], [1e5]), 2.0);
    }

    /// <summary>Rates that are drawn from a gamma distribution predict counts of a negative binomial one.</summary>
    [Fact]
    public void GammaRatesPredictNegativeBinomialCounts()
    {
        const int Draws = 4_000;
        const double Shape = 3, Rate = 0.5;
        using var scope = NewDisposeScope();
        double[] rates = [.. Enumerable.Range(0, Draws).Select(k => GammaQuantile((k + 0.5) / Draws))];
        var sums = new RegressionSums(Likelihood.Poisson);
        foreach (var rate in rates)
        {
            using var draw = NewDisposeScope();
            sums.Add(tensor(new[] { Math.Log(rate) }, [1], ScalarType.Float64, CPU));
        }

        sums.EndBatch();
        var prediction = sums.Finish();
        Assert.Equal(Shape / Rate, prediction.Mean[0][0], 5e-3);
        Assert.Equal(Shape / Rate + Shape / (Rate * Rate), prediction.Variance[0][0], 0.05);
        var total = 0.0;
        for (var n = 0; n < 40; n++)
        {
            var expected = LogGamma.Of(n + Shape) - LogGamma.Of(Shape) - LogGamma.Of(n + 1)
                + Shape * Math.Log(Rate / (1 + Rate)) - n * Math.Log(1 + Rate);
            Assert.Equal(Math.Exp(expected), Math.Exp(prediction.LogDensity([[n]])[0]), 1e-5);
            if (total < 0.9 && total + Math.Exp(expected) >= 0.9)
                Assert.Equal(n, prediction.Quantile(0.9)[0][0]);
            total += Math.Exp(expected);
        }

        var (_, lower, upper) = prediction.MeanInterval(0.9);
        Assert.Equal(GammaQuantile(0.05), lower[0][0], 0.01);
        Assert.Equal(GammaQuantile(0.95), upper[0][0], 0.05);

        static double GammaQuantile(double p)
        {
            var (low, high) = (0.0, 200.0);
            for (var i = 0; i < 80; i++)
            {
                var middle = (low + high) / 2;
                (low, high) = 1 - IncompleteGamma.Upper(Shape, Rate * middle) < p ? (middle, high) : (low, middle);
            }

            return low;
        }
    }
}
