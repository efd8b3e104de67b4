namespace BayesGen.Tests;

/// <summary>Priors that are learned with the posterior: truth, gradients, state, movement, the prior map.</summary>
public class TrainablePriorTests
{
    private static readonly ProperPrior[] Fixed = [new GaussianPrior(0.3, 0.7), new LaplacePrior(0.3, 0.7),
        new ScaleMixturePrior(0.3, 1.2, 0.1)];

    [Fact]
    public void UnfreezeLetsAPriorLearnAgain()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianThawing(new Thawing());
        model.SetPrior(GaussianPrior.Trainable(0.5));
        foreach (var parameter in model.parameters())
            parameter.requires_grad = false;
        model.Unfreeze();
        Assert.All(model.parameters(), parameter => Assert.True(parameter.requires_grad));
    }

    [Fact]
    [Trait("Lane", "Slow")]
    public void TheScaleLearnsTheSpreadOfTheWeights()
    {
        random.manual_seed(1);
        using var scope = NewDisposeScope();
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        model.to(ScalarType.Float64);
        model.Prior.Hidden.Weight = GaussianPrior.Trainable(0.05);
        model.Prior.Output.Weight = GaussianPrior.Trainable(3);
        var leaf = model.Arena.Parameters().Single(entry => entry.Name == "Gaussian.prior").Parameter;
        Assert.Equal(2, leaf.numel());
        using var optimizer = optim.SGD([leaf], 0.02);
        for (var i = 0; i < 2000; i++)
        {
            using var step = NewDisposeScope();
            model.zero_grad();
            using var draw = model.Draw(i);
            draw.Backward(new ElboLoss().Divergence(draw));
            optimizer.step();
        }

        // The divergence is least where the prior has the spread that the weights have: scale^2 = mean(mu^2 + sigma^2).
        foreach (var (prior, posterior) in ((Prior, GaussianPosterior)[])[
            (model.Prior.Hidden.Weight, model.Posterior.Hidden.Weight), (model.Prior.Output.Weight, model.Posterior.Output.Weight)])
        {
            var best = Math.Sqrt((posterior.Mu.square() + posterior.Variance()).mean().item<double>());
            Assert.Equal(1, Assert.IsType<GaussianPrior>(prior).Scale / best, 6);
        }

        Assert.Equal(new GaussianPrior(), model.Prior.Hidden.Bias);
    }

    [Fact]
    public void TrainingLearnsThePriorWithTheRest()
    {
        random.manual_seed(2);
        using var scope = NewDisposeScope();
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        model.Prior.Hidden.SetAll(GaussianPrior.Trainable(0.01));
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            Epochs = 300, FitLoss = FitLoss.SquaredError, LearningRateFactors = new Dictionary<string, double> { ["prior"] = 5 },
        });
        trainer.Train(new[] { (randn(8, 3), randn(8, 1)) });
        var scale = Assert.IsType<GaussianPrior>(model.Prior.Hidden.Weight).Scale;
        var spread = Math.Sqrt((model.Posterior.Hidden.Weight.Mu.square() + model.Posterior.Hidden.Weight.Variance())
            .to(ScalarType.Float64).mean().item<double>());
        // The weights move too, and the prior follows from far below.
        Assert.InRange(scale / spread, 0.5, 2);
        Assert.NotEqual(scale, Assert.IsType<GaussianPrior>(model.Prior.Hidden.Bias).Scale);
    }

    [Fact]
    public void GradientsOfEveryTrainablePriorMatchDifferences()
    {
        random.manual_seed(3);
        using var scope = NewDisposeScope();
        foreach (
            var prior in (Prior[])[GaussianPrior.Trainable(0.6), LaplacePrior.Trainable(0.6), ScaleMixturePrior.Trainable(0.3, 0.9, 0.2)])
        {
            using var model = new BayesianGaussianRegressor(new GaussianRegressor());
            model.to(ScalarType.Float64);
            using (no_grad())
                model.Arena.Families.Single().Flat[1].fill_(-1.5);
            model.Prior.Output.SetAll(prior);
            var x = randn(6, 3, dtype: ScalarType.Float64);
            // A draw so close to zero that a step of the difference crosses the kink of Laplace would be no fault of the gradient.
            GradientCheck.Run(model, new ElboLoss(), () => model.call(x).square().mean(), prior is LaplacePrior ? 1e-5 : 1e-8);
            GradientCheck.Run(model, new RenyiLoss(0.5), () => model.call(x).square().mean(), prior is LaplacePrior ? 1e-5 : 1e-8);
        }
    }

    [Fact]
    public void DensitiesWithTensorsMatchDensitiesWithNumbers()
    {
        using var scope = NewDisposeScope();
        var noise = new NoiseSource(4);
        var w = linspace(-3, 3, 101, dtype: ScalarType.Float64);
        foreach (var prior in Fixed)
        {
            var trainable = (ITrainablePrior)prior;
            Assert.False(trainable.IsTrainable);
            var learned = (ProperPrior)trainable.Over([.. trainable.ParameterValues.Select(value => tensor(new[] { value }))]);
            Assert.True(learned.LogProb(w).allclose(prior.LogProb(w), 1e-12, 1e-12), $"{prior}");
            Assert.Equal(trainable.ParameterNames.Count, trainable.ParameterValues.Count);

            const int Count = 400_000;
            var sample = learned.Sample(zeros(Count, dtype: ScalarType.Float64), noise);
            var twin = prior.Sample(zeros(Count, dtype: ScalarType.Float64), noise);
            var error = 5 * Math.Sqrt((sample.var().item<double>() + twin.var().item<double>()) / Count);
            Assert.Equal(twin.mean().item<double>(), sample.mean().item<double>(), error);
            Assert.Equal(1, twin.square().mean().item<double>() / sample.square().mean().item<double>(), 0.05);
        }
    }

    [Fact]
    public void ThePriorMapShowsCurrentValuesAndReturnsCopies()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        model.Prior.Hidden.Weight = GaussianPrior.Trainable(0.5);
        model.Prior.Output.Weight = ScaleMixturePrior.Trainable(0.25, 1, 0.1);
        var learned = model.Arena.Parameters().Single(entry => entry.Name == "Gaussian.prior").Parameter;
        using (no_grad())
            learned[0] = learned[0] + MathF.Log(2);
        var prior = Assert.IsType<GaussianPrior>(model.Prior.Hidden.Weight);
        Assert.Equal(1, prior.Scale, 5);
        Assert.True(prior.IsTrainable);
        Assert.Contains("IsTrainable = True", prior.ToString());

        // A value: what is assigned from it learns on its own. What others have learned stays.
        model.Prior.Hidden.Bias = prior;
        Assert.Equal(1, Assert.IsType<GaussianPrior>(model.Prior.Hidden.Weight).Scale, 5);
        Assert.Equal(0.1, Assert.IsType<ScaleMixturePrior>(model.Prior.Output.Weight).Narrow, 5);
        Assert.Equal(5, model.Arena.Parameters().Single(entry => entry.Name == "Gaussian.prior").Parameter.numel());

        model.Prior.Hidden.SetAll(new GaussianPrior());
        model.Prior.Output.SetAll(new GaussianPrior());
        Assert.DoesNotContain(model.Arena.Parameters(), entry => entry.Name == "Gaussian.prior");
    }

    [Fact]
    public void MixtureComponentsSwapNamesWhenTheirScalesCross()
    {
        var prior = Assert.IsType<ScaleMixturePrior>(
            ((ITrainablePrior)ScaleMixturePrior.Trainable(0.3, 1, 0.5)).With([Math.Log(0.25 / 0.75), -1, 0.5]));
        Assert.Equal(0.75, prior.Pi, 12);
        Assert.Equal(Math.Exp(0.5), prior.Wide, 12);
        Assert.Equal(Math.Exp(-1), prior.Narrow, 12);
        Assert.True(prior.IsTrainable);
    }

    [Fact]
    public void TheStateMovesSavesAndLoads()
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            using var model = new BayesianGaussianRegressor(new GaussianRegressor());
            model.Prior.Hidden.Weight = LaplacePrior.Trainable(0.3);
            model.to(ScalarType.Float64);
            Assert.Equal(0.3, Assert.IsType<LaplacePrior>(model.Prior.Hidden.Weight).Scale, 6);
            Assert.Equal(ScalarType.Float64, model.Arena.Parameters().Single(entry => entry.Name == "Gaussian.prior").Parameter.dtype);
            Assert.Equal(["hidden.weight.prior.log_scale"], model.state_dict().Keys.Where(key => key.Contains("prior")));
            model.Save(path);

            using var other = new BayesianGaussianRegressor(new GaussianRegressor());
            other.to(ScalarType.Float64);
            Assert.Contains("hidden.weight.prior.log_scale", Assert.Throws<StateMismatchException>(() => other.Load(path)).Message);
            other.Prior.Hidden.Weight = LaplacePrior.Trainable();
            other.Load(path);
            Assert.Equal(model.Prior.Hidden.Weight, other.Prior.Hidden.Weight);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void TrainablePriorsLeakNothing()
    {
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 3; i++)
        {
            using var scope = NewDisposeScope();
            using var model = new BayesianGaussianRegressor(new GaussianRegressor());
            model.Prior.Hidden.Weight = GaussianPrior.Trainable(0.3);
            model.Prior.Hidden.Bias = GaussianPrior.Trainable(0.3);
            using var trainer = model.CreateTrainer(new TrainerOptions { Epochs = 2, FitLoss = FitLoss.SquaredError });
            trainer.Train(new[] { (randn(4, 3), randn(4, 1)) });
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
