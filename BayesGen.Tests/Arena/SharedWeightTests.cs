using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

/// <summary>Weights in several places, rows that are not weights, and networks that TorchSharp moves half way.</summary>
public sealed class SharedWeightTests
{
    [Fact]
    public void RefusesATransposedTie() =>
        Assert.Contains("transposed", Assert.Throws<NotSupportedException>(() => new BayesianAutoencoder(new Autoencoder())).Message);

    [Fact]
    public void AnAnnotationOnOneOfTwoTiedLayersNamesBoth()
    {
        var message = Assert.Throws<InvalidOperationException>(() => new BayesianHalfAnnotated(new HalfAnnotated())).Message;
        Assert.Contains("'plain.weight'", message);
        Assert.Contains("'annotated.weight'", message);
    }

    [Fact]
    public void OneLayerInTwoFieldsThatAreAnnotatedDifferentlyNamesBoth()
    {
        var message = Assert.Throws<InvalidOperationException>(() => new BayesianTwoMinds(new TwoMinds())).Message;
        Assert.Contains("'plain' and 'annotated' are one layer", message);
    }

    [Fact]
    public void OneLayerInTwoFieldsIsSavedAndLoadedUnderBoth()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianTwoFields(new TwoFields());
        Assert.True(TensorBits.Same(model.Posterior.A.Weight.Mu, model.Posterior.B["weight"].Mu));
        Assert.Equal(["b.weight"], model.Describe().Weights.Single(weight => weight.Key == "a.weight").TiedWith);
        Assert.Equal(["weight", "bias"], model.Posterior.B.Names);
        model.call(randn(5, 3));
        var path = Path.GetTempFileName();
        model.SaveMeans(path);
        using var other = new BayesianTwoFields(new TwoFields());
        var report = other.LoadMeans(path);
        Assert.Empty(report.Missing);
        Assert.Contains("b.weight", report.Loaded);
        Assert.Contains("again.running_mean", report.Loaded);
        model.eval();
        other.eval();
        var x = randn(2, 3);
        Assert.True(TensorBits.Same(model.call(x), other.call(x)));
    }

    [Fact]
    public void APaddingRowThatAnotherLayerReadsIsNotTrained()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianPadded(new Padded(2));
        using (var draw = model.Draw())
            draw.Backward(model.Network.Words.weight!.sum() + new ElboLoss().Divergence(draw));
        using var gradient = model.get_parameter("Gaussian.mu")!.grad!.view(5, 3);
        Assert.Equal([true, true, false, true, true], gradient.ne(0).all(1).data<bool>());
        Assert.Equal(0, gradient[2].abs().max().item<float>());
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(2f)]
    public void APaddingRowIsNeitherSampledNorScoredNorPruned(float padding)
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianPadded(new Padded(padding));
        var row = full(3, padding);
        using (var draw = model.Draw())
        {
            Assert.True(TensorBits.Same(row, model.Network.Words.weight![2]));
            Assert.False(TensorBits.Same(model.Posterior.Words.Weight.Mu[1], model.Network.Words.weight![1]));
            var kl = model.Posterior.Words.Weight.KlTo(new GaussianPrior(1))!;
            var divergence = new ElboLoss().Divergence(draw);
            Assert.Equal((kl.sum() - kl[2].sum()).item<float>(), divergence.item<float>(), 1e-3);
            draw.Backward(model.call(tensor(new long[] { 1, 2 }, [1, 2])).sum() + divergence);
        }

        using (var gradient = model.get_parameter("Gaussian.log_sigma")!.grad!.view(5, 3))
            Assert.Equal([true, true, false, true, true], gradient.ne(0).all(1).data<bool>());
        Assert.False(model.state_dict()["words.weight.mask"][2].any().item<bool>());
        model.Arena.Families[0].DrawByGraph();
        model.Draw(1).Dispose();
        using (model.Draw(1))
            Assert.True(TensorBits.Same(row, model.Network.Words.weight![2]));
        model.Prune(model.Arena.Families[0].Posterior.Score().median().item<float>());
        model.UseMean();
        model.eval();
        model.call(tensor(new long[] { 1, 2 }, [1, 2]));
        Assert.True(TensorBits.Same(row, model.Network.Words.weight![2]));
        model.Unprune();
        Assert.Equal((12, 12), (model.PruneStatistics().Kept, model.PruneStatistics().BayesianWeights));
        Assert.Equal((12, 12), (model.Arena.BayesianCount, model.Describe().BayesianCount));
    }

    [Fact]
    public void UndoesAFailedMove()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianUnmovable(new Unmovable());
        model.eval();
        var x = randn(2, 3);
        var before = model.call(x);
        Assert.ThrowsAny<Exception>(() => model.to(ScalarType.Float64));
        Assert.True(TensorBits.Same(before, model.call(x)));
        var path = Path.GetTempFileName();
        model.Save(path);
        using var draw = model.Draw();
        draw.Backward(model.call(x).sum());
    }

    [Fact]
    public void DescribesAStackLayerByLayer()
    {
        using var model = new BayesianStacked(new Stacked());
        Assert.Equal(
            ["encoder.layers.0 TransformerEncoderLayer", "encoder.layers.1 TransformerEncoderLayer"],
            model.Describe().Layers.Select(layer => $"{layer.Key} {layer.Class}"));
        using var reader = new BayesianReader(new Reader());
        Assert.Contains(reader.Describe().Layers, layer => layer is { Key: "encoder", Class: "TransformerEncoderLayer" });
        Assert.Contains(reader.Describe().Layers, layer => layer is { Key: "attention", Class: "MultiheadAttention" });
    }

    [Fact]
    public void SetPriorSetsThePriorOfEveryWeight()
    {
        using var model = new BayesianThawing(new Thawing());
        model.SetPrior(new GaussianPrior(0.5));
        Assert.Equal([new GaussianPrior(0.5)], model.Describe().Layers.SelectMany(layer => layer.Priors).Distinct());
    }

    [Fact]
    public void RefusesASigmaThatTheDtypeCannotHold()
    {
        var message = Assert.Throws<ArgumentException>(() => new BayesianTooWide(new TooWide())).Message;
        Assert.Contains("InitialLogSigma of 'line.weight' is 60", message);
    }

    [Fact]
    public void DoesNotBlameTheInputsForAnInfiniteDivergence()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianLine(new Line());
        model.Prior.Line.Weight = new GaussianPrior(1e-30);
        using var trainer = model.CreateTrainer(new TrainerOptions { FitLoss = FitLoss.SquaredError });
        var message = Assert.Throws<NonFiniteLossException>(() => trainer.Train(new[] { (ones(2, 2), ones(2, 1)) })).Message;
        Assert.Contains("divergence is not", message);
        Assert.DoesNotContain("inputs", message);
    }

    [Fact]
    public void HalfPrecisionSumsItsDivergenceInSinglePrecision()
    {
        using var scope = NewDisposeScope();
        var wide = zeros(70_000) + 2;
        foreach (var dtype in (ScalarType[])[ScalarType.Float16, ScalarType.BFloat16])
        {
            var run = new ScoredWeights<GaussianPosterior>(GaussianPosterior.Over([wide, wide]), new GaussianPrior(1), () => wide, null);
            Assert.Equal(140_000, run.Sum(wide.to(dtype)).to(ScalarType.Float64).item<double>());
            var total = VariationalLoss.DrawTotal(tensor(1f).to(dtype), tensor(1510.03), 1, 1);
            Assert.Equal(1511.03, total.to(ScalarType.Float64).item<double>(), 1e-3);
        }
    }
}
