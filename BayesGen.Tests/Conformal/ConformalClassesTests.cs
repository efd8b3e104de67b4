using System.Text.Json;
using BayesGen.Tests.Support;

namespace BayesGen.Tests;

/// <summary>Sets of classes, worked out by hand.</summary>
public sealed class ConformalClassesTests
{
    private static readonly double[] Row = [0.2, 0.5, 0.3];

    [Theory]
    [InlineData(9, 0.9, 9)]
    [InlineData(10, 0.9, 10)]
    [InlineData(19, 0.9, 18)]
    [InlineData(19, 0.95, 19)]
    [InlineData(99, 0.9, 90)]
    [InlineData(3, 0.01, 1)]
    public void TheThresholdHasTheRankThatCorrectsForFewExamples(int count, double coverage, int rank) =>
        Assert.Equal(rank, ConformalThreshold.Of([.. Enumerable.Range(1, count).Reverse().Select(i => (i, (double)i))], coverage));

    [Theory]
    [InlineData(0.9, 9)]
    [InlineData(0.95, 19)]
    [InlineData(0.99, 99)]
    [InlineData(0.5, 1)]
    [InlineData(0.68, 3)]
    public void OneExampleLessThanIsNeededHasNoThreshold(double coverage, int needed)
    {
        Assert.Equal(needed, ConformalThreshold.Needed(coverage));
        Assert.True(double.IsFinite(ConformalThreshold.Of(Zeros(needed), coverage)));
        Assert.Equal(double.PositiveInfinity, ConformalThreshold.Of(Zeros(needed - 1), coverage));
        // With thirds of an example, whose sums are rounded, no other number is needed.
        Assert.True(double.IsFinite(ConformalThreshold.Of([.. Zeros(3 * needed).Select(one => (one.Example / 3, 0.0))], coverage)));

        static (int Example, double Score)[] Zeros(int count) => [.. Enumerable.Range(0, count).Select(i => (i, 0.0))];
    }

    [Fact]
    public void EveryMethodScoresAsItsPaperSays()
    {
        Assert.Equal([0.8, 0.5, 0.7], Scores(SetMethod.LeastAmbiguous));
        Assert.Equal([1, 0.5, 0.8], Scores(SetMethod.Adaptive));
        // The second class has rank 2 and the third rank 3; one rank is free.
        Assert.Equal([1.2, 0.5, 0.9], Scores(SetMethod.RegularizedAdaptive));
        // In part: above it whole, itself by u.
        var part = ClassScores.Of(Row, new() { Method = SetMethod.Adaptive });
        var u = part[1] / 0.5;
        Assert.InRange(u, 0, 1);
        Assert.Equal([0.8 + 0.2 * u, 0.5 * u, 0.5 + 0.3 * u], part, (one, other) => Math.Abs(one - other) < 1e-12);
        Assert.Equal(part, ClassScores.Of([.. Row], new() { Method = SetMethod.Adaptive }));
        Assert.NotEqual(part, ClassScores.Of(Row, new() { Method = SetMethod.Adaptive, Seed = 1 }));

        static IEnumerable<double> Scores(SetMethod method) =>
            ClassScores.Of(Row, new() { Method = method, Randomized = false, Penalty = 0.1, FreeRank = 1 })
                .Select(score => Math.Round(score, 12));
    }

    [Fact]
    public void TheRandomPartIsUniform()
    {
        const int Count = 20_000;
        var random = new Random(3);
        double[] parts = [.. Enumerable.Range(0, Count).Select(_ =>
        {
            var p = 0.5 + 0.5 * random.NextDouble();
            return ClassScores.Of([p, 1 - p], new() { Method = SetMethod.Adaptive })[0] / p;
        }).Order()];
        // Kolmogorov and Smirnov: sqrt(n) D is above 1.95 once in a thousand times.
        Assert.InRange(parts.Select((part, i) => Math.Abs(part - (i + 0.5) / Count)).Max() * Math.Sqrt(Count), 0, 1.95);
    }

    /// <summary>Rounding between two sizes of a batch is some 1e-6 of a probability; a set must not hang on it.</summary>
    [Theory]
    [InlineData(SetMethod.Adaptive, 2)]
    [InlineData(SetMethod.Adaptive, 12)]
    [InlineData(SetMethod.RegularizedAdaptive, 2)]
    public void SetsDoNotHangOnTheLastDigits(SetMethod method, double sharpness)
    {
        const int Count = 5_000;
        var random = new Random(4);
        var conformal = new ConformalClasses(new() { Method = method }, 5, [0.9], [100]);
        var differ = 0;
        for (var i = 0; i < Count; i++)
        {
            double[] logits = [.. Enumerable.Range(0, 5).Select(_ => sharpness * random.NextDouble())];
            double[] other = [.. logits.Select(logit => logit + 2e-6 * (random.NextDouble() - 0.5))];
            differ += Set(logits).SequenceEqual(Set(other)) ? 0 : 1;
        }

        Assert.InRange(differ, 0, Count / 200);

        int[] Set(double[] logits)
        {
            var powers = Array.ConvertAll(logits, Math.Exp);
            return conformal.Sets(Predictions.Classes(Array.ConvertAll(powers, power => power / powers.Sum()))).Sets[0];
        }
    }

    [Fact]
    public void SetsHoldTheClassesUpToTheThreshold()
    {
        // Targets have 0.55, 0.6 ... 0.95: the 9th smallest of 9 scores is 0.45, so a class needs 0.55.
        var conformal = ConformalClasses.Calibrate(
            Predictions.Classes([.. Enumerable.Range(0, 9).Select(i => new[] { 0.55 + 0.05 * i, 0.45 - 0.05 * i })]), new int[9]);
        Assert.Equal(0.45, Assert.Single(conformal.Thresholds), 1e-12);
        Assert.Equal([9], conformal.Examples);
        var sets = conformal.Sets(Predictions.Classes([0.6, 0.4], [0.5, 0.5], [0.1, 0.9]));
        Assert.Equal([[0], [], [1]], sets.Sets);
        Assert.Equal(2.0 / 3, sets.MeanSize, 1e-12);
        Assert.True(sets.Contains(0, 0) && !sets.Contains(1, 0));
        using var members = sets.ToTensor();
        Assert.Equal([2, 3], [members.dim(), members.shape[0]]);
        Assert.Equal([true, false, false, false, false, true], members.data<bool>().ToArray());
        Assert.Equal("0: {0}", sets.ToString().Split(Environment.NewLine)[1]);
        Assert.Equal(
            """{"coverage":0.9,"classes":2,"examples":[{"set":[0]},{"set":[]},{"set":[1]}]}""", JsonSerializer.Serialize(sets));
        Assert.Equal(sets.Sets, JsonSerializer.Deserialize<PredictionSets>(JsonSerializer.Serialize(sets))!.Sets);
    }

    [Fact]
    public void AllowEmptyOffGivesTheMostProbableClass()
    {
        var conformal = new ConformalClasses(new() { AllowEmpty = false }, 3, [0.1], [100]);
        Assert.Equal([[1], [2]], conformal.Sets(Predictions.Classes(Row, [0, 0.05, 0.95])).Sets);
    }

    [Fact]
    public void EachClassHasAThresholdOfItsOwn()
    {
        double[][] p = [.. Enumerable.Range(0, 18).Select(i => i % 2 == 0 ? new[] { 0.9, 0.1 } : [0.7, 0.3])];
        var conformal = ConformalClasses.Calibrate(
            Predictions.Classes(p), [.. Enumerable.Range(0, 18).Select(i => i % 2)], new() { PerClass = true });
        Assert.Equal([0.1, 0.7], conformal.Thresholds.Select(threshold => Math.Round(threshold, 12)));
        Assert.Equal([9, 9], conformal.Examples);
        Assert.Equal([[1], [0]], conformal.Sets(Predictions.Classes([0.69, 0.31], [0.91, 0.09])).Sets);
    }

    [Fact]
    public void TooFewExamplesSayHowManyAreNeeded()
    {
        var eight = Predictions.Classes([.. Enumerable.Repeat(new[] { 0.9, 0.1 }, 8)]);
        Assert.Contains("90 % needs at least 9 calibration examples, and there are 8:", Refused(new()));
        Assert.Contains("95 % needs at least 19 calibration examples", Refused(new() { Coverage = 0.95 }));
        Assert.Contains(
            "for each class needs at least 9 calibration examples of each, and there are 8 of class 0, 0 of class 1:",
            Refused(new() { PerClass = true }));
        var unbounded = ConformalClasses.Calibrate(eight, new int[8], new() { AllowUnbounded = true, Coverage = 0.9 });
        Assert.Equal([double.PositiveInfinity], unbounded.Thresholds);
        Assert.Equal([[0, 1]], unbounded.Sets(Predictions.Classes([1, 0])).Sets);

        // The class without examples is in every set.
        var rare = ConformalClasses.Calibrate(eight, new int[8], new() { AllowUnbounded = true, PerClass = true, Coverage = 0.8 });
        Assert.Equal([0, 1], rare.Sets(Predictions.Classes([1, 0])).Sets[0]);
        Assert.Equal([1], rare.Sets(Predictions.Classes([0.5, 0.5])).Sets[0]);

        string Refused(ConformalSetOptions options) =>
            Assert.Throws<ArgumentException>(() => ConformalClasses.Calibrate(eight, new int[8], options)).Message;
    }

    [Fact]
    public void RefusesWhatDoesNotFit()
    {
        var one = Predictions.Classes([0.5, 0.5]);
        foreach (var coverage in new[] { 0, 1, 1.5, -0.1, double.NaN })
            Assert.Contains("above 0 and below 1", Assert.Throws<ArgumentOutOfRangeException>(
                () => ConformalClasses.Calibrate(one, [0], new() { Coverage = coverage })).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => ConformalClasses.Calibrate(one, [0], new() { Penalty = double.NaN }));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConformalClasses.Calibrate(one, [0], new() { FreeRank = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConformalClasses.Calibrate(one, [0], new() { Method = (SetMethod)7 }));
        Assert.Contains(
            "target 2 of example 0", Assert.Throws<ArgumentException>(() => ConformalClasses.Calibrate(one, [2])).Message);
        Assert.Contains(
            "example 0 are NaN",
            Assert.Throws<ArgumentException>(() => ConformalClasses.Calibrate(Predictions.Classes([double.NaN, 1]), [0])).Message);
        var conformal = new ConformalClasses(new(), 3, [0.5], [9]);
        Assert.Contains("for 3 classes, and example 0", Assert.Throws<ArgumentException>(() => conformal.Sets(one)).Message);
        Assert.Contains("Example 1 has no probabilities", Assert.Throws<ArgumentException>(
            () => conformal.Sets(Predictions.Classes(Row, [0.5, double.NaN, 0]))).Message);
        Assert.Contains("Example 1 has probabilities of 2 classes", Assert.Throws<ArgumentException>(
            () => ConformalClasses.Calibrate(Predictions.Classes(Row, [0.5, 0.5]), [0, 0])).Message);
    }

    [Fact]
    public void ALoadedCalibrationGivesTheSameSets()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            var conformal = new ConformalClasses(
                new()
                {
                    Method = SetMethod.RegularizedAdaptive, Seed = 4, PerClass = true, AllowEmpty = false, Penalty = 0.3, FreeRank = 2,
                },
                3, [1.0 / 3, double.PositiveInfinity, 0.7], [10, 3, 12]);
            conformal.Save(path);
            var back = ConformalClasses.Load(path);
            Assert.Equal(conformal.Options, back.Options);
            Assert.Equal(conformal.Thresholds, back.Thresholds);
            Assert.Equal(conformal.Examples, back.Examples);
            Assert.Equal(conformal.Sets(Predictions.Classes(Row)).Sets, back.Sets(Predictions.Classes(Row)).Sets);
            Assert.Equal(
                "90 % of 3 classes, RegularizedAdaptive for each class, 25 calibration examples, threshold 0.3333, Infinity, 0.7",
                back.ToString());
            File.WriteAllText(path, JsonSerializer.Serialize(conformal).Replace("\"classes\":3", "\"classes\":4"));
            var message = Assert.Throws<JsonException>(() => ConformalClasses.Load(path)).Message;
            Assert.Contains(path, message);
            Assert.Contains("4 thresholds", message);
            var below = JsonSerializer.Serialize(conformal).Replace("\"Infinity\"", "\"-Infinity\"");
            Assert.Contains("-Infinity", below);
            Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ConformalClasses>(below));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void AReportShowsCoverageAndSizeByClassAndBySize()
    {
        var conformal = new ConformalClasses(new(), 3, [0.75], [99]);
        var report = conformal.Evaluate(ClassEvaluation.Of(
            Predictions.Classes(Row, Row, [0.9, 0.05, 0.05], [0.3, 0.3, 0.4], [0.3, 0.3, 0.4]), [1, 0, 0, 0, 2]));
        Assert.Equal((0.8, 2.2, 5), (report.Coverage, report.MeanSize, report.Count));
        Assert.Equal(
            [new("class 0", 3, 2.0 / 3, 2), new("class 1", 1, 1, 2), new CoverageGroup("class 2", 1, 1, 3)], report.ByClass);
        Assert.Equal(
            [new("sets of 1", 1, 1, 1), new("sets of 2", 2, 0.5, 2), new CoverageGroup("sets of 3", 2, 1, 3)], report.BySize);
        // Beta-binomial with (90, 10) and five trials.
        Assert.Equal(Math.Sqrt(90.0 * 10 * 105 / (5 * 100 * 100 * 101)), report.CoverageDeviation, 1e-12);
        Assert.StartsWith("coverage 80.0 % of 5 examples (asked 90 %, by chance +- 13.7 %), mean size 2.2", report.ToString());
        Assert.Equal(7, report.ToString().Split(Environment.NewLine).Length);
        Assert.Contains("\"Coverage\":0.8", JsonSerializer.Serialize(report));
    }

    [Fact]
    public void SizesOfManyClassesAreGrouped()
    {
        double[] even = [.. Enumerable.Repeat(1.0 / 120, 120)];
        var all = new ConformalClasses(new() { Method = SetMethod.Adaptive, Randomized = false }, 120, [double.PositiveInfinity], [1]);
        Assert.Equal("sets of 101 to 1000", Assert.Single(all.Evaluate(Predictions.Classes(even), [0]).BySize).Name);
        var few = new ConformalClasses(all.Options, 120, [7.5 / 120], [1]);
        Assert.Equal(("sets of 5 to 10", 7.0), (
            Assert.Single(few.Evaluate(Predictions.Classes(even), [0]).BySize).Name, few.Sets(Predictions.Classes(even)).MeanSize));
    }
}
