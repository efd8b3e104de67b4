namespace BayesGen.Tests;

public class PruneReportTests
{
    [Fact]
    public void ThePrunedFractionCountsAllWeights()
    {
        var report = new PruneReport([new PrunedWeight("a.weight", 6, 2), new PrunedWeight("b.weight", 2, 1)], AllWeights: 20);
        Assert.Equal((8, 3, 5, 15), (report.BayesianWeights, report.Kept, report.Pruned, report.Remaining));
        Assert.Equal(5.0 / 20, report.PrunedPart, 1e-15);
        Assert.Equal(20.0 / 15, report.Compression, 1e-15);
    }

    [Fact]
    public void ThePrunedFractionOfNoWeightsIsZero() => Assert.Equal(0, new PruneReport([], 0).PrunedPart);

    [Fact]
    public void AModelReportsTheFractionThatItsMasksPrune()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianLine(new Line());
        using (no_grad())
        {
            model.Posterior.Line.Weight.Mu.copy_(tensor(new[] { 1f, -0.5f }, [1, 2]));
            model.Posterior.Line.Weight.LogSigma.copy_(tensor(new[] { 0f, -1f }, [1, 2]));
        }

        Assert.Equal(0, model.PruneStatistics().PrunedPart);
        Assert.Equal(0.5, model.Prune(0.1).PrunedPart);
        Assert.Equal(0.5, model.PruneStatistics().PrunedPart);
    }
}
