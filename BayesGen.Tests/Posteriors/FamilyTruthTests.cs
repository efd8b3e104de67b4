namespace BayesGen.Tests;

/// <summary>Every shipped family against what its formulas say: moments of draws, densities, divergences.</summary>
[Trait("Lane", "Slow")]
public class FamilyTruthTests
{
    private const int Draws = 1_000_000;

    public static TheoryData<Family> Families => [.. Enum.GetValues<Family>()];

    [Theory]
    [MemberData(nameof(Families))]
    public void SamplesHaveTheMomentsThatTheFamilyStates(Family family)
    {
        using var scope = NewDisposeScope();
        var noise = new NoiseSource(5);
        using var _ = no_grad();
        foreach (var (posterior, mean, variance) in Cases(family))
        {
            Assert.Equal(mean, posterior.Mean()[0].item<double>(), 12);
            Assert.Equal(1, posterior.Variance()[0].item<double>() / variance, 12);
            var sample = posterior.Sample(noise);
            var centered = sample - mean;
            Within(mean, sample, "mean");
            Within(variance, centered.square(), "variance");
        }
    }

    [Fact]
    public void TheGaussianDensityIntegratesToOneWithItsMoments()
    {
        using var scope = NewDisposeScope();
        var (mu, sigma) = (-0.6, 0.45);
        const int Steps = 200_001;
        var w = linspace(mu - 12 * sigma, mu + 12 * sigma, Steps, dtype: ScalarType.Float64);
        var posterior = GaussianPosterior.Over(
            [full(Steps, mu, dtype: ScalarType.Float64), full(Steps, Math.Log(sigma), dtype: ScalarType.Float64)]);
        var mass = posterior.LogProb(w).exp() * (24 * sigma / (Steps - 1));
        Assert.Equal(1, mass.sum().item<double>(), 10);
        Assert.Equal(mu, (mass * w).sum().item<double>(), 10);
        Assert.Equal(sigma * sigma, (mass * (w - mu).square()).sum().item<double>(), 10);
    }

    [Fact]
    public void GaussianToGaussianKlMatchesTheMeanLogRatio()
    {
        using var scope = NewDisposeScope();
        var noise = new NoiseSource(6);
        foreach (var prior in (ProperPrior[])[
            new GaussianPrior(), new GaussianPrior(0.3, 1.7), new GaussianPrior(-0.5, 0.2),
            new LearnedGaussianPrior(0.3, tensor(new[] { -0.9 }))])
        {
            foreach (var (mu, logSigma) in ((double, double)[])[(1, Math.Log(0.1)), (-1, Math.Log(0.1)), (-0.6, -0.8), (0, 0.4)])
            {
                var posterior = Gaussian(mu, logSigma);
                var sample = posterior.Sample(noise);
                Within(posterior.KlTo(prior)![0].item<double>(), posterior.LogProb(sample) - prior.LogProb(sample), $"KL to {prior}");
            }
        }
    }

    [Theory]
    [InlineData(-6.0)]
    [InlineData(-3.5)]
    [InlineData(-1.0)]
    [InlineData(1.0)]
    [InlineData(5.0)]
    public void SparseDropoutToLogUniformKlMatchesTheMeanLogRatio(double logAlpha)
    {
        using var scope = NewDisposeScope();
        var noise = new NoiseSource(7);
        const double Mu = 0.8;
        var logSigma2 = logAlpha + 2 * Math.Log(Mu);
        var posterior = SparseDropoutPosterior.Over(
            [full(Draws, Mu, dtype: ScalarType.Float64), full(Draws, logSigma2, dtype: ScalarType.Float64)]);
        var ratio = LogRatioToLogUniform(posterior.Sample(noise), Mu, logSigma2);
        Within(
            posterior.KlTo(new LogUniformPrior())![0].item<double>(), ratio, "KL",
            LogUniformTruth.LargestErrorOfTheApproximation);
        Within(LogUniformTruth.Divergence(logAlpha), ratio, "exact KL");
    }

    [Fact]
    public void LogUniformKlIsTheSumOverScaleAndValue()
    {
        using var scope = NewDisposeScope();
        var noise = new NoiseSource(8);
        foreach (var (mu, logSigma, scaleMu, logAlpha) in ((double, double, double, double)[])[(0.4, -1, 1.3, -2), (-1.2, -3, 0.6, 0.5)])
        {
            Tensor Full(double value) => full(Draws, value, dtype: ScalarType.Float64);
            var posterior = LogUniformPosterior.Over([Full(mu), Full(logSigma), Full(scaleMu), Full(logAlpha)]);
            var v = GaussianPosterior.Over([Full(mu), Full(logSigma)]);
            var value = v.Sample(noise);
            var logVariance = logAlpha + 2 * Math.Log(scaleMu);
            var z = GaussianPosterior.Over([Full(scaleMu), Full(0.5 * logVariance)]).Sample(noise);
            Within(
                posterior.KlTo(new LogUniformPrior())![0].item<double>(),
                v.LogProb(value) - new GaussianPrior().LogProb(value) + LogRatioToLogUniform(z, scaleMu, logVariance),
                "KL",
                LogUniformTruth.LargestErrorOfTheApproximation);
        }
    }

    /// <summary>log q(w) + log|w|, plus the constant that makes its mean vanish for pure noise.</summary>
    private static Tensor LogRatioToLogUniform(Tensor weights, double mu, double logVariance)
    {
        var logDensity = (weights - mu).square() * (-0.5 * Math.Exp(-logVariance)) - 0.5 * (logVariance + Math.Log(2 * Math.PI));
        return logDensity + weights.abs().log() + 0.5 * Math.Log(2 * Math.PI * Math.E) + LogUniformTruth.PureNoise;
    }

    private static GaussianPosterior Gaussian(double mu, double logSigma) => GaussianPosterior.Over(
        [full(Draws, mu, dtype: ScalarType.Float64), full(Draws, logSigma, dtype: ScalarType.Float64)]);

    /// <summary>Posteriors of as many equal weights as there are draws, with the mean and the variance by hand.</summary>
    private static IEnumerable<(Posterior Posterior, double Mean, double Variance)> Cases(Family family)
    {
        Tensor Full(double value) => full(Draws, value, dtype: ScalarType.Float64);
        switch (family)
        {
            case Family.Gaussian:
                yield return (Gaussian(0.7, -1.2), 0.7, Math.Exp(-2.4));
                break;
            case Family.SparseDropout:
                yield return (SparseDropoutPosterior.Over([Full(-0.3), Full(-1.7)]), -0.3, Math.Exp(-1.7));
                break;
            case Family.LogUniform:
                foreach (
                    var (mu, logSigma, scale, logAlpha) in ((double, double, double, double)[])[(0.5, -1, 1.4, -2), (-0.8, -0.5, 0.7, 0.3)])
                {
                    // Var(zv) = E z^2 E v^2 - (E z E v)^2.
                    var (ofScale, ofValue) = (scale * scale * Math.Exp(logAlpha), Math.Exp(2 * logSigma));
                    yield return (
                        LogUniformPosterior.Over([Full(mu), Full(logSigma), Full(scale), Full(logAlpha)]),
                        scale * mu,
                        (ofScale + scale * scale) * (ofValue + mu * mu) - scale * mu * scale * mu);
                }

                break;
            case Family.GroupArd:
                yield return (GroupArdPosterior.Over([Full(-0.6), Full(1.3), Full(-1.5)]), -0.78, 0.36 * Math.Exp(-1.5));
                break;
            case Family.GroupLogUniform:
                yield return (
                    GroupLogUniformPosterior.Over([Full(0.5), Full(-1), Full(1.4), Full(-0.8)]), 0.7,
                    (1.96 + Math.Exp(-0.8)) * (0.25 + Math.Exp(-2)) - 0.49);
                break;
            case Family.GroupHorseshoe:
                // Of exp N(m, v): E = exp(m + v / 2), E of the square = exp(2 m + 2 v); here units m = 0.2, v = 0.06, the layer -0.1, 0.03.
                var (first, second) = (Math.Exp(0.1 + 0.045), Math.Exp(0.2 + 0.18));
                yield return (
                    GroupHorseshoePosterior.Over(
                    [
                        Full(0.5), Full(-1.5),
                        Full(-0.3), Full(Math.Log(0.2)), Full(0.7), Full(Math.Log(0.04)),
                        Full(-1.2), Full(Math.Log(0.1)), Full(1), Full(Math.Log(0.02)),
                    ]),
                    0.5 * first,
                    second * (0.25 + Math.Exp(-3)) - 0.25 * first * first);
                break;
            default:
                throw new NotSupportedException($"Write down the moments of {family} here.");
        }
    }

    /// <summary>The mean of the terms is the expected number within five standard errors, which are small enough to tell.</summary>
    private static void Within(double expected, Tensor terms, string what, double more = 0)
    {
        var error = 5 * terms.std().item<double>() / Math.Sqrt(terms.numel());
        Assert.True(error < 0.02 * Math.Max(1, Math.Abs(expected)), $"{what}: an error of {error:G3} shows nothing");
        var actual = terms.mean().item<double>();
        Assert.True(Math.Abs(actual - expected) <= error + more, $"{what}: expected {expected:G6}, got {actual:G6} +- {error:G2}");
    }
}
