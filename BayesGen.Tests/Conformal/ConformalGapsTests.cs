using System.Globalization;
using BayesGen.Tests.Support;

namespace BayesGen.Tests;

/// <summary>Intervals of several outputs where some targets are missing.</summary>
public sealed class ConformalGapsTests
{
    [Fact]
    public void AnOutputIsCalibratedWithTheTargetsThatItHas()
    {
        // Output 0 has all of 20 targets, output 1 each second one, and the last example has none.
        const int Count = 20;
        var (prediction, targets) = TwoOutputs(Count);
        for (var i = 0; i < Count; i += 2)
            targets[i][1] = double.NaN;
        targets[Count - 1] = [double.NaN, double.NaN];
        var options = new ConformalIntervalOptions { Coverage = 0.8, Method = IntervalMethod.Normalized };
        var evaluation = RegressionEvaluation.OfKnown(prediction, targets, null);
        var conformal = ConformalIntervals.Calibrate(evaluation, options);
        Assert.Equal([19, 9], conformal.Examples);
        for (var output = 0; output < 2; output++)
        {
            int[] known = [.. Enumerable.Range(0, Count).Where(i => !double.IsNaN(targets[i][output]))];
            var alone = ConformalIntervals.Calibrate(
                Predictions.Gaussians([.. known.Select(i => (prediction.Mean[i][output], Math.Sqrt(prediction.Variance[i][output])))]),
                [.. known.Select(i => new[] { targets[i][output] })], options);
            Assert.Equal(alone.Thresholds[0], conformal.Thresholds[output], 1e-12);
        }

        // The report is one over the targets that are there, as brute force over them is.
        var report = conformal.Evaluate(evaluation, bins: 3);
        var (_, lower, upper) = conformal.Intervals(prediction);
        List<(int Row, int Output)> cells = [.. from i in Enumerable.Range(0, Count) from d in new[] { 0, 1 }
                                                where !double.IsNaN(targets[i][d]) select (i, d)];
        Assert.Equal(19, report.Count);
        Assert.Equal(
            cells.GroupBy(cell => cell.Row).Average(row => row.Average(cell =>
                lower[cell.Row][cell.Output] <= targets[cell.Row][cell.Output]
                && targets[cell.Row][cell.Output] <= upper[cell.Row][cell.Output] ? 1.0 : 0)),
            report.Coverage, 1e-12);
        Assert.Equal(cells.Average(cell => upper[cell.Row][cell.Output] - lower[cell.Row][cell.Output]), report.MeanWidth, 1e-12);
        Assert.Equal([19, 9], report.ByOutput.Select(group => group.Count));
        Assert.Equal(28, report.ByUncertainty.Sum(group => group.Count));
        Assert.Equal(Math.Sqrt(ConformalThreshold.CoverageVariance(9, 9, 0.8)), report.CoverageDeviation, 1e-12);

        // Eight targets are too few for 90 %, and the output is named.
        targets[1][1] = double.NaN;
        Assert.Contains(
            "needs at least 9 calibration examples, and output 1 has a target for 8:",
            Assert.Throws<ArgumentException>(
                () => ConformalIntervals.Calibrate(RegressionEvaluation.OfKnown(prediction, targets, null))).Message);
        var unbounded = ConformalIntervals.Calibrate(
            RegressionEvaluation.OfKnown(prediction, [.. targets.Select(row => new[] { row[0], double.NaN })], null),
            new() { AllowUnbounded = true });
        Assert.Equal((19, 0, double.PositiveInfinity), (unbounded.Examples[0], unbounded.Examples[1], unbounded.Thresholds[1]));
        Assert.Equal([0], unbounded.Evaluate(
            RegressionEvaluation.OfKnown(prediction, [.. targets.Select(row => new[] { row[0], double.NaN })], null))
            .ByOutput.Select(group => int.Parse(group.Name["output ".Length..], CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void MissingTargetsLeaveTheCoverageOfEachOutputAsAsked()
    {
        const int Repeats = 400, Count = 60;
        var random = new Random(3);
        var held = new double[2];
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            var conformal = ConformalIntervals.Calibrate(Some(0.7), new() { Coverage = 0.8 });
            var report = conformal.Evaluate(Some(0.7));
            for (var output = 0; output < 2; output++)
                held[output] += report.ByOutput[output].Coverage / Repeats;
        }

        // Up to 1 / (n + 1) more than asked, for the smallest numbers of targets as well.
        Assert.All(held, coverage => Assert.InRange(coverage, 0.78, 0.84));

        RegressionEvaluation Some(double part)
        {
            var (prediction, targets) = TwoOutputs(Count, random);
            foreach (var row in targets)
                row[1] = random.NextDouble() < part ? row[1] : double.NaN;
            return RegressionEvaluation.OfKnown(prediction, targets, null);
        }
    }

    /// <summary>Two outputs of different noise, and a prediction that takes it for half as large.</summary>
    private static (RegressionPrediction Prediction, double[][] Targets) TwoOutputs(int count, Random? random = null)
    {
        random ??= new Random(1);
        double[][] means = [.. Enumerable.Range(0, count).Select(_ => new[] { random.NextDouble(), random.NextDouble() })];
        double[][] targets = [.. means.Select(row => new[] { row[0] + Normal(), row[1] + 3 * Normal() })];
        var prediction = new RegressionPrediction(
            1, 2, [.. means.Select(row => Array.ConvertAll(row, mean => new[] { mean }))],
            [.. means.Select(row => new double[][] { [0.25 * (1 + row[0])], [0.25 * 9 * (1 + row[1])] })]);
        return (prediction, targets);

        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }
}
