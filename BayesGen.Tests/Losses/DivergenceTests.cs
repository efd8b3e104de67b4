namespace BayesGen.Tests;

/// <summary>Divergences against truth that can be derived, and the losses and families of a user's own.</summary>
public class DivergenceTests
{
    private const int Draws = 400_000;

    [Fact]
    public void TheClosedFormMatchesTheMeanLogRatio()
    {
        using var scope = NewDisposeScope();
        var noise = new NoiseSource(3);
        var prior = new GaussianPrior(0.3, 1.7);
        var posterior = GaussianPosterior.Over(
            [full(Draws, -0.6, dtype: ScalarType.Float64), full(Draws, -0.8, dtype: ScalarType.Float64)]);
        var sample = posterior.Sample(noise);
        var ratio = posterior.LogProb(sample) - prior.LogProb(sample);
        var error = 5 * ratio.std().item<double>() / Math.Sqrt(Draws);
        Assert.InRange(ratio.mean().item<double>() - posterior.KlTo(prior)![0].item<double>(), -error, error);
        Assert.True(error < 0.01);
    }

    [Fact]
    public void TheBestSharedPriorGivesTheKnownDivergence()
    {
        using var scope = NewDisposeScope();
        var posterior = GaussianPosterior.Over(
            [tensor(new[] { 1.0, -1.0 }), full(2, Math.Log(0.1), dtype: ScalarType.Float64)]);
        var kl = new GaussianKLLoss().Divergence(
            [new ScoredWeights<GaussianPosterior>(posterior, new GaussianPrior(), () => posterior.Mu, null)]);
        // s^2 = 1.01, so each weight costs log(1.01) / 2 + log 10.
        Assert.Equal(0.5 * Math.Log(1.01) + Math.Log(10), kl.item<double>() / 2, 12);
        Assert.Equal(2.308, kl.item<double>() / 2, 3);
    }

    [Fact]
    public void PrunedWeightsAddNoDivergence()
    {
        using var scope = NewDisposeScope();
        var posterior = GaussianPosterior.Over(
            [tensor(new[] { 1.0, -1.0, 50 }), tensor(new[] { Math.Log(0.1), Math.Log(0.1), 3 })]);
        var weights = new ScoredWeights<GaussianPosterior>(
            posterior, new GaussianPrior(), () => posterior.Mu, tensor(new[] { true, true, false }));
        Assert.Equal(2 * (0.5 * Math.Log(1.01) + Math.Log(10)), new GaussianKLLoss().Divergence([weights]).item<double>(), 12);
        var two = GaussianPosterior.Over([posterior.Mu.narrow(0, 0, 2), posterior.LogSigma.narrow(0, 0, 2)]);
        Assert.Equal(two.KlTo(new GaussianPrior())!.sum().item<double>(), new ElboLoss().Divergence([weights]).item<double>(), 12);
    }

    [Fact]
    public void EachWeightIsScoredAgainstItsOwnPrior()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        model.to(ScalarType.Float64);
        model.Prior.Hidden.Bias = new GaussianPrior(0.1, 0.2);
        model.Prior.Output.SetAll(new GaussianPrior(3));
        using var draw = model.Draw();
        var expected = model.Posterior.Hidden.Weight.KlTo(new GaussianPrior())!.sum()
            + model.Posterior.Hidden.Bias.KlTo(new GaussianPrior(0.1, 0.2))!.sum()
            + model.Posterior.Output.Weight.KlTo(new GaussianPrior(3))!.sum()
            + model.Posterior.Output.Bias.KlTo(new GaussianPrior(3))!.sum();
        Assert.Equal(expected.item<double>(), new ElboLoss().Divergence(draw).item<double>(), 9);
    }

    [Fact]
    public void CustomFamilyAndPriorAreScored()
    {
        random.manual_seed(2);
        using var scope = NewDisposeScope();
        using var model = new BayesianLaplaceNetwork(new LaplaceNetwork());
        Assert.Equal(["hidden.weight", "output.weight"], model.Arena.BayesianWeights.Select(weight => weight.Key));
        Assert.Equal(new GaussianPrior(0.5), model.Prior.Hidden["weight"]);
        Assert.IsType<WidePrior>(model.Prior.Output.Weight);
        model.to(ScalarType.Float64);
        var x = randn(5, 3, dtype: ScalarType.Float64);
        GradientCheck.Run(model, new ElboLoss(), () => model.call(x).square().mean(), 1e-5);
        GradientCheck.Run(model, new RenyiLoss(0.5), () => model.call(x).square().mean(), 1e-5);
    }

    [Fact]
    public void RefusesALossThatCannotScoreAndNamesTheLossesThatCan()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianMixedClassifier(new MixedClassifier());
        // Out of a list, since a loss that the compiler can see does not build here.
        var loss = new VariationalLoss[] { new GaussianKLLoss() }[0];
        var error = Assert.Throws<NotSupportedException>(
            () => new VariationalTrainer(model, model.call, loss, new TrainerOptions()));
        Assert.Contains("'conv.weight'", error.Message);
        Assert.Contains("LogUniform", error.Message);
        Assert.Contains("ElboLoss, LogUniformKLLoss", error.Message);
    }

    [Fact]
    public void RefusesTheLogRatioOfAnImproperPrior()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianLine(new Line());
        model.Prior.Line.Weight = new LogUniformPrior();
        using var draw = model.Draw();
        Assert.Contains("improper", Assert.Throws<NotSupportedException>(() => new RenyiLoss(0.5).Divergence(draw)).Message);
    }

    [Fact]
    public void BetaSchedulesFollowTheirFormulas()
    {
        var warmup = new LinearWarmup(epochs: 2, to: 0.8, after: 1);
        Assert.Equal(0, warmup.Initial);
        var rise = warmup.Begin();
        double At(double epochs) => rise.Next(-1, new BetaSignal(epochs, false, 0, 0, 0, 0));
        Assert.Equal([0, 0, 0.4, 0.8, -1], new[] { At(0.5), At(1), At(2), At(3), At(3.5) });

        // Without the compatible mode the count begins again: two values in a row for each change.
        var plateau = new PlateauBeta(1, 0.5, patience: 2, threshold: 0).Begin();
        Assert.Equal([1.0, 1, 0.5, 0.5, 0.25], ((double[])[1, 2, 3, 4, 5]).Aggregate(
            (Betas: new List<double>(), Beta: 1.0),
            (state, loss) =>
            {
                var next = plateau.Next(state.Beta, new BetaSignal(0, false, loss, 0, 0, 0));
                state.Betas.Add(next);
                return (state.Betas, next);
            }).Betas);

        var chain = new ChainedBeta(0.4, new PlateauBeta(9, 2, 1) { Watches = LossPart.Divergence });
        Assert.Equal(0.4, chain.Initial);
        var links = chain.Begin();
        Assert.Equal(0.4, links.Next(0.4, new BetaSignal(0, false, 5, 5, 5, 5)));
        Assert.Equal(0.8, links.Next(0.4, new BetaSignal(0, false, 1, 6, 1, 6)));

        // Behind a warm-up a plateau neither changes beta nor watches: the fit of 1 before the top is not its best.
        var behind = new ChainedBeta(new LinearWarmup(epochs: 1), new PlateauBeta(1, factor: 0.5, patience: 1)).Begin();
        Assert.Equal(0.5, behind.Next(0, new BetaSignal(0.5, false, 1, 0, 1, 0)));
        Assert.Equal(1, behind.Next(0.5, new BetaSignal(1, true, 1, 0, 1, 0)));
        Assert.Equal(1, behind.Next(1, new BetaSignal(1.5, false, 3, 0, 3, 0)));
        Assert.Equal(1, behind.Next(1, new BetaSignal(2, true, 2, 0, 2, 0)));
        Assert.Equal(0.5, behind.Next(1, new BetaSignal(2.5, false, 2.5, 0, 2.5, 0)));
    }
}
