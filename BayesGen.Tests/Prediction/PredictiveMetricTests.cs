namespace BayesGen.Tests;

/// <summary>Every metric against numbers worked by hand and closed forms.</summary>
public sealed class PredictiveMetricTests
{
    private const double Z975 = 1.959963984540054;
    private const double Z95 = 1.6448536269514722;

    [Fact]
    public void ClassMetricsMatchHandComputedValues()
    {
        double[][] p = [[0.7, 0.2, 0.1], [0.7, 0.2, 0.1]];
        int[] targets = [0, 2];
        Assert.Equal(0.5, ClassificationMetrics.Accuracy(p, targets));
        Assert.Equal(-(Math.Log(0.7) + Math.Log(0.1)) / 2, ClassificationMetrics.NegativeLogLikelihood(p, targets), 1e-15);
        // 0.09 + 0.04 + 0.01 and 0.49 + 0.04 + 0.81.
        Assert.Equal((0.14 + 1.34) / 2, ClassificationMetrics.BrierScore(p, targets), 1e-15);
        Assert.Equal(double.PositiveInfinity, ClassificationMetrics.NegativeLogLikelihood([[1, 0]], [1]));
        Assert.Equal(2, ClassificationMetrics.BrierScore([[1, 0]], [1]));
        Assert.Equal(0, ClassificationMetrics.BrierScore([[1, 0]], [0]));
        // Of equal probabilities the first class counts.
        Assert.Equal(1, ClassificationMetrics.Accuracy([[0.5, 0.5]], [0]));
    }

    [Fact]
    public void WhatIsNoProbabilityIsRefusedAndItsExampleNamed()
    {
        double[][] bad = [[5, 5], [0.5, 0.6], [-0.1, 1.1], [double.PositiveInfinity, 0], [0, 0]];
        foreach (var row in bad)
            foreach (var metric in new Func<IReadOnlyList<double[]>, IReadOnlyList<int>, object>[]
            {
                (p, targets) => ClassificationMetrics.NegativeLogLikelihood(p, targets),
                (p, targets) => ClassificationMetrics.BrierScore(p, targets),
                (p, targets) => ClassificationMetrics.Accuracy(p, targets),
                (p, targets) => ClassificationMetrics.ExpectedCalibrationError(p, targets),
                (p, targets) => ClassificationMetrics.AurocOfClasses(p, targets),
            })
                Assert.Contains("Example 1 has no probabilities", Assert.Throws<ArgumentException>(
                    () => metric([[0.5, 0.5], row], [0, 0])).Message);
        using var scope = NewDisposeScope();
        Assert.Contains(
            "at least one example, all of one shape: [0, 3]",
            Assert.Throws<ArgumentException>(() => ClassPrediction.Of(zeros(0, 3))).Message);
    }

    [Fact]
    public void CalibrationErrorOfAConstructedPredictorIsExact()
    {
        // Says 0.8 and is right in 60 of 100, says 0.6 and is right in 60 of 100: off by 0.2 for one half.
        var rows = Enumerable.Repeat(new[] { 0.8, 0.2 }, 100).Concat(Enumerable.Repeat(new[] { 0.6, 0.4 }, 100)).ToList();
        var targets = Enumerable.Range(0, 200).Select(i => i % 100 < 60 ? 0 : 1).ToList();
        Assert.Equal(0.1, ClassificationMetrics.ExpectedCalibrationError(rows, targets), 1e-12);
        var bins = ClassificationMetrics.ReliabilityBins(rows, targets);
        Assert.Equal(15, bins.Count);
        // 0.8 is the upper end of bin 11, 0.6 of bin 8.
        Assert.Equal([8, 11], bins.Select((bin, i) => (bin, i)).Where(entry => entry.bin.Count > 0).Select(entry => entry.i));
        Assert.Equal((0.8, 0.6, 100), (bins[11].Confidence, bins[11].Accuracy, bins[11].Count), new Close());
        Assert.True(double.IsNaN(bins[0].Accuracy) && double.IsNaN(bins[0].Confidence));
        // In one bin the errors of both halves cancel where they have opposite signs: mean confidence 0.7, accuracy 0.6.
        Assert.Equal(0.1, ClassificationMetrics.ExpectedCalibrationError(rows, targets, bins: 1), 1e-12);
    }

    [Fact]
    public void ReliabilityBinsIncludeTheirUpperEnds()
    {
        double[][] rows = [[0.5, 0.5], [0.75, 0.25], [1, 0], [0.76, 0.24]];
        var bins = ClassificationMetrics.ReliabilityBins(rows, [0, 0, 0, 0], bins: 4);
        Assert.Equal([0, 1, 1, 2], bins.Select(bin => bin.Count));
        Assert.Equal([0, 0.25, 0.5, 0.75], bins.Select(bin => bin.Lower));
        Assert.Equal([0.25, 0.5, 0.75, 1], bins.Select(bin => bin.Upper));
    }

    [Fact]
    public void AurocMatchesHandComputedValuesAndAllPairs()
    {
        Assert.Equal(1, DetectionMetrics.Auroc([1, 2], [3, 4]));
        Assert.Equal(0, DetectionMetrics.Auroc([3, 4], [1, 2]));
        Assert.Equal(0.5, DetectionMetrics.Auroc([1, 1, 1], [1, 1]));
        Assert.Equal(7.0 / 9, DetectionMetrics.Auroc([1, 2, 3], [2, 3, 4]), 1e-15);
        Assert.Equal(0.875, DetectionMetrics.Auroc([double.NegativeInfinity, 2], [2, double.PositiveInfinity]));

        var random = new Random(1);
        for (var run = 0; run < 50; run++)
        {
            // Few different values, so that there are many ties.
            double[] Scores() => [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => (double)random.Next(6))];
            var (inside, outside) = (Scores(), Scores());
            var pairs = from a in inside from b in outside select b > a ? 1 : b == a ? 0.5 : 0;
            Assert.Equal(pairs.Average(), DetectionMetrics.Auroc(inside, outside), 1e-12);
            var passing = inside.Order().First(threshold => inside.Count(score => score <= threshold) >= 0.95 * inside.Length);
            Assert.Equal(
                outside.Count(score => score <= passing) / (double)outside.Length, DetectionMetrics.FalsePositiveRate(inside, outside));
        }
    }

    [Fact]
    public void AurocOfTwoNormalsMatchesTheClosedForm()
    {
        const int Count = 20_000;
        const double Distance = 1.3;
        using var scope = NewDisposeScope();
        double[] Normal(long seed, double mean) =>
            [.. new NoiseSource(seed).Normal(zeros(Count, dtype: ScalarType.Float64, device: CPU)).data<double>()
                .Select(value => value + mean)];
        var (inside, outside) = (Normal(1, 0), Normal(2, Distance));
        var auroc = Phi(Distance / Math.Sqrt(2));
        // The variance of the estimate is at most A (1 - A) / min(n, m).
        Assert.Equal(auroc, DetectionMetrics.Auroc(inside, outside), 5 * Math.Sqrt(auroc * (1 - auroc) / Count));

        // FPR95 = Phi(z95 - d). The estimated threshold adds its own error, sqrt(0.05 0.95 / n) / phi(z95), carried over by phi(z95 - d).
        var rate = Phi(Z95 - Distance);
        var ofThreshold = Math.Sqrt(0.05 * 0.95 / Count) / Density(Z95) * Density(Z95 - Distance);
        Assert.Equal(
            rate, DetectionMetrics.FalsePositiveRate(inside, outside), 5 * (Math.Sqrt(rate * (1 - rate) / Count) + ofThreshold));
    }

    [Fact]
    public void FalsePositiveRatesMatchHandComputedValues()
    {
        double[] inside = [.. Enumerable.Range(1, 20)];
        // 19 of 20 pass at 19, with 5 and 19 from outside.
        Assert.Equal(0.5, DetectionMetrics.FalsePositiveRate(inside, [5, 19, 19.5, 20]));
        Assert.Equal(1, DetectionMetrics.FalsePositiveRate(inside, [5, 19, 19.5, 20], truePositiveRate: 1));
        Assert.Equal(0.25, DetectionMetrics.FalsePositiveRate(inside, [5, 19, 19.5, 20], truePositiveRate: 0.25));
        Assert.Equal(1, DetectionMetrics.FalsePositiveRate([1, 1], [1, 1]));
        Assert.Equal(0, DetectionMetrics.FalsePositiveRate([1], [2]));
    }

    [Fact]
    public void QuantilesOfOneComponentAreGaussian()
    {
        using var scope = NewDisposeScope();
        var means = tensor(new[] { 2, -1.0 }, [1, 2], ScalarType.Float64, CPU);
        var deviations = tensor(new[] { 3, 0.25 }, [1, 2], ScalarType.Float64, CPU);
        var upper = GaussianMixture.Quantile(means, deviations, 0.975);
        Assert.Equal(2 + 3 * Z975, upper[0].item<double>(), 1e-12);
        Assert.Equal(-1 + 0.25 * Z975, upper[1].item<double>(), 1e-12);
        Assert.Equal(2 - 3 * Z95, GaussianMixture.Quantile(means, deviations, 0.05)[0].item<double>(), 1e-12);
        // Several equal components are one.
        Assert.Equal(2 + 3 * Z975, GaussianMixture.Quantile(means.expand(5, 2), deviations.expand(5, 2), 0.975)[0].item<double>(), 1e-12);
    }

    [Fact]
    public void QuantilesInvertTheDistribution()
    {
        using var scope = NewDisposeScope();
        var noise = new NoiseSource(4);
        var means = noise.Normal(zeros(7, 40, dtype: ScalarType.Float64, device: CPU)) * 3;
        var deviations = noise.Normal(means).abs() + 0.05;
        foreach (var p in new[] { 1e-6, 0.025, 0.3, 0.5, 0.9, 0.999 })
        {
            var back = GaussianMixture.Cdf(GaussianMixture.Quantile(means, deviations, p), means, deviations);
            Assert.True((back - p).abs().max().item<double>() < 1e-12, $"p = {p}");
        }

        // Two far components: the median of the moments would lie in the empty middle, and so does any point between; the quartiles do not.
        var two = tensor(new[] { -100, 100.0 }, [2, 1], ScalarType.Float64, CPU);
        var width = ones(2, 1, dtype: ScalarType.Float64, device: CPU);
        Assert.Equal(-100, GaussianMixture.Quantile(two, width, 0.25)[0].item<double>(), 1e-9);
        Assert.Equal(100 + Z95, GaussianMixture.Quantile(two, width, 0.975)[0].item<double>(), 1e-9);
        // No width at all is a step.
        Assert.Equal([0.5], GaussianMixture.Cdf(zeros(1, dtype: ScalarType.Float64, device: CPU), two, zeros_like(two)).data<double>());
    }

    [Fact]
    public void IntervalsCoverAKnownGaussian()
    {
        const int Count = 20_000;
        const double Sigma = 0.7;
        using var scope = NewDisposeScope();
        var mean = new NoiseSource(5).Normal(zeros(Count, 1, dtype: ScalarType.Float64, device: CPU));
        var targets = PlainNumbers.Of(mean + Sigma * new NoiseSource(6).Normal(mean));
        var sums = new RegressionSums(GaussianNoise.Fixed(Sigma));
        using (NewDisposeScope())
            sums.Add(mean);
        sums.EndBatch();
        var evaluation = RegressionEvaluation.Of(sums.Finish(), targets);
        Assert.Equal(RegressionEvaluation.UsualLevels, evaluation.Intervals.Select(interval => interval.Level));
        foreach (var (level, coverage, width) in evaluation.Intervals)
        {
            Assert.Equal(level, coverage, 5 * Math.Sqrt(level * (1 - level) / Count));
            if (level == 0.95)
                Assert.Equal(2 * Z975 * Sigma, width, 1e-12);
        }

        // The expected -log density is the entropy of the noise; its standard error sqrt(1 / (2 n)).
        Assert.Equal(0.5 * Math.Log(2 * Math.PI * Math.E * Sigma * Sigma), evaluation.NegativeLogLikelihood, 5 / Math.Sqrt(2.0 * Count));
        Assert.Equal(Sigma, evaluation.RootMeanSquaredError, 5 * Sigma / Math.Sqrt(2.0 * Count));
    }

    [Fact]
    public void RegressionMetricsMatchHandComputedValues()
    {
        double[][] predictions = [[1, 2], [3, 4]], targets = [[2, 2], [3, 1]];
        Assert.Equal(Math.Sqrt(10.0 / 4), RegressionMetrics.RootMeanSquaredError(predictions, targets), 1e-15);
        double[][] lower = [[0, 2], [3.5, 0]], upper = [[2, 3], [4, 2]];
        Assert.Equal(0.75, RegressionMetrics.Coverage(lower, upper, targets));
        Assert.Equal((2 + 1 + 0.5 + 2) / 4, RegressionMetrics.MeanWidth(lower, upper), 1e-15);

        // Two draws, two outputs: log((N(1;0,1) N(0;0,1) + N(1;1,4) N(0;2,4)) / 2).
        using var scope = NewDisposeScope();
        var sums = new RegressionSums(GaussianNoise.Learned);
        using (NewDisposeScope())
        {
            sums.Add(tensor(new[] { 0, 0, 0, 0.0 }, [1, 4], ScalarType.Float64, CPU));
            sums.Add(tensor(new[] { 1, 2, Math.Log(4), Math.Log(4) }, [1, 4], ScalarType.Float64, CPU));
        }

        sums.EndBatch();
        var prediction = sums.Finish();
        var expected = Math.Log((Density(1) * Density(0) + Density(0) / 2 * (Density(1) / 2)) / 2);
        Assert.Equal(expected, prediction.LogDensity([[1, 0]])[0], 1e-12);
        Assert.Equal([0.5, 1], prediction.Mean[0]);
        Assert.Equal([0.25, 1], prediction.EpistemicVariance[0]);
        Assert.Equal([2.5, 2.5], prediction.AleatoricVariance[0]);
        Assert.Equal([2.75, 3.5], prediction.Variance[0]);
        Assert.Equal([0, 2], prediction.MeansOfSamples(0, 1));
        Assert.Equal([1, 4], prediction.VariancesOfSamples(0, 1).Select(variance => Math.Round(variance, 12)));
    }

    [Fact]
    public void PredictionsCanBeMadeOfOutputsFromElsewhere()
    {
        using var scope = NewDisposeScope();
        // Two networks that contradict each other with certainty: all of the uncertainty is theirs.
        var one = tensor(new[] { 50.0, -50 }, [1, 2], ScalarType.Float64, CPU);
        var both = ClassPrediction.Of(one, -one);
        Assert.Equal(Math.Log(2), both.Entropy[0], 1e-12);
        Assert.Equal(0, both.ExpectedEntropy[0], 1e-12);
        Assert.Equal(Math.Log(2), both.MutualInformation[0], 1e-12);
        // One network that does not know: all of it is the data's.
        var alone = ClassPrediction.Of(zeros(1, 4, dtype: ScalarType.Float32, device: CPU));
        Assert.Equal(Math.Log(4), alone.ExpectedEntropy[0], 1e-12);
        Assert.Equal(0, alone.MutualInformation[0]);
        Assert.Equal((1, 1, 0.25, 0), (alone.Samples, alone.Count, alone.Confidence[0], alone.Classes[0]));
        // Impossible classes add nothing, and do not make the entropy NaN.
        Assert.Equal(0, ClassPrediction.Of(tensor(new[] { 0, double.NegativeInfinity }, [1, 2], ScalarType.Float64, CPU)).Entropy[0]);
        Assert.Throws<ArgumentException>(() => ClassPrediction.Of());
        Assert.Contains("[1, 4]", Assert.Throws<ArgumentException>(
            () => ClassPrediction.Of(one, zeros(1, 4, dtype: ScalarType.Float64, device: CPU))).Message);

        var detection = OutOfDistribution.Of(
            ClassPrediction.Of(cat([one, one])), ClassPrediction.Of(zeros(3, 2, dtype: ScalarType.Float64, device: CPU)));
        Assert.Equal(new Detection(1, 0), detection.ByEntropy);
        Assert.Equal(new Detection(1, 0), detection.ByConfidence);
        Assert.Equal(new Detection(0.5, 1), detection.ByMutualInformation);
    }

    [Fact]
    public void RefusesArgumentsThatDoNotFit()
    {
        Assert.Contains(
            "2 targets for 1", Assert.Throws<ArgumentException>(() => ClassificationMetrics.Accuracy([[1, 0]], [0, 1])).Message);
        Assert.Contains(
            "none of the 2 classes", Assert.Throws<ArgumentException>(() => ClassificationMetrics.BrierScore([[1, 0]], [2])).Message);
        Assert.Throws<ArgumentException>(() => ClassificationMetrics.NegativeLogLikelihood([], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClassificationMetrics.ReliabilityBins([[1, 0]], [0], 0));
        Assert.Contains("NaN", Assert.Throws<ArgumentException>(() => DetectionMetrics.Auroc([double.NaN], [1])).Message);
        Assert.Throws<ArgumentException>(() => DetectionMetrics.Auroc([1], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => DetectionMetrics.FalsePositiveRate([1], [1], 0));
        Assert.Contains("2 targets for 1 outputs",
            Assert.Throws<ArgumentException>(() => RegressionMetrics.RootMeanSquaredError([[1]], [[1, 2]])).Message);
    }

    private static double Density(double z) => Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);

    /// <summary>The distribution function by the series of its own, Phi(z) = 1/2 + phi(z) (z + z^3/3 + z^5/(3 5) + ...).</summary>
    private static double Phi(double z)
    {
        double term = z, sum = z;
        for (var n = 3; Math.Abs(term) > 1e-17; n += 2)
            sum += term *= z * z / n;
        return 0.5 + Density(z) * sum;
    }

    /// <summary>Equality of bins but for rounding.</summary>
    private sealed class Close : IEqualityComparer<(double Confidence, double Accuracy, int Count)>
    {
        public bool Equals((double Confidence, double Accuracy, int Count) one, (double Confidence, double Accuracy, int Count) other) =>
            Math.Abs(one.Confidence - other.Confidence) < 1e-12 && Math.Abs(one.Accuracy - other.Accuracy) < 1e-12
                && one.Count == other.Count;

        public int GetHashCode((double Confidence, double Accuracy, int Count) bin) => bin.Count;
    }
}
