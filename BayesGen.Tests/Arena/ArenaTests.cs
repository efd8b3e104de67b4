using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

public class ArenaTests
{
    [Fact]
    public void AFreshModelAnswersLikeThePlainNetwork()
    {
        using var scope = NewDisposeScope();
        var plain = new MixedClassifier();
        plain.eval();
        var x = randn(3, 1, 28, 28);
        var expected = plain.call(x).detach().clone();
        var weights = plain.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
        using var model = new BayesianMixedClassifier(plain);
        // The weights are copied; the answers come from other memory, whose alignment a matrix product may go by.
        Assert.All(plain.state_dict(), entry => Assert.True(TensorBits.Same(weights[entry.Key], entry.Value), entry.Key));
        Rounding.AssertSame(expected, model.call(x));
    }

    [Fact]
    public void ASeededDrawRepeatsAndItsEndRestoresTheMean()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianMixedClassifier(new MixedClassifier());
        model.eval();
        var x = randn(3, 1, 28, 28);
        var mean = model.call(x);
        Tensor Drawn(long seed)
        {
            using var draw = model.Draw(seed);
            return model.call(x);
        }

        var first = Drawn(1);
        Assert.False(TensorBits.Same(mean, first));
        Assert.False(TensorBits.Same(first, Drawn(2)));
        Assert.True(TensorBits.Same(first, Drawn(1)));
        Assert.True(TensorBits.Same(mean, model.call(x)));
    }

    [Fact]
    public void RefusesABareBackwardOfTheDivergenceAlone()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        void Lose(bool forget)
        {
            using var draw = model.Draw();
#pragma warning disable BG0200 // The mistake itself: the slopes of the divergence have no graph to the posterior.
            (new ElboLoss().Divergence(draw) * 0.5).backward();
#pragma warning restore BG0200
            if (forget)
                model.zero_grad();
        }

        Lose(forget: false);
        Assert.Contains("draw.Backward", Assert.Throws<InvalidOperationException>(() => model.Draw()).Message);
        model.zero_grad();
        Lose(forget: true);
        using var next = model.Draw();
        next.Backward(new ElboLoss().Divergence(next));
    }

    [Fact]
    public void RefusesADrawAfterABareBackwardUntilZeroGrad()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        var x = randn(2, 3);
#pragma warning disable BG0200 // The mistake itself: the runtime has to refuse it where the analyzer was not heard.
        using (var draw = model.Draw())
            model.call(x).sum().backward();
#pragma warning restore BG0200
        var error = Assert.Throws<InvalidOperationException>(() => model.Draw());
        Assert.Contains("draw.Backward", error.Message);
        Assert.Contains("hidden.weight", error.Message);
        Assert.Throws<InvalidOperationException>(() => model.Save(Path.GetTempFileName()));
        using var trainer = model.CreateTrainer(new TrainerOptions { FitLoss = FitLoss.SquaredError });
        Assert.Throws<InvalidOperationException>(() => trainer.Evaluate(new[] { (x, randn(2, 1)) }));
        model.zero_grad();
        model.Draw().Dispose();
    }

    [Fact]
    public void RefusesABackwardThroughOverwrittenWeights()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        var x = randn(2, 3);
        var first = model.Draw();
        var total = model.call(x).square().sum();
        first.Dispose();
        using var second = model.Draw();
        Assert.ThrowsAny<Exception>(() => second.Backward(total));
        Assert.Throws<ObjectDisposedException>(() => first.Backward(total));
    }

    [Fact]
    public void RefusesASecondDrawWhileOneIsAlive()
    {
        using var model = new BayesianLine(new Line());
        using var draw = model.Draw();
        Assert.Contains("alive", Assert.Throws<InvalidOperationException>(() => model.Draw()).Message);
        Assert.Throws<InvalidOperationException>(() => model.UseMap());
        Assert.Throws<InvalidOperationException>(() => model.Prune(0.0));
    }

    [Fact]
    public void NamesAWeightWhoseMemoryUserCodeReplaced()
    {
        using var scope = NewDisposeScope();
        var x = randn(2, 3);

        string Broken(Action<GaussianRegressor> harm)
        {
            using var model = new BayesianGaussianRegressor(new GaussianRegressor());
            harm(model.Network);
            return Assert.Throws<InvalidOperationException>(() =>
            {
                using var draw = model.Draw();
                draw.Backward(model.call(x).sum());
            }).Message;
        }

        Assert.Contains("'hidden.weight'", Broken(network => network.zero_grad()));
        Assert.Contains("zero_grad()", Broken(network => network.zero_grad()));
        Assert.Contains("to()", Broken(network =>
        {
            network.to(ScalarType.Float64);
            network.to(ScalarType.Float32);
        }));
    }

    [Fact]
    public void AnOptimizerSeesOnlyTheFlatTensors()
    {
        using var model = new BayesianMixedClassifier(new MixedClassifier());
        Assert.Equal(
            ["LogUniform.mu", "LogUniform.log_sigma", "LogUniform.scale_mu", "LogUniform.log_alpha", "Gaussian.mu", "Gaussian.log_sigma",
                "deterministic"],
            model.named_parameters().Select(entry => entry.name));
        Assert.Equal(model.Arena.TotalCount, model.parameters().Sum(flat => flat.numel()) - 3 * 40 - 170);
    }

    [Fact]
    public void TwoArenasOfOneFamilyHaveDifferentNames()
    {
        using var model = new BayesianTwoEstimators(new TwoEstimators());
        var names = model.named_parameters().Select(entry => entry.name).ToList();
        Assert.Equal(4, names.Distinct().Count());
        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.Contains("Gaussian.Local.Float32.cpu.mu", names);
    }

    [Fact]
    public void AStepByHandTrainsBayesianAndDeterministicWeights()
    {
        random.manual_seed(1);
        using var scope = NewDisposeScope();
        using var model = new BayesianMixedClassifier(new MixedClassifier());
        using var optimizer = optim.SGD(model.parameters().ToArray(), 0.1);
        var loss = new ElboLoss();
        var before = model.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
        using (var draw = model.Draw())
        {
            var fit = functional.cross_entropy(model.call(randn(4, 1, 28, 28)), tensor(new long[] { 1, 2, 3, 4 }));
            var terms = loss.Aggregate([fit], [loss.Divergence(draw)], 1, 100);
            optimizer.zero_grad();
            draw.Backward(terms.Total);
            optimizer.step();
        }

        // A bias before batch statistics has no gradient from the fit, and the divergence does not depend on scale_mu.
        Assert.All(
            model.state_dict().Where(entry => !entry.Key.EndsWith(".mask", StringComparison.Ordinal) && entry.Key != "conv.bias.scale_mu"),
            entry => Assert.False(TensorBits.Same(before[entry.Key], entry.Value), entry.Key));
        using var next = model.Draw();
    }

    [Fact]
    public void MovingKeepsPosteriorMasksAndPriors()
    {
        using var scope = NewDisposeScope();
        using var model = StateFileTests.Trained(3);
        model.Prior.Output.Weight = new GaussianPrior(0.5, 2);
        model.Prune(new() { [Family.Gaussian] = 1.0 });
        model.eval();
        var kept = model.PruneStatistics().Kept;
        var x = randn(3, 1, 28, 28);
        var before = model.call(x);
        model.to(ScalarType.Float64);
        Assert.Equal(kept, model.PruneStatistics().Kept);
        Assert.Equal(new GaussianPrior(0.5, 2), model.Prior.Output.Weight);
        Assert.True(before.to(ScalarType.Float64).allclose(model.call(x.to(ScalarType.Float64)), 1e-4, 1e-5));
        model.to(ScalarType.Float32);
        Assert.True(before.allclose(model.call(x), 1e-4, 1e-5));
    }

    [Fact]
    public void DrawsHaveTheMomentsOfThePosterior()
    {
        random.manual_seed(4);
        using var scope = NewDisposeScope();
        var noise = new NoiseSource(1);
        var gaussian = GaussianPosterior.Over([full(200_000, 0.7), full(200_000, -0.4)]);
        var logUniform = LogUniformPosterior.Over([full(200_000, 0.7), full(200_000, -0.4), full(200_000, 1.3), full(200_000, -1.0)]);
        foreach (var posterior in new Posterior[] { gaussian, logUniform })
        {
            var draw = posterior.Sample(noise).to(ScalarType.Float64);
            var mean = posterior.Mean()[0].to(ScalarType.Float64).item<double>();
            var variance = posterior.Variance()[0].to(ScalarType.Float64).item<double>();
            // Five standard errors; the fourth moment of the product is bounded by 20 squared variances here.
            Assert.InRange(draw.mean().item<double>() - mean, -5 * Math.Sqrt(variance / 200_000), 5 * Math.Sqrt(variance / 200_000));
            Assert.InRange(draw.var().item<double>() / variance - 1, -5 * Math.Sqrt(20.0 / 200_000), 5 * Math.Sqrt(20.0 / 200_000));
        }
    }

    [Fact]
    public void NetworksOfNetworksShareOneArena()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianPair(new Pair());
        Assert.Equal(
            ["left.hidden.weight", "left.hidden.bias", "left.output.weight", "left.output.bias", "right.line.weight"],
            model.Arena.BayesianWeights.Select(weight => weight.Key));
        Assert.Equal([5, 3], model.Posterior.Left.Hidden.Weight.Shape);
        Assert.Equal([1, 2], model.Posterior.Right.Line.Weight.Shape);
        using var trainer = model.CreateTrainer(new TrainerOptions { FitLoss = FitLoss.SquaredError });
        Assert.IsType<GaussianKLLoss>(trainer.Loss);
    }

    [Fact]
    public void MovingToCudaWithoutCudaSaysSo()
    {
        if (cuda.is_available())
            return;
        using var scope = NewDisposeScope();
        using var model = new BayesianLine(new Line());
        model.eval();
        var before = model.call(ones(1, 2));
        Assert.Contains("CUDA", Assert.ThrowsAny<Exception>(() => model.cuda()).Message);
        Assert.True(TensorBits.Same(before, model.call(ones(1, 2))));
        using var draw = model.Draw();
        Assert.False(TensorBits.Same(before, model.call(ones(1, 2))));
        draw.Backward(model.call(ones(1, 2)).sum());
    }
}
