using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

public class LocalEstimatorTests
{
    [Fact]
    public void GradientsMatchDifferences()
    {
        random.manual_seed(1);
        using var scope = NewDisposeScope();
        using var model = new BayesianLocalConvolver(new LocalConvolver());
        model.to(ScalarType.Float64);
        var x = randn(3, 2, 8, dtype: ScalarType.Float64);
        var compared = GradientCheck.Run(model, new ElboLoss(), () => model.call(x).square().mean(), 1e-6);
        Assert.True(compared > 50, $"only {compared} coordinates");
    }

    [Fact]
    public void MaskedWeightsAddNoNoise()
    {
        random.manual_seed(2);
        using var scope = NewDisposeScope();
        using var model = new BayesianByOutputs(new ByOutputs());
        var x = randn(4, 3);
        foreach (var mask in model.Arena.Families.SelectMany(family => family.Mask.Windows))
            mask.fill_(false);
        model.Arena.AdoptState();
        using var draw = model.Draw(1);
        // Whatever is left is the root of the smallest variance, 1e-6.
        Assert.True(model.call(x).abs().max().item<float>() < 1e-4);
    }

    [Fact]
    public void MeanAndVarianceMatchWeightDraws()
    {
        random.manual_seed(3);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        const int Count = 200_000;
        using var local = new BayesianByOutputs(new ByOutputs());
        using var drawn = new BayesianByWeights(new ByWeights());
        drawn.load_state_dict(local.state_dict());
        var x = tensor(new[] { 0.3f, -1.2f, 2f }, [1, 3]);

        // The truth: every output is Gaussian with these moments.
        var mean = local.call(x);
        var variance = functional.linear(
            x.square(), local.Posterior.Line.Weight.Variance(), local.Posterior.Line.Bias.Variance());
        using (var draw = local.Draw(5))
            AssertMoments(local.call(x.expand(Count, 3)));
        AssertMoments(stack(Enumerable.Range(0, 4000).Select(seed =>
        {
            using var draw = drawn.Draw(seed);
            return drawn.call(x)[0];
        })));

        void AssertMoments(Tensor outputs)
        {
            var count = outputs.shape[0];
            var meanError = ((outputs.mean([0]) - mean) / (variance / count).sqrt()).abs().max().item<float>();
            Assert.True(meanError < 5, $"the mean is {meanError} standard errors off");
            var varianceError = ((outputs.var(0) / variance - 1) / Math.Sqrt(2.0 / count)).abs().max().item<float>();
            Assert.True(varianceError < 5, $"the variance is {varianceError} standard errors off");
        }
    }

    [Fact]
    public void WithoutADrawTheNetworkAnswersItsMeanAndLeaksNothing()
    {
        random.manual_seed(4);
        using var scope = NewDisposeScope();
        using var model = new BayesianByOutputs(new ByOutputs());
        model.eval();
        var x = randn(4, 3);
        var before = model.call(x);
        using (model.Draw(1))
            Assert.False(TensorBits.Same(before, model.call(x)));
        Assert.True(TensorBits.Same(before, model.call(x)));

        using var trainer = model.CreateTrainer(new TrainerOptions { Epochs = 2, FitLoss = FitLoss.SquaredError, Samples = 2 });
        var batch = new[] { (x, randn(4, 2)) };
        trainer.Train(batch);
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        trainer.Train(batch);
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void NamesALayerWhoseHookDidNotRun()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianUnheard(new Unheard());
        using var draw = model.Draw();
        var error = Assert.Throws<InvalidOperationException>(() => draw.Backward(model.call(randn(2, 3)).square().sum()));
        Assert.Contains("'second.weight'", error.Message);
        Assert.Contains("layer.call(x)", error.Message);

        // The step is refused whole: nothing of it is left for the next draw to stumble over.
        draw.Dispose();
        model.Draw().Dispose();
    }

    [Fact]
    public void RefusesALossThatScoresTheDraw()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianByOutputs(new ByOutputs());
        using var draw = model.Draw();
        Assert.Contains("Estimator.Local", Assert.Throws<NotSupportedException>(() => new RenyiLoss(0.5).Divergence(draw)).Message);
    }
}
