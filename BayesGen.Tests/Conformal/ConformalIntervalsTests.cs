using System.Text.Json;
using BayesGen.Tests.Support;

namespace BayesGen.Tests;

/// <summary>Intervals around predicted numbers, worked out by hand.</summary>
public sealed class ConformalIntervalsTests
{
    private static readonly (double, double)[] Nine = [.. Enumerable.Range(1, 9).Select(i => (0.0, (double)i))];

    [Fact]
    public void AbsoluteIntervalsHaveOneWidth()
    {
        // Residuals 1 to 9, of alternating sign: the 9th smallest of 9 is 9.
        var conformal = Calibrated(IntervalMethod.Absolute, i => i % 2 == 0 ? i : -i);
        Assert.Equal([9], conformal.Thresholds);
        Near((-9, 9), conformal, (0, 1));
        Near((-7, 11), conformal, (2, 5));
    }

    [Fact]
    public void NormalizedIntervalsAreAsWideAsThePredictionIsUnsure()
    {
        // Deviations 1 to 9 and residuals 9 to 1: the largest factor is 9.
        var conformal = Calibrated(IntervalMethod.Normalized, i => 10 - i);
        Assert.Equal([9], conformal.Thresholds);
        Near((-9, 9), conformal, (0, 1));
        Near((-16, 20), conformal, (2, 2));
    }

    [Fact]
    public void QuantileIntervalsMoveTheEndsOfThePredictedOnes()
    {
        // The ends are mean +- 1.6449 sd; targets lie 2 beyond the upper one, or less.
        const double Z = 1.6448536269514722;
        var conformal = Calibrated(IntervalMethod.Quantile, i => Z * i + 2 - i);
        Assert.Equal(1, Assert.Single(conformal.Thresholds), 1e-9);
        Near((-Z - 1, Z + 1), conformal, (0, 1));
        // Where all lie in the middle, the intervals get narrower, and ends that would cross meet.
        var narrow = Calibrated(IntervalMethod.Quantile, _ => 0);
        Assert.Equal(-Z, Assert.Single(narrow.Thresholds), 1e-9);
        Near((-9 * Z, 9 * Z), narrow, (0, 10));
        Near((5, 5), narrow, (5, 0.5));
    }

    [Fact]
    public void NormalizedQuantileIntervalsOfOneNormalDistributionAreTheNormalizedOnes()
    {
        // The ends are mean +- 1.6449 sd: a residual of 9 at a deviation of 1 lies (9 - 1.6449) / (2 x 1.6449) widths outside.
        const double Z = 1.6448536269514722;
        var conformal = Calibrated(IntervalMethod.NormalizedQuantile, i => 10 - i);
        Assert.Equal((9 - Z) / (2 * Z), Assert.Single(conformal.Thresholds), 1e-9);
        Near((-9, 9), conformal, (0, 1));
        Near((-16, 20), conformal, (2, 2));

        // Where all lie in the middle, nothing is left of the widths, and ends do not cross.
        var narrow = Calibrated(IntervalMethod.NormalizedQuantile, _ => 0);
        Assert.Equal(-0.5, Assert.Single(narrow.Thresholds), 1e-9);
        Near((5, 5), narrow, (5, 0.5));
    }

    [Fact]
    public void OneSampleFarOutLeavesNormalizedQuantileIntervalsAsTheyAre()
    {
        // Of 40 samples one says 10,000: the standard deviation becomes 1,561, and the central 90 % hardly move.
        var means = new double[40];
        means[^1] = 10_000;
        var prediction = new RegressionPrediction(40, 1, [[means]], [[[.. Enumerable.Repeat(1.0, 40)]]]);
        double WidthOf(IntervalMethod method)
        {
            var conformal = Calibrated(method, i => 2 * i);
            var (_, lower, upper) = conformal.Intervals(prediction);
            return upper[0][0] - lower[0][0];
        }

        Assert.InRange(WidthOf(IntervalMethod.Normalized), 6_000, 7_000);
        Assert.InRange(WidthOf(IntervalMethod.NormalizedQuantile), 4, 5);
    }

    [Fact]
    public void ATargetAtTheThresholdLiesInItsInterval()
    {
        var random = new Random(8);
        for (var i = 0; i < 1_000; i++)
        {
            var prediction = Predictions.Gaussians((10 * random.NextDouble(), random.NextDouble()));
            double[] target = [10 * random.NextDouble()];
            var conformal = ConformalIntervals.Calibrate(prediction, [target], new() { Coverage = 0.5 });
            var (_, lower, upper) = conformal.Intervals(prediction);
            Assert.InRange(target[0], lower[0][0], upper[0][0]);
        }
    }

    [Fact]
    public void APredictionWithoutWidthIsNotANumberLost()
    {
        var exact = ConformalIntervals.Calibrate(Predictions.Gaussians((1, 0)), [[1]], new() { Coverage = 0.5 });
        Assert.Equal([0], exact.Thresholds);
        var missed = ConformalIntervals.Calibrate(
            Predictions.Gaussians((1, 0)), [[2]], new() { Coverage = 0.5, AllowUnbounded = true });
        Assert.Equal([double.PositiveInfinity], missed.Thresholds);
        Assert.Equal(double.PositiveInfinity, missed.Intervals(Predictions.Gaussians((1, 0))).Upper[0][0]);
    }

    [Fact]
    public void AnInfiniteThresholdIsRefusedAndTheExampleNamed()
    {
        // One without width among nine is the largest score, and 0.9 needs all nine; 0.8 does without it.
        var prediction = Predictions.Gaussians([.. Nine[..4], (0, 0), .. Nine[5..]]);
        double[][] targets = [.. Enumerable.Range(1, 9).Select(i => new double[] { i })];
        Assert.Contains("prediction for example 4, among others, has no width", Assert.Throws<ArgumentException>(
            () => ConformalIntervals.Calibrate(prediction, targets, new() { Method = IntervalMethod.Normalized })).Message);
        Assert.Equal(
            1, ConformalIntervals.Calibrate(
                prediction, targets, new() { Method = IntervalMethod.Normalized, Coverage = 0.8 }).Thresholds[0], 1e-12);
        targets[6] = [double.PositiveInfinity];
        foreach (var method in Enum.GetValues<IntervalMethod>())
            Assert.Contains("target of example 6 is infinite", Assert.Throws<ArgumentException>(() => ConformalIntervals.Calibrate(
                Predictions.Gaussians(Nine), targets, new() { Method = method, AllowUnbounded = true })).Message);
    }

    /// <summary>The ends of a band of counts are counts, and hold the same ones as the band that they come from.</summary>
    [Fact]
    public void BandsOfCountsAreCounts()
    {
        var random = new Random(9);
        var rates = Enumerable.Range(0, 60).Select(_ => 6 * random.NextDouble()).ToList();
        double[][] targets = [.. rates.Select(rate => new[] { Math.Round(Math.Max(0, rate + 4 * random.NextDouble() - 2)) })];
        foreach (var method in Enum.GetValues<IntervalMethod>())
        {
            var options = new ConformalIntervalOptions { Method = method };
            double[][][] numbers = [.. rates.Select(rate => new double[][] { [rate] })];
            var counts = new RegressionPrediction(1, 1, numbers, numbers) { Density = new PoissonDensity() };
            var conformal = ConformalIntervals.Calibrate(counts, targets, options);
            var (_, lower, upper) = conformal.Intervals(counts);
            for (var i = 0; i < rates.Count; i++)
            {
                Assert.True(lower[i][0] >= 0 && upper[i][0] >= lower[i][0], $"{method}: {lower[i][0]} to {upper[i][0]}");
                Assert.Equal((Math.Floor(lower[i][0]), Math.Floor(upper[i][0])), (lower[i][0], upper[i][0]));
            }

            Assert.True(conformal.Evaluate(counts, targets).Coverage >= 55.0 / 60, method.ToString());
            if (method is IntervalMethod.Quantile or IntervalMethod.NormalizedQuantile)
                continue;
            var plain = new RegressionPrediction(1, 1, numbers, numbers);
            var (_, from, to) = ConformalIntervals.Calibrate(plain, targets, options).Intervals(plain);
            for (var i = 0; i < rates.Count; i++)
                for (var count = 0; count < 20; count++)
                    Assert.Equal(from[i][0] <= count && count <= to[i][0], lower[i][0] <= count && count <= upper[i][0]);
        }

        var few = new RegressionPrediction(1, 1, [[[0.5]]], [[[0.5]]]) { Density = new PoissonDensity() };
        var unbounded = ConformalIntervals.Calibrate(few, [[1]], new() { AllowUnbounded = true }).Intervals(few);
        Assert.Equal((0, double.PositiveInfinity), (unbounded.Lower[0][0], unbounded.Upper[0][0]));
    }

    [Fact]
    public void EveryOutputHasAThresholdOfItsOwn()
    {
        var prediction = new RegressionPrediction(
            1, 2, [.. Enumerable.Repeat(new double[][] { [0], [0] }, 9)], [.. Enumerable.Repeat(new double[][] { [1], [4] }, 9)]);
        var conformal = ConformalIntervals.Calibrate(
            prediction, [.. Enumerable.Range(1, 9).Select(i => new double[] { i, -i })], new() { Method = IntervalMethod.Normalized });
        Assert.Equal([9, 4.5], conformal.Thresholds);
        var report = conformal.Evaluate(prediction, [.. Enumerable.Repeat(new[] { 8.0, 10 }, 9)], bins: 3);
        Assert.Equal(0.5, report.Coverage);
        Assert.Equal([("output 0", 1.0), ("output 1", 0.0)], report.ByOutput.Select(group => (group.Name, group.Coverage)));
        Assert.Equal([6, 6, 6], report.ByUncertainty.Select(group => group.Count));
    }

    [Fact]
    public void TooFewExamplesSayHowManyAreNeeded()
    {
        var eight = Predictions.Gaussians(Nine[..8]);
        double[][] targets = [.. Enumerable.Range(0, 8).Select(i => new double[] { i })];
        Assert.Contains(
            "90 % needs at least 9 calibration examples, and there are 8",
            Assert.Throws<ArgumentException>(() => ConformalIntervals.Calibrate(eight, targets)).Message);
        foreach (var method in Enum.GetValues<IntervalMethod>())
        {
            var unbounded = ConformalIntervals.Calibrate(eight, targets, new() { AllowUnbounded = true, Method = method });
            Near((double.NegativeInfinity, double.PositiveInfinity), unbounded, (0, 1));
            var report = unbounded.Evaluate(RegressionEvaluation.Of(eight, targets));
            Assert.Equal((1, double.PositiveInfinity, 0), (report.Coverage, report.MeanWidth, report.CoverageDeviation));
            Assert.Contains("\"MeanWidth\":\"Infinity\"", JsonSerializer.Serialize(report));
        }
    }

    [Fact]
    public void RefusesWhatDoesNotFit()
    {
        var nine = Predictions.Gaussians(Nine);
        double[][] targets = [.. Enumerable.Range(0, 9).Select(i => new double[] { i })];
        Assert.Contains("above 0 and below 1", Assert.Throws<ArgumentOutOfRangeException>(
            () => ConformalIntervals.Calibrate(nine, targets, new() { Coverage = 1 })).Message);
        Assert.Throws<ArgumentOutOfRangeException>(
            () => ConformalIntervals.Calibrate(nine, targets, new() { Method = (IntervalMethod)9 }));
        targets[4] = [double.NaN];
        Assert.Contains("example 4", Assert.Throws<ArgumentException>(() => ConformalIntervals.Calibrate(nine, targets)).Message);
        targets[4] = [1, 2];
        Assert.Contains("Example 4 has 2 targets", Assert.Throws<ArgumentException>(
            () => ConformalIntervals.Calibrate(nine, targets)).Message);
        Assert.Contains("for 2 outputs, and the prediction has 1", Assert.Throws<ArgumentException>(
            () => new ConformalIntervals(new(), [1, 1], [9, 9]).Intervals(nine)).Message);
    }

    [Fact]
    public void ALoadedCalibrationGivesTheSameIntervals()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            var conformal = new ConformalIntervals(
                new() { Method = IntervalMethod.Quantile, Coverage = 0.8, AllowUnbounded = true },
                [1.0 / 3, double.PositiveInfinity], [7, 3]);
            conformal.Save(path);
            var back = ConformalIntervals.Load(path);
            Assert.Equal(conformal.Options, back.Options);
            Assert.Equal(conformal.Thresholds, back.Thresholds);
            Assert.Equal("80 % intervals, Quantile, 3 to 7 calibration examples, threshold 0.3333, Infinity", back.ToString());
            File.WriteAllText(path, "{}");
            Assert.Contains(
                $"'{path}': This is no calibration of intervals as BayesGen writes it: 'method' is missing",
                Assert.Throws<JsonException>(() => ConformalIntervals.Load(path)).Message);
            File.WriteAllText(path, "[1]");
            Assert.Contains(
                "an object with 'method' is expected, not Array",
                Assert.Throws<JsonException>(() => ConformalIntervals.Load(path)).Message);
            var json = JsonSerializer.Serialize(conformal);
            string[] altered = [json.Replace("\"Infinity\"", "\"-Infinity\""), json.Replace("\"examples\":[7", "\"examples\":[-7")];
            Assert.All(altered, text =>
            {
                Assert.NotEqual(json, text);
                Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ConformalIntervals>(text));
            });
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void AReportStandsBesideThePlainIntervals()
    {
        // Targets at 2 sd: outside of the plain 90 % interval, inside of one that is twice as wide.
        var prediction = Predictions.Gaussians((0, 1), (0, 2), (0, 3), (0, 4));
        double[][] targets = [[2], [4], [6], [8]];
        var conformal = new ConformalIntervals(new() { Method = IntervalMethod.Normalized }, [3], [99]);
        var report = conformal.Evaluate(RegressionEvaluation.Of(prediction, targets), bins: 2);
        Assert.Equal((1, 0), (report.Coverage, report.Plain.Coverage));
        Assert.Equal(15, report.MeanWidth, 1e-9);
        Assert.Equal(report.MeanWidth, report.Score, 1e-9);
        Assert.Equal(2.5 * 2 * 1.6448536269514722, report.Plain.MeanWidth, 1e-9);
        Assert.Equal([("uncertainty 1 of 2", 2), ("uncertainty 2 of 2", 2)],
            report.ByUncertainty.Select(group => (group.Name, group.Count)));
        Assert.Equal(21, report.ByUncertainty[1].MeanSize, 1e-9);
        Assert.Contains("plain intervals: coverage 0.0 %, mean width 8.224", report.ToString());
    }

    private static ConformalIntervals Calibrated(IntervalMethod method, Func<int, double> target) => ConformalIntervals.Calibrate(
        Predictions.Gaussians(Nine), [.. Enumerable.Range(1, 9).Select(i => new[] { target(i) })], new() { Method = method });

    private static void Near((double Lower, double Upper) expected, ConformalIntervals conformal, (double, double) example)
    {
        var (_, lower, upper) = conformal.Intervals(Predictions.Gaussians(example));
        Assert.Equal(expected.Lower, lower[0][0], 1e-9);
        Assert.Equal(expected.Upper, upper[0][0], 1e-9);
    }
}
