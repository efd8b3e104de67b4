using System.Text.Json;
using BayesGen.Data;
using BayesGen.Tests.Support;

namespace BayesGen.Tests;

/// <summary>Sets and intervals where an example has several places: examples count, and not their places.</summary>
public sealed class ConformalPlacesTests
{
    private const int Steps = 40;

    [Fact]
    public void PlacesOfOneExampleAreNotManyExamples()
    {
        var (sequence, targets) = Sequences(new Random(1), 1);
        Assert.Contains(
            "needs at least 9 calibration examples, and there are 1:",
            Assert.Throws<ArgumentException>(() => ConformalIntervals.Calibrate(sequence, targets)).Message);
        var unbounded = ConformalIntervals.Calibrate(sequence, targets, new() { AllowUnbounded = true });
        Assert.Equal((1, double.PositiveInfinity), (unbounded.Examples[0], unbounded.Thresholds[0]));

        // Two examples of five questions.
        var questions = Questions(2, 5);
        Assert.Contains(
            "needs at least 9 calibration examples, and there are 2:",
            Assert.Throws<ArgumentException>(() => ConformalClasses.Calibrate(questions, new int[10])).Message);
        Assert.Contains(
            "and there are 20 with 100 answers, which are not independent",
            Assert.Throws<ArgumentException>(() => TemperatureScaling.Fit(Questions(20, 5), new int[100])).Message);
    }

    [Fact]
    public void AnExampleCountsOnceHoweverManyPlacesItHas()
    {
        // Nine examples and 0.8: ten times 0.8 is 8 of them. Example i has i + 1 places, all with the score i.
        List<(int Example, double Score)> scores =
            [.. Enumerable.Range(0, 9).SelectMany(i => Enumerable.Repeat((i, (double)i), i + 1))];
        Assert.Equal(7, ConformalThreshold.Of(scores, 0.8));
        // Half of the last example is as low as the first one: 7.5 are below 7, and 8.5 up to it.
        scores = [.. scores.Where(one => one.Example < 8), (8, 0), (8, 8)];
        Assert.Equal(7, ConformalThreshold.Of(scores, 0.8));
        Assert.Equal(6, ConformalThreshold.Of(scores, 0.75));
        Assert.Equal(8, ConformalThreshold.Of(scores, 0.9));
    }

    [Fact]
    public void AnOffsetOfEachSequenceDoesNotTakeCoverageAway()
    {
        const int Repeats = 400;
        var random = new Random(5);
        double[] coverages = [.. Enumerable.Range(0, Repeats).Select(_ =>
        {
            var (calibration, targets) = Sequences(random, 19);
            var (test, truth) = Sequences(random, 50);
            return ConformalIntervals.Calibrate(calibration, targets, new() { Method = IntervalMethod.Absolute })
                .Evaluate(test, truth).Coverage;
        })];
        var deviation = Math.Sqrt(ConformalThreshold.CoverageVariance(19, 50, 0.9));
        // It is 18 of 20 or more; more where places differ, and never as much as an example more.
        Assert.InRange(coverages.Average(), 0.9 - 4 * deviation / Math.Sqrt(Repeats), 0.95);
        var seen = Math.Sqrt(coverages.Average(one => (one - coverages.Average()) * (one - coverages.Average())));
        Assert.InRange(seen, 0.5 * deviation, 1.15 * deviation);
    }

    /// <summary>Whether it is much or little: it may not be less than was asked, whatever the questions have in common.</summary>
    [Fact]
    public void QuestionsThatAreAnsweredAlikeAreHeldAsOftenAsWasAsked()
    {
        const int Repeats = 400;
        var random = new Random(6);
        foreach (var perClass in new[] { false, true })
        {
            var covered = Enumerable.Range(0, Repeats).Average(_ =>
            {
                var (calibration, targets) = Moody(random, 60);
                var (test, truth) = Moody(random, 60);
                return ConformalClasses.Calibrate(calibration, targets, new() { PerClass = perClass }).Evaluate(test, truth).Coverage;
            });
            var deviation = Math.Sqrt(ConformalThreshold.CoverageVariance(perClass ? 25 : 60, perClass ? 25 : 60, 0.9));
            Assert.InRange(covered, 0.9 - 4 * deviation / Math.Sqrt(Repeats), 1);
        }
    }

    [Fact]
    public void AReportCountsExamplesAndAllOfThemAlike()
    {
        var prediction = Predictions.Gaussians((0, 1), (0, 1), (0, 1), (0, 1));
        prediction = new RegressionPrediction(1, 1, [.. prediction.Mean.Select(row => new[] { row })],
            [.. prediction.Variance.Select(row => new[] { row })])
        { Places = 2 };
        // The second place of the second example has no target.
        var evaluation = RegressionEvaluation.OfKnown(prediction, [[0], [5], [5], [double.NaN]], null);
        Assert.Equal(3, evaluation.Prediction.Count);
        var conformal = new ConformalIntervals(new() { Method = IntervalMethod.Normalized }, [3], [99]);
        var report = conformal.Evaluate(evaluation, bins: 1);
        Assert.Equal((2, 0.25), (report.Count, report.Coverage));
        Assert.Equal(Math.Sqrt(ConformalThreshold.CoverageVariance(99, 2, 0.9)), report.CoverageDeviation, 1e-12);
        Assert.Equal(1.0 / 3, Assert.Single(report.ByOutput).Coverage, 1e-12);

        // What was left out is known in a file too.
        var back = JsonSerializer.Deserialize<RegressionPrediction>(JsonSerializer.Serialize(evaluation.Prediction))!;
        Assert.Equal(0.25, conformal.Evaluate(back, evaluation.Targets).Coverage);
        var classes = ClassEvaluation.OfKnown(Questions(2, 2), [0, 1, 1, -1]);
        var read = JsonSerializer.Deserialize<ClassPrediction>(JsonSerializer.Serialize(classes.Prediction))!;
        Assert.Equal([new(0, 0), new(0, 1), new AnswerRow(1, 0)], read.Rows);
        var sets = new ConformalClasses(new(), 2, [0.3], [99]).Evaluate(read, classes.Targets);
        Assert.Equal((2, 0.25), (sets.Count, sets.Coverage));
    }

    [Fact]
    public void OnePlaceIsAPredictionOfItsOwn()
    {
        var questions = Questions(12, 3);
        int[] targets = [.. Enumerable.Range(0, 36).Select(row => row % 3 == 2 ? 1 : 0)];
        var evaluation = ClassEvaluation.OfKnown(questions, targets);
        var third = ConformalClasses.Calibrate(evaluation.OfPlace(2));
        Assert.Equal([12], third.Examples);
        Assert.Equal(12, third.Sets(questions.OfPlace(2)).Count);
        Assert.Equal(0, evaluation.OfPlace(2).Accuracy);
        Assert.Contains(
            "at place 3; the places are 0 to 2", Assert.Throws<ArgumentException>(() => questions.OfPlace(3)).Message);
        Assert.Contains("all are at place 1", Assert.Throws<ArgumentException>(() => questions.OfPlace(1).OfPlace(0)).Message);
        Assert.Contains("one for each example", Assert.Throws<ArgumentException>(
            () => Predictions.Classes([0.5, 0.5]).OfPlace(1)).Message);

        var (sequences, truth) = Sequences(new Random(3), 12);
        var step = RegressionEvaluation.Of(sequences, truth, [0.5]).OfPlace(7);
        Assert.Equal((12, 0.5), (step.Prediction.Count, Assert.Single(step.Intervals).Level));
        Assert.Equal(truth[Steps + 7], step.Targets[1]);
        Assert.Equal(sequences.Mean[Steps + 7], sequences.OfPlace(7).Mean[1]);
        Assert.Equal([12], ConformalIntervals.Calibrate(step).Examples);
    }

    /// <summary>A network that is right on average, and whose errors are those of a sequence as a whole.</summary>
    private static (RegressionPrediction Prediction, double[][] Targets) Sequences(Random random, int count)
    {
        var targets = new double[count * Steps][];
        for (var i = 0; i < count; i++)
        {
            var offset = Normal(random);
            for (var step = 0; step < Steps; step++)
                targets[i * Steps + step] = [offset + 0.3 * Normal(random)];
        }

        double[][][] zeros = [.. targets.Select(_ => new double[][] { [0] })], ones = [.. targets.Select(_ => new double[][] { [1] })];
        return (new RegressionPrediction(1, 1, zeros, ones) { Places = Steps }, targets);
    }

    /// <summary>Five questions of which an example answers nearly all with yes or nearly all with no.</summary>
    private static (ClassPrediction Prediction, int[] Targets) Moody(Random random, int count)
    {
        var (said, targets) = (new double[count * 5][], new int[count * 5]);
        for (var i = 0; i < count; i++)
        {
            var mood = random.NextDouble() < 0.5 ? 0.95 : 0.05;
            for (var k = 0; k < 5; k++)
            {
                var p = 0.5 * random.NextDouble() + 0.5 * mood;
                (said[i * 5 + k], targets[i * 5 + k]) = ([1 - p, p], random.NextDouble() < mood ? 1 : 0);
            }
        }

        return (new ClassPrediction(1, said, new double[said.Length], new double[said.Length], outputs: null) { Places = 5 }, targets);
    }

    private static ClassPrediction Questions(int count, int questions)
    {
        double[][] said = [.. Enumerable.Range(0, count * questions).Select(row => new[] { 0.9 - 0.001 * row, 0.1 + 0.001 * row })];
        return new ClassPrediction(1, said, new double[said.Length], new double[said.Length], outputs: null) { Places = questions };
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
