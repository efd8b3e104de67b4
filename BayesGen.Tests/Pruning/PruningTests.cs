namespace BayesGen.Tests;

public class PruningTests
{
    [Fact]
    public void KeepsAWeightWhoseScoreReachesTheThreshold()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianLine(new Line());
        using (no_grad())
        {
            model.Posterior.Line.Weight.Mu.copy_(tensor(new[] { 1f, -0.5f }, [1, 2]));
            model.Posterior.Line.Weight.LogSigma.copy_(tensor(new[] { 0f, -1f }, [1, 2]));
        }

        // Scores: log 1 - 0 = 0 and log 0.5 + 1 = 0.307.
        Assert.Equal(2, model.PruneStatistics(0.0).Kept);
        Assert.Equal(1, model.PruneStatistics(0.1).Kept);
        Assert.Equal(0, model.PruneStatistics(0.4).Kept);
        Assert.Equal(2, model.PruneStatistics().Kept);

        var report = model.Prune(0.1);
        Assert.Equal([new PrunedWeight("line.weight", 2, 1)], report.Weights);
        Assert.Equal(2, report.AllWeights);
        Assert.Equal(2, report.Compression);
        Assert.Equal(-0.5f, model.call(ones(1, 2)).item<float>());
        model.Unprune();
        Assert.Equal(0.5f, model.call(ones(1, 2)).item<float>());
    }

    [Fact]
    public void TheCompressionOfANetworkWithNoWeightKeptIsInfinite()
    {
        using var model = new BayesianLine(new Line());
        Assert.Equal(double.PositiveInfinity, model.PruneStatistics(1e9).Compression);
        Assert.Equal(1, new PruneReport([], 0).Compression);
    }

    [Fact]
    public void PrunedWeightsStayZeroInDrawsTrainingAndExport()
    {
        random.manual_seed(1);
        using var scope = NewDisposeScope();
        using var data = SyntheticDigits.Create(48, 1);
        using var model = StateFileTests.Trained(1);
        var report = model.Prune(new() { [Family.Gaussian] = 0.5, ["conv.weight"] = Median(model) });
        Assert.InRange(report.Kept, 1, report.BayesianWeights - 1);
        using var trainer = model.CreateTrainer(new TrainerOptions { Epochs = 2, BatchSize = 16, LearningRate = 1e-2 });
        trainer.Train(data);
        Assert.Equal(report.Kept, model.PruneStatistics().Kept);

        var mask = model.state_dict()["output.weight.mask"];
        using (var draw = model.Draw())
            AssertMasked(draw["output.weight"]);
        var plain = model.Export(new MixedClassifier());
        AssertMasked(plain.state_dict()["output.weight"]);

        model.UseMap();
        model.eval();
        plain.eval();
        var x = data.Inputs.narrow(0, 0, 5);
        Rounding.AssertSame(model.call(x), plain.call(x));

        void AssertMasked(Tensor weight)
        {
            Assert.True(weight.masked_select(mask.logical_not()).eq(0).all().item<bool>());
            Assert.True(weight.masked_select(mask).ne(0).all().item<bool>());
        }
    }

    [Fact]
    public void NamesThresholdsThatFitNothing()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianMixedClassifier(new MixedClassifier());
#pragma warning disable BG0202 // The mistakes themselves: the runtime has to name them where the analyzer was not heard.
        Assert.Contains("Gaussian", Assert.Throws<ArgumentException>(() => model.Prune(1.0)).Message);
        var unknown = Assert.Throws<ArgumentException>(() => model.Prune(new() { ["fc9.weight"] = 1.0 })).Message;
#pragma warning restore BG0202
        Assert.Contains("'fc9.weight'", unknown);
        Assert.Contains("'conv.weight'", unknown);
        Assert.Equal(model.Arena.BayesianCount, model.PruneStatistics().Kept);
        using var line = new BayesianLine(new Line());
#pragma warning disable BG0202
        Assert.Contains("LogUniform", Assert.Throws<ArgumentException>(() => line.Prune(new() { [Family.LogUniform] = 1.0 })).Message);
        Assert.Throws<ArgumentException>(() => line.Prune(double.NaN));
#pragma warning restore BG0202
    }

    [Fact]
    public void ADistributionIsPrunedSeparatelyFromTheModel()
    {
        using var scope = NewDisposeScope();
        using var model = StateFileTests.Trained(2);
        var distribution = model.Distribution(() => new MixedClassifier());
        distribution.Prune(new() { [Family.Gaussian] = 0.5, ["conv.weight"] = Median(model) });
        Assert.Equal(model.Arena.BayesianCount, model.PruneStatistics().Kept);

        using var map = distribution.Map();
        using var one = distribution.Sample(7);
        using var same = distribution.Sample(7);
        using var other = distribution.Sample(8);
        Assert.True(TensorBits.Same(one.state_dict()["output.weight"], same.state_dict()["output.weight"]));
        Assert.False(TensorBits.Same(one.state_dict()["output.weight"], other.state_dict()["output.weight"]));
        Assert.True(map.state_dict()["output.weight"].eq(0).any().item<bool>());

        // Independent of the model: training it on leaves the network that was taken.
        var before = map.state_dict()["output.weight"].clone();
        using (no_grad())
            model.Posterior.Output.Weight.Mu.add_(1);
        model.UseMean();
        Assert.True(TensorBits.Same(before, map.state_dict()["output.weight"]));
    }

    private static double Median(BayesianMixedClassifier model) => model.Posterior.Conv.Weight.Score().median().item<float>();
}
