using BayesGen.Plots;

namespace BayesGen.Tests.Plots;

/// <summary>Charts of networks whose units are dropped whole.</summary>
public sealed class UnitChartTests
{
    [Fact]
    public void AFamilyOnUnitsHasAHistogramOfItsUnits()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianArdUnits(new ArdUnits());
        using (no_grad())
            model.Posterior.Hidden.Weight.ScaleLogSigma2.narrow(1, 0, 20).fill_(4);
        model.Arena.AdoptState();
        var chart = ScoreHistograms.Draw(model, 0.0);
        Assert.Equal("Scores of the units", chart.Title);
        var words = ChartTests.Words(chart);
        Assert.Contains(words, word => word.StartsWith("conv.weight: keeps 3 of 3", StringComparison.Ordinal));
        Assert.Contains(words, word => word.StartsWith("hidden.weight: keeps 7 of 27", StringComparison.Ordinal));
        Assert.Contains("units", words);
        Assert.DoesNotContain("weights", words);

        model.Prune(0.0);
        Assert.Contains("pruned already", ChartTests.Words(ScoreHistograms.Draw(model, null, ["hidden.weight"])));
        // Every weight has the score of its unit.
        Assert.Contains(ChartTests.Words(WeightMatrices.Draw(model, 0.0, ["hidden.weight"])), word => word.Contains("26 %"));
    }

    [Fact]
    public void TheCourseOfATrainingHasTheUnitsOfEveryEpoch()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianArdUnits(new ArdUnits());
        using var course = new UnitCourse(model, 0.0, UnitNetwork.Images(1, ScalarType.Float32));
        using (no_grad())
            model.Posterior.Output.Weight.ScaleLogSigma2.narrow(1, 0, 2).fill_(20);
        model.Arena.AdoptState();
        List<(Tensor, Tensor)> data = [(UnitNetwork.Images(4, ScalarType.Float32), zeros([4, 2], dtype: ScalarType.Float32, device: CPU))];
        using var trainer = model.CreateTrainer(
            new TrainerOptions { Epochs = 2, LearningRate = 1e-6, Report = course, FitLoss = FitLoss.SquaredError });
        trainer.Train(data);
        Assert.Equal([0, 1, 2], course.Epochs.Select(point => point.Epoch));
        Assert.Equal(["3-27-5", "3-27-3", "3-27-3"], course.Epochs.Select(point => point.Structure.ToString()));
        Assert.Equal(model.PruneStatistics().BayesianWeights, model.PruneStatistics().Kept);
        var words = ChartTests.Words(course.Draw());
        Assert.All(
            ["conv, channels: 3 of 3", "hidden, inputs: 27 of 27", "output, inputs: 3 of 5"],
            word => Assert.Contains(words, found => found == word));
    }

    [Fact]
    public void ANetworkThatCannotBeFollowedIsToldBeforeTheTraining()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianArdUnits(new ArdUnits());
        var wrong = Assert.Throws<ArgumentException>(
            () => new UnitCourse(model, 0.0, zeros([1, 3], dtype: ScalarType.Float32, device: CPU)));
        Assert.Contains("cannot take 2 examples of shape [3] and dtype Float32", wrong.Message);
    }

    [Fact]
    public void InputsThatNoWeightReadsAreGray()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianArdUnits(new ArdUnits());
        using (no_grad())
        {
            model.Posterior.Hidden.Weight.ScaleLogSigma2.narrow(1, 0, 9).fill_(20);
            model.Posterior.Hidden.Weight.Mu.fill_(0.5);
        }

        model.Arena.AdoptState();
        var chart = InputMap.Draw(model, "hidden.weight", width: 9, thresholds: 0.0);
        Assert.Contains("18 of 27 inputs are read", chart.Description);
        var pixels = new Pixels(chart);
        double gray = pixels.Count(ChartTheme.Light.Pruned);
        double full = pixels.CountNear(SkiaSharp.SKColor.Parse("#053061"), 3, 0, chart.Height);
        Assert.True(gray > 5_000);
        Assert.Equal(2, full / gray, 0.1);
        Assert.Contains("no rows of 8", Assert.Throws<ArgumentException>(() => InputMap.Draw(model, "hidden.weight", 8)).Message);
        Assert.Contains("no matrix", Assert.Throws<ArgumentException>(() => InputMap.Draw(model, "conv.weight", 3)).Message);
        Assert.Throws<ArgumentException>(() => InputMap.Draw(model, "nothing.weight", 3));
    }
}
