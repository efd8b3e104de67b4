using BayesGen.Plots;
using BayesGen.Plots.Verdicts;
using BayesGen.Tests.Reports;

namespace BayesGen.Tests.Plots;

/// <summary>What charts say of numbers whose truth is known.</summary>
public sealed class VerdictTests
{
    /// <summary>One bin says it all: a mean confidence against an accuracy.</summary>
    [Theory]
    [InlineData("Well calibrated.", 0.9, 0.9, 1000)]
    [InlineData("Over-confident.", 0.95, 0.8, 1000)]
    [InlineData("Under-confident.", 0.75, 0.9, 1000)]
    [InlineData("Well calibrated.", 0.75, 0.79, 200)]
    [InlineData("Too few predictions to judge.", 0.95, 0.5, 99)]
    public void CalibrationIsConfidenceAgainstAccuracy(string headline, double confidence, double accuracy, long count) =>
        Assert.Equal(headline, ReliabilityDiagram.Draw([0, count], [0, confidence], [0, accuracy]).Verdict!.Headline);

    [Fact]
    public void ErrorsOfBothSignsAreNotTakenForCalibration()
    {
        // The means agree at 0.75, and each bin is 0.15 off.
        var verdict = ReliabilityDiagram.Draw([0, 0, 500, 500], [0, 0, 0.65, 0.85], [0, 0, 0.8, 0.7]).Verdict!;
        Assert.Equal("Too sure in some places, not sure enough in others.", verdict.Headline);
        Assert.Contains("15.0 %", verdict.Advice);
    }

    [Theory]
    [InlineData("60 % of the weights can go.", 0.9, 0.899, 0.8, null)]
    [InlineData("The chosen threshold costs accuracy.", 0.9, 0.899, 0.8, 3.0)]
    [InlineData("More can be pruned.", 0.9, 0.899, 0.8, 1.0)]
    [InlineData("60 % of the weights can go.", 0.9, 0.899, 0.8, 2.0)]
    [InlineData("Even the highest threshold costs next to nothing.", 0.9, 0.899, 0.898, null)]
    [InlineData("Every threshold costs accuracy.", 0.8, 0.7, 0.6, null)]
    [InlineData("Little can be pruned.", 0.9, 0.8, 0.7, null)]
    public void PruningIsJudgedByWhatItCosts(string headline, double mild, double middle, double hard, double? chosen)
    {
        // 0.9 without pruning, of 10,000 examples: a loss of 0.005 or less is none.
        EvaluationResult At(double accuracy, double kept, double threshold) =>
            Told.Evaluation(accuracy, kept: kept, thresholds: threshold) with { Examples = 10_000 };
        var chart = PruningCurve.Draw(
            [At(mild, 0.95, 1.0), At(middle, 0.4, 2.0), At(hard, 0.1, 3.0)], Told.Evaluation(0.9),
            chosen is { } threshold ? (Thresholds)threshold : null);
        Assert.Equal(headline, chart.Verdict!.Headline);
    }

    [Fact]
    public void ALayerWithoutWeightsIsAProblem()
    {
        torch.random.manual_seed(3);
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        Assert.Null(ScoreHistograms.Draw(model).Verdict);
        Assert.Equal("The threshold prunes little.", ScoreHistograms.Draw(model, -100.0).Verdict!.Headline);
        var cut = WeightMatrices.Draw(model, 1000.0, ["hidden.weight"]).Verdict!;
        Assert.Equal((VerdictKind.Problem, "Nothing is left of a layer."), (cut.Kind, cut.Headline));
        Assert.Contains("hidden.weight", cut.Advice);
        Assert.Equal("75 % of these weights go.", LayerVerdict.Of([("a", 100, 50), ("b", 100, 1), ("c", 100, 24)]).Headline);
    }

    /// <summary>The area of an ROC curve is the part of pairs in the right order, ties by half.</summary>
    [Theory]
    [InlineData(1.0, new[] { 0.1, 0.2 }, new[] { 0.3, 0.4 })]
    [InlineData(0.0, new[] { 0.3, 0.4 }, new[] { 0.1, 0.2 })]
    [InlineData(0.5, new[] { 0.1, 0.1 }, new[] { 0.1 })]
    // 0.2 beats one of two, 0.3 one and a tie, the others both: 1 + 1.5 + 2 + 2 of 8.
    [InlineData(0.8125, new[] { 0.1, 0.3 }, new[] { 0.2, 0.3, 0.4, 0.5 })]
    public void TheAreaCountsPairs(double area, double[] inside, double[] outside) =>
        Assert.Equal(area, SeparationVerdict.Area(inside, outside), 12);

    [Theory]
    [InlineData("It notices what it has not seen.", 0.0)]
    [InlineData("It notices most of what it has not seen.", 0.1)]
    [InlineData("It hardly notices what it has not seen.", 0.3)]
    [InlineData("It does not notice what it has not seen.", 0.5)]
    public void EntropiesAreJudgedByHowTheySeparate(string headline, double mixed)
    {
        // A part of the examples from outside lies below all from inside, the others above: the area is 1 - mixed.
        double[] inside = [.. Enumerable.Repeat(0.5, 100)];
        double[] outside = [.. Enumerable.Range(0, 100).Select(i => i < mixed * 100 ? 0.1 : 0.9)];
        Assert.Equal(headline, EntropyHistograms.Draw(inside, outside).Verdict!.Headline);
    }

    /// <summary>Points at 0.01, 0.02 ... of a band from -1 to 1 over 0 to 1: some of each hundred lie outside.</summary>
    [Theory]
    [InlineData("The band holds what it promises.", 5)]
    [InlineData("Over-confident: the band is too narrow.", 20)]
    [InlineData("Under-confident: the band is too wide.", 0)]
    public void ABandIsJudgedByThePointsInIt(string headline, int outside)
    {
        double[] x = [.. Enumerable.Range(1, 400).Select(i => i / 400.0)];
        double[] y = [.. Enumerable.Range(0, 400).Select(i => i % 100 < outside ? 1.5 : 0.5)];
        Chart Band(double? level) => RegressionBand.Draw([0, 1], [0, 0], [-1, -1], [1, 1], x, y, level: level);
        Assert.Equal(headline, Band(0.95).Verdict!.Headline);
        Assert.Null(Band(null).Verdict);
        Assert.Contains("0.95 for 95 %", Assert.Throws<ArgumentOutOfRangeException>(() => Band(95)).Message);
    }

    [Fact]
    public void TheEndsOfABandAreStraightBetweenItsPlaces()
    {
        // The band from 0 to x: of points at (x, 0.5) those from 0.5 on lie in it, and those beyond 1 are not asked.
        double[] x = [.. Enumerable.Range(1, 44).Select(i => i * 0.025)];
        var verdict = RegressionBand.Draw([0, 1], [0, 0], [0, 0], [0, 1], x, [.. x.Select(_ => 0.5 - 1e-9)], level: 0.5).Verdict!;
        Assert.Contains("21 of 40 points", verdict.Advice);
    }

    [Fact]
    public void FewPointsInABandSayNothing() => Assert.Equal(
        VerdictKind.Unclear, RegressionBand.Draw([0, 1], [0, 0], [-1, -1], [1, 1], [0.5], [9], level: 0.95).Verdict!.Kind);

    [Theory]
    [InlineData("4 times smaller, and as accurate.", 250, 0.9)]
    [InlineData("Smaller, at a cost of accuracy.", 250, 0.8)]
    [InlineData("Nothing became smaller.", 2000, 0.9)]
    public void CompressionIsBytesWithoutLossOfAccuracy(string headline, long bytes, double accuracy)
    {
        var verdict = CompressionBars.Draw([new("whole", 1000, 8, 0.9), new("small", bytes, 4, accuracy)]).Verdict!;
        Assert.Equal(headline, verdict.Headline);
        Assert.Contains("2 times as fast", verdict.Advice);
        Assert.Null(CompressionBars.Draw([new("whole", 1000, 8, 0.9)]).Verdict);
    }

    [Theory]
    [InlineData("Units are still going: train longer.", 100, 90, 80, 70, 60, 50, 40)]
    [InlineData("The units that go have gone.", 100, 40, 40, 40, 40, 40, 40)]
    [InlineData("No unit goes.", 100, 100, 100, 100, 100, 100, 100)]
    public void UnitsAreJudgedByTheEndOfTheirCourse(string headline, params int[] kept) =>
        Assert.Equal(headline, UnitVerdict.Of([.. kept.Select(count => ((long)count, 100L))])!.Headline);
}
