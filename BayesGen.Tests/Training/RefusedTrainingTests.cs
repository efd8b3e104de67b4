using static BayesGen.Tests.OptionsAreValuesTests;

namespace BayesGen.Tests;

/// <summary>What would train something else than the user thinks is refused in words, and the network stays usable.</summary>
public class RefusedTrainingTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void RefusesAFitLossWithoutAGraph(bool detached)
    {
        var error = Refused<InvalidOperationException>(Options() with
        {
            FitLoss = new FitLoss("loose", (output, target) => detached
                ? nn.functional.cross_entropy(output, target).detach()
                : (output.argmax(1) - target).abs().to(ScalarType.Float32).mean()),
        });
        Assert.Contains("'loose'", error.Message);
        Assert.Contains("gradient", error.Message);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-1.0)]
    [InlineData(double.PositiveInfinity)]
    public void RefusesAnInvalidLearningRateAtTheStep(double part) => Assert.Contains(
        "LearningRateSchedule", Refused<InvalidOperationException>(Options() with { LearningRateSchedule = _ => part }).Message);

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-1.0)]
    public void RefusesAnInvalidBeta(double beta)
    {
        Assert.Contains("beta schedule", Trained<InvalidOperationException>(Options() with { Beta = new Stray(beta) }).Message);
        Assert.Contains("beta", Trained<ArgumentOutOfRangeException>(
            Options() with { Hooks = [(trainer, _) => trainer.Beta = beta] }).Message);
    }

    [Fact]
    public void RefusesALearnedPriorThatAHookSets()
    {
        using var data = Examples();
        using var model = Model(1);
        using var trainer = model.CreateTrainer(
            Options() with { Hooks = [(_, _) => model.Prior.First.Weight = GaussianPrior.Trainable(0.5)] });
        Assert.Contains("prior", Assert.Throws<InvalidOperationException>(() => trainer.Train(data)).Message);

        // Between two calls it is trained.
        using var other = model.CreateTrainer(Options());
        var before = model.Prior.First.Weight;
        other.Train(data);
        Assert.NotEqual(before, model.Prior.First.Weight);
    }

    [Fact]
    public void AcceptsAFixedPriorThatAHookSets()
    {
        using var data = Examples();
        using var model = Model(1);
        using var trainer = model.CreateTrainer(Options() with { Hooks = [(_, _) => model.Prior.First.Weight = new GaussianPrior(0.5)] });
        Assert.Equal(2, trainer.Train(data).Epochs.Count);
    }

    [Fact]
    public void FindsWeightsThatTheLastStepMadeNaN()
    {
        using var data = Examples();
        using var model = Model(1);
        using var trainer = model.CreateTrainer(Options() with
        {
            Epochs = 1,
            Optimizer = (parameters, _) => new FlatSgd(parameters, 0),
            Hooks = [(_, step) => { if (step.Step == 4) Poison(model); }],
        });
        var error = Assert.Throws<NonFiniteLossException>(() => trainer.Train(data));
        Assert.Equal((1, 4, "first.weight.mu"), (error.Epoch, error.Step, error.Parameter));
    }

    [Fact]
    public void RefusesAHookThatTrainsOrDisposes()
    {
        using var data = Examples();
        Assert.Contains("inside Train",
            Refused<InvalidOperationException>(Options() with { Hooks = [(trainer, _) => trainer.Train(data)] }, 1).Message);
        Assert.Contains("cancel the token",
            Refused<InvalidOperationException>(Options() with { Hooks = [(trainer, _) => trainer.Dispose()] }, 1).Message);
    }

    [Fact]
    public void AHookMayEvaluate()
    {
        using var data = Examples();
        using var model = Model(1);
        var fits = new List<double>();
        using var trainer = model.CreateTrainer(Options() with { Hooks = [(trainer, _) => fits.Add(trainer.Evaluate(data).Fit)] });
        trainer.Train(data);
        Assert.Equal(8, fits.Count);
    }

    [Fact]
    public void RefusesAnEvaluationOnAnotherThreadDuringTraining()
    {
        using var data = Examples();
        using var model = Model(1);
        Exception? found = null;
        using var trainer = model.CreateTrainer(Options() with
        {
            Hooks = [(trainer, _) =>
            {
                var thread = new Thread(() => found = Record.Exception(() => trainer.Evaluate(data)));
                thread.Start();
                thread.Join();
            }],
        });
        trainer.Train(data);
        Assert.Contains("another thread", Assert.IsType<InvalidOperationException>(found).Message);
    }

    [Fact]
    public void NamesADisposedTrainerOrNetwork()
    {
        using var data = Examples();
        var model = Model(1);
        using var gone = model.CreateTrainer(Options());
        gone.Dispose();
        gone.Dispose();
        Assert.Contains("VariationalTrainer", Assert.Throws<ObjectDisposedException>(() => gone.Train(data)).Message);
        Assert.Throws<ObjectDisposedException>(() => gone.Evaluate(data));
        using var trainer = model.CreateTrainer(Options());
        trainer.Train(data);
        model.Dispose();
        Assert.Contains("BayesianNormed", Assert.Throws<ObjectDisposedException>(() => trainer.Train(data)).Message);
        Assert.Contains("BayesianNormed", Assert.Throws<ObjectDisposedException>(() => trainer.Evaluate(data)).Message);
    }

    [Fact]
    public void RefusesNullOptions()
    {
        using var model = Model(1);
        string Message(TrainerOptions options) => Assert.ThrowsAny<ArgumentException>(() => model.CreateTrainer(options)).Message;
        Assert.Contains("Metrics[1] is null", Message(new() { Metrics = [Metric.Accuracy, null!] }));
        Assert.Contains("Hooks[0] is null", Message(new() { Hooks = [null!] }));
        Assert.Contains("EvaluateAt is one of Mean, Map", Message(new() { EvaluateAt = (WeightState)99 }));
        Assert.Contains("FitLoss is null", Message(new() { FitLoss = null! }));
        Assert.Contains("curvature", Assert.Throws<ArgumentOutOfRangeException>(() => VariationalTrainer.WithIvon(
            model, x => model.call(x), new(), new IvonOptions { InitialCurvature = 1e308 })).Message);
        Assert.Throws<InvalidOperationException>(
            () => model.CreateTrainer(new() { Beta = new PlateauBeta(1, 0.5, 1) { Min = 2, Max = 1 } }));
    }

    [Theory]
    [InlineData("adam")]
    [InlineData("adamw")]
    [InlineData("sgd")]
    public void NamesAnOptimizerOlderThanAMove(string kind)
    {
        using var scope = NewDisposeScope();
        using var model = Model(1);
        using var optimizer = kind switch
        {
            "adam" => new FlatAdam(model.parameters(), 0.1),
            "adamw" => new FlatAdamW(model.parameters(), 0.1),
            _ => (optim.Optimizer)new FlatSgd(model.parameters(), 0.1, momentum: 0.9),
        };
        model.to(ScalarType.Float64);
        using (var draw = model.Draw())
            draw.Backward(model.call(randn(8, 4, dtype: ScalarType.Float64)).sum() + new ElboLoss().Divergence(draw));
        Assert.Contains("after moving", Assert.Throws<InvalidOperationException>(() => optimizer.step()).Message);
    }

    [Fact]
    public void RefusesANetworkWithoutBayesianWeightsBeforeTheReportStarts()
    {
        using var data = Examples();
        using var network = new Normed();
        foreach (var parameter in network.parameters())
            parameter.requires_grad = false;
        using var model = new BayesianNormed(network);
        using var writer = new StringWriter();
        using var trainer = model.CreateTrainer(Options() with { Report = new TextReport(writer) });
        Assert.Contains("no Bayesian weights", Assert.Throws<NotSupportedException>(() => trainer.Train(data)).Message);
        Assert.Equal("", writer.ToString());
    }

    private static void Poison(BayesianNormed model)
    {
        using var _ = no_grad();
        model.Posterior.First.Weight.Mu.fill_(float.NaN);
    }

    /// <summary>The training is refused, and the network is as after the steps that were taken.</summary>
    private static TException Refused<TException>(TrainerOptions options, int steps = 0)
        where TException : Exception
    {
        using var data = Examples();
        using var model = Model(1);
        var before = Written(model);
        using var trainer = model.CreateTrainer(options);
        var error = Assert.Throws<TException>(() => trainer.Train(data));
        if (steps == 0)
            Assert.Equal(before, Written(model));
        model.Draw().Dispose();
        return error;
    }

    private static TException Trained<TException>(TrainerOptions options)
        where TException : Exception => Refused<TException>(options, steps: 1);

    private sealed class Stray(double beta) : BetaSchedule
    {
        public override double Initial => 1;

        public override RunningBeta Begin() => new Run(beta);

        private sealed class Run(double beta) : RunningBeta
        {
            public override double Next(double before, BetaSignal signal) => beta;
        }
    }

    /// <summary>It advised a lower rate, whatever the batch held.</summary>
    [Theory]
    [InlineData(float.NaN, "The inputs of this batch hold NaN or infinite numbers")]
    [InlineData(5e9f, "The inputs of this batch reach 5E+09")]
    public void ABatchThatExplainsItIsNamed(float cell, string words)
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianTabular(new Tabular(2, 1));
        var x = randn(40, 2);
        x[7, 1] = cell;
        using var data = new TensorDataSet(x, randn(40, 1));
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            Likelihood = Likelihood.Gaussian(1e-30), Epochs = 3, LearningRate = 1, BatchSize = 40,
        });
        Assert.Contains(words, Assert.Throws<NonFiniteLossException>(() => trainer.Train(data)).Message);
    }

    /// <summary>A loss of a user's own takes any targets, and one that is NaN was laid to the rate.</summary>
    [Fact]
    public void TargetsThatAreMissingAreNamedWhereNoLikelihoodSaysSo()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianTabular(new Tabular(2, 1));
        var y = randn(40, 1);
        y[7, 0] = float.NaN;
        using var data = new TensorDataSet(randn(40, 2), y);
        using var trainer = model.CreateTrainer(new TrainerOptions { FitLoss = FitLoss.SquaredError, Epochs = 1, BatchSize = 40 });
        Assert.Contains("IgnoringNaN()", Assert.ThrowsAny<Exception>(() => trainer.Train(data)).Message);
    }
}
