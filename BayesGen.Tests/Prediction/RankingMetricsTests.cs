namespace BayesGen.Tests;

/// <summary>Areas under curves, by hand.</summary>
public sealed class RankingMetricsTests
{
    [Fact]
    public void AurocIsThePartOfPairsInTheRightOrder()
    {
        // Pairs of a positive and a negative: .9 > .8, .9 > .6, .7 < .8, .7 > .6: three of four. With a tie the pair counts half.
        Assert.Equal(0.75, RankingMetrics.Auroc([0.9, 0.8, 0.7, 0.6], [true, false, true, false]), 1e-12);
        Assert.Equal(0.875, RankingMetrics.Auroc([0.9, 0.8, 0.8, 0.6], [true, false, true, false]), 1e-12);
    }

    [Fact]
    public void AveragePrecisionAddsPrecisionWhereRecallGrows()
    {
        // At .9 one of one is found, at .7 two of three; each adds half of the recall.
        Assert.Equal(0.5 * 1 + 0.5 * 2 / 3, RankingMetrics.AveragePrecision([0.9, 0.8, 0.7, 0.6], [true, false, true, false]), 1e-12);

        // Equal scores pass one threshold together, in whatever order they stand.
        Assert.Equal(0.25, RankingMetrics.AveragePrecision([1, 1, 1, 1], [true, false, false, false]), 1e-12);
        Assert.Equal(0.25, RankingMetrics.AveragePrecision([1, 1, 1, 1], [false, false, false, true]), 1e-12);
        Assert.Equal(1, RankingMetrics.AveragePrecision([2, 1], [true, false]));
    }

    [Fact]
    public void EachClassIsRankedAgainstTheRest()
    {
        double[][] p = [[0.7, 0.3, 0], [0.6, 0.4, 0], [0.5, 0.5, 0], [0.8, 0.2, 0]];
        int[] targets = [0, 1, 1, 0];
        Assert.Equal([1, 1, double.NaN], ClassificationMetrics.AurocOfClasses(p, targets));
        Assert.Equal([1, 1, double.NaN], ClassificationMetrics.AveragePrecisionOfClasses(p, targets));
        Assert.Equal([0.75, 0.75, double.NaN], ClassificationMetrics.AurocOfClasses(p, [1, 0, 1, 0]));
    }

    [Fact]
    public void RefusesWhatHasNoRanking()
    {
        Assert.Contains("all 2 are positive", Refused([1, 2], [true, true]));
        Assert.Contains("all 1 are negative", Refused([1], [false]));
        Assert.Contains("score of example 1 is NaN", Refused([1, double.NaN], [true, false]));
        Assert.Contains("2 scores for 1 examples", Refused([1, 2], [true]));

        static string Refused(double[] scores, bool[] isPositive) =>
            Assert.Throws<ArgumentException>(() => RankingMetrics.AveragePrecision(scores, isPositive)).Message;
    }

    [Fact]
    public void AdaptiveBinsHoldEqualNumbers()
    {
        // Two of confidence .6, one of them right, and two of .8, both right: (.1 + .2) / 2. Four bins hold one each: the same.
        double[][] p = [[0.6, 0.4], [0.8, 0.2], [0.4, 0.6], [0.2, 0.8]];
        Assert.Equal(0.15, ClassificationMetrics.AdaptiveCalibrationError(p, [0, 0, 0, 1], bins: 2), 1e-12);
        Assert.Equal(0.15, ClassificationMetrics.AdaptiveCalibrationError(p, [0, 0, 0, 1], bins: 4), 1e-12);
        Assert.Equal(0.05, ClassificationMetrics.AdaptiveCalibrationError(p, [0, 0, 0, 1], bins: 1), 1e-12);

        // Three in two bins are two and one: the lower bin is right in 1 of 2 at .65, the upper one at .9: (2 * .15 + .1) / 3.
        Assert.Equal(
            0.4 / 3, ClassificationMetrics.AdaptiveCalibrationError([[0.6, 0.4], [0.7, 0.3], [0.9, 0.1]], [0, 1, 0], bins: 2), 1e-12);
    }

    [Fact]
    public void AdaptiveBinsDoNotDependOnTheOrderOfEqualConfidences()
    {
        double[][] p = [[0.7, 0.3], [0.7, 0.3], [0.7, 0.3], [0.7, 0.3]];
        Assert.Equal(0.2, ClassificationMetrics.AdaptiveCalibrationError(p, [0, 0, 1, 1], bins: 2), 1e-12);
        Assert.Equal(0.2, ClassificationMetrics.AdaptiveCalibrationError(p, [0, 1, 0, 1], bins: 2), 1e-12);
    }
}
