namespace BayesGen.Tests;

/// <summary>Which end of a metric is the good one follows from its name, or is said.</summary>
public sealed class CheckpointScoreTests
{
    [Theory]
    [InlineData("RMSE", false)]
    [InlineData("nll", false)]
    [InlineData("Brier score", false)]
    [InlineData("ECE", false)]
    [InlineData("ExpectedCalibrationError", false)]
    [InlineData("CRPS", false)]
    [InlineData("NegativeLogLikelihood", false)]
    [InlineData("RootMeanSquaredError", false)]
    [InlineData("loss", false)]
    [InlineData("accuracy", true)]
    [InlineData("AUROC", true)]
    [InlineData("PR-AUC", true)]
    [InlineData("F1", true)]
    [InlineData("AveragePrecision", true)]
    public void TheDirectionOfAKnownMetricFollowsFromItsName(string name, bool isHighest)
    {
        Assert.Equal(isHighest, CheckpointScore.Metric(name).HigherIsBetter);
        Assert.Equal(!isHighest, CheckpointScore.Metric(name, !isHighest).HigherIsBetter);
    }

    [Theory]
    [InlineData("margin")]
    [InlineData("1 - accuracy")]
    [InlineData("-ELBO")]
    [InlineData("coverage")]
    public void AnUnknownMetricAsksForItsDirection(string name)
    {
        Assert.Contains(
            "Say it: CheckpointScore.Metric(\"" + name + "\", higherIsBetter: true)",
            Assert.Throws<ArgumentException>(() => CheckpointScore.Metric(name)).Message);
        Assert.False(CheckpointScore.Metric(name, higherIsBetter: false).HigherIsBetter);
    }
}
