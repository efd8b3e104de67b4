using BayesGen.Tests.Support;

namespace BayesGen.Tests;

/// <summary>
/// The coverage that is promised, in simulations: over many calibration sets it is Beta(k, n + 1 - k), with the mean k / (n + 1), where
/// scores have no ties, and no less where they have.
/// </summary>
[Trait("Lane", "Slow")]
public sealed class ConformalCoverageTests
{
    private const int Repeats = 200;
    private const int Calibration = 99;
    private const int Test = 500;

    /// <summary>Four standard errors: a right method fails here once in 16,000 times, were the seed not fixed.</summary>
    private const double Errors = 4;

    [Theory]
    [InlineData(SetMethod.LeastAmbiguous, true, 0.9)]
    [InlineData(SetMethod.LeastAmbiguous, true, 0.6)]
    [InlineData(SetMethod.Adaptive, true, 0.9)]
    [InlineData(SetMethod.RegularizedAdaptive, true, 0.8)]
    public void SetsCoverWhatWasAsked(SetMethod method, bool randomized, double coverage)
    {
        var random = new Random(11);
        RequireBeta(
            [.. Enumerable.Range(0, Repeats).Select(_ => CoverageOfSets(random, new()
            {
                Method = method, Randomized = randomized, Coverage = coverage,
            }))],
            coverage);
    }

    [Theory]
    [InlineData(SetMethod.Adaptive)]
    [InlineData(SetMethod.RegularizedAdaptive)]
    public void SetsThatCountAClassWholeCoverMore(SetMethod method)
    {
        var random = new Random(12);
        double[] coverages = [.. Enumerable.Range(0, Repeats).Select(_ => CoverageOfSets(
            random, new() { Method = method, Randomized = false }))];
        Assert.InRange(coverages.Average(), 0.9 - Errors * Deviation(0.9) / Math.Sqrt(Repeats), 1);
    }

    [Theory]
    [InlineData(SetMethod.LeastAmbiguous)]
    [InlineData(SetMethod.Adaptive)]
    public void TiesNeverTakeCoverageAway(SetMethod method)
    {
        // Two different predictions in all: most scores are equal.
        var random = new Random(13);
        double[] coverages = [.. Enumerable.Range(0, Repeats).Select(_ => CoverageOfSets(random, new() { Method = method }, kinds: 2))];
        Assert.InRange(coverages.Average(), 0.9 - Errors * Deviation(0.9) / Math.Sqrt(Repeats), 1);
    }

    [Fact]
    public void ThresholdsOfClassesCoverEachClass()
    {
        var random = new Random(14);
        double[][] OfClasses(bool perClass) => [.. Enumerable.Range(0, Repeats).Select(_ =>
        {
            var (calibration, targets) = Classes(random, 400, kinds: int.MaxValue);
            var conformal = ConformalClasses.Calibrate(calibration, targets, new() { PerClass = perClass });
            var (test, truth) = Classes(random, Test, kinds: int.MaxValue);
            return conformal.Evaluate(test, truth).ByClass.Select(group => group.Coverage).ToArray();
        })];

        // A class has about 100 calibration examples, k / (n + 1) lies between 0.9 and 0.9 + 1 / (n + 1): between 0.9 and 0.92.
        var each = OfClasses(perClass: true);
        var spread = Errors * 0.05 / Math.Sqrt(Repeats);
        for (var c = 0; c < 4; c++)
            Assert.InRange(each.Average(row => row[c]), 0.9 - spread, 0.92 + spread);

        // One threshold for all gives class 0, of which the network thinks too little, far less.
        Assert.InRange(OfClasses(perClass: false).Average(row => row[0]), 0, 0.85);
    }

    [Theory]
    [InlineData(IntervalMethod.Absolute)]
    [InlineData(IntervalMethod.Normalized)]
    [InlineData(IntervalMethod.Quantile)]
    [InlineData(IntervalMethod.NormalizedQuantile)]
    public void IntervalsCoverWhatWasAsked(IntervalMethod method)
    {
        var random = new Random(15);
        RequireBeta(
            [.. Enumerable.Range(0, Repeats).Select(_ =>
            {
                var (calibration, targets) = Numbers(random, Calibration);
                var conformal = ConformalIntervals.Calibrate(calibration, targets, new() { Method = method });
                var (test, truth) = Numbers(random, Test);
                var (_, lower, upper) = conformal.Intervals(test);
                return RegressionMetrics.Coverage(lower, upper, truth);
            })],
            0.9);
    }

    [Fact]
    public void TheFewestExamplesThatAreEnoughCoverWhatWasAsked()
    {
        // Nine examples and 0.9: coverage is Beta(9, 1), of mean 0.9 and standard deviation 0.09.
        const int Sets = 2_000;
        var random = new Random(16);
        var covered = Enumerable.Range(0, Sets).Average(_ =>
        {
            var (calibration, targets) = Numbers(random, 9);
            var conformal = ConformalIntervals.Calibrate(calibration, targets);
            var (test, truth) = Numbers(random, 20);
            var (_, lower, upper) = conformal.Intervals(test);
            return RegressionMetrics.Coverage(lower, upper, truth);
        });
        Assert.Equal(0.9, covered, Errors * Math.Sqrt(ConformalThreshold.CoverageVariance(9, 20, 0.9) / Sets));
    }

    /// <summary>
    /// Holds mean and spread of coverages against the beta-binomial distribution. The standard deviation of R numbers is off by about
    /// 1 / sqrt(2 R) of itself.
    /// </summary>
    private static void RequireBeta(double[] coverages, double coverage)
    {
        // k / (n + 1) is the coverage itself: 100 times 0.9, 0.8 and 0.6 are whole numbers.
        var (mean, deviation) = (coverages.Average(), Deviation(coverage));
        Assert.Equal(coverage, mean, Errors * deviation / Math.Sqrt(Repeats));
        var seen = Math.Sqrt(coverages.Sum(one => (one - mean) * (one - mean)) / (Repeats - 1));
        Assert.Equal(1, seen / deviation, Errors / Math.Sqrt(2 * Repeats));
    }

    private static double Deviation(double coverage) => Math.Sqrt(ConformalThreshold.CoverageVariance(Calibration, Test, coverage));

    private static double CoverageOfSets(Random random, ConformalSetOptions options, int kinds = int.MaxValue)
    {
        var (calibration, targets) = Classes(random, Calibration, kinds);
        var conformal = ConformalClasses.Calibrate(calibration, targets, options);
        var (test, truth) = Classes(random, Test, kinds);
        return conformal.Evaluate(test, truth).Coverage;
    }

    /// <summary>A network that is too sure of itself, and thinks too little of class 0.</summary>
    private static (ClassPrediction Prediction, int[] Targets) Classes(Random random, int count, int kinds)
    {
        var (said, targets) = (new double[count][], new int[count]);
        for (var i = 0; i < count; i++)
        {
            var kind = kinds == int.MaxValue ? random : new Random(random.Next(kinds));
            double[] logits = [.. Enumerable.Range(0, 4).Select(_ => 3 * kind.NextDouble())];
            var truth = Softmax(logits);
            var (u, c) = (random.NextDouble(), 0);
            for (; c < 3 && u >= truth[c]; c++)
                u -= truth[c];
            targets[i] = c;
            said[i] = Softmax([2 * logits[0] - 2, .. logits[1..].Select(logit => 2 * logit)]);
        }

        return (Predictions.Classes(said), targets);
    }

    /// <summary>A network whose mean is off and whose deviation is half of the true one, which differs between examples.</summary>
    private static (RegressionPrediction Prediction, double[][] Targets) Numbers(Random random, int count)
    {
        var (said, targets) = (new (double, double)[count], new double[count][]);
        for (var i = 0; i < count; i++)
        {
            var x = random.NextDouble();
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            targets[i] = [Math.Sin(6 * x) + (0.1 + x) * normal];
            said[i] = (Math.Sin(6 * x) + 0.2, 0.5 * (0.1 + x));
        }

        return (Predictions.Gaussians(said), targets);
    }

    private static double[] Softmax(double[] logits)
    {
        var powers = Array.ConvertAll(logits, Math.Exp);
        return Array.ConvertAll(powers, power => power / powers.Sum());
    }
}
