namespace BayesGen.Tests.Baselines;

/// <summary>A plain network in the hands of the trainer of Bayesian ones.</summary>
public sealed class DeterministicModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen-plain").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The same network, optimizer and batches by hand: 20 steps of the whole data.</summary>
    [Fact]
    public void TrainsAsAPlainLoopDoes()
    {
        using var scope = NewDisposeScope();
        using var data = Points();
        random.manual_seed(1);
        var network = new LaplaceCurve(3, 5, 1).to(ScalarType.Float64);
        random.manual_seed(1);
        var byHand = new LaplaceCurve(3, 5, 1).to(ScalarType.Float64);
        using var model = new DeterministicModel<LaplaceCurve>(network);
        using var trainer = model.CreateTrainer(Options);
        trainer.Train(data);

        using var optimizer = optim.Adam(byHand.parameters().ToArray(), 1e-2);
        for (var i = 0; i < 20; i++)
        {
            optimizer.zero_grad();
            nn.functional.mse_loss(byHand.call(data.Inputs), data.Targets).backward();
            optimizer.step();
        }

        Rounding.AssertSame(byHand.call(data.Inputs), model.call(data.Inputs));
    }

    [Fact]
    public void NoWeightIsBayesianWhateverIsAnnotated()
    {
        using var scope = NewDisposeScope();
        using var model = new DeterministicModel<LaplaceCurve>(new LaplaceCurve(3, 5, 1));
        Assert.Equal(0, model.Arena.BayesianCount);
        Assert.Equal(3 * 5 + 5 + 5 + 1, model.Arena.TotalCount);
        using var plain = new LaplaceCurve(3, 5, 1);
        Assert.Equal(plain.state_dict().Keys.Order(), model.state_dict().Keys.Order());
        Assert.Equal(1, model.Predict(rand(4, 3), GaussianNoise.Fixed(1)).Samples);
    }

    [Fact]
    public void StateFilesAndCheckpointsContinue()
    {
        using var scope = NewDisposeScope();
        using var data = Points(ScalarType.Float32);
        random.manual_seed(2);
        using var model = new DeterministicModel<LaplaceCurve>(new LaplaceCurve(3, 5, 1));
        var options = Options with { Checkpoints = new() { Folder = Path.Combine(_folder, "run") } };
        using (var trainer = model.CreateTrainer(options))
            trainer.Train(data);
        model.Save(Path.Combine(_folder, "plain.safetensors"));

        using var loaded = new DeterministicModel<LaplaceCurve>(new LaplaceCurve(3, 5, 1));
        loaded.Load(Path.Combine(_folder, "plain.safetensors"));
        Assert.True(TensorBits.Same(model.call(data.Inputs), loaded.call(data.Inputs)));

        using var resumed = new DeterministicModel<LaplaceCurve>(new LaplaceCurve(3, 5, 1));
        using var again = resumed.CreateTrainer(options);
        again.Resume(options.Checkpoints!.Folder);
        Assert.Empty(again.Train(data).Epochs);
        Assert.True(TensorBits.Same(model.call(data.Inputs), resumed.call(data.Inputs)));
    }

    /// <summary>The fit is the mean squared error, and nothing comes on top of it.</summary>
    [Fact]
    public void EvaluationReportsNoDivergence()
    {
        using var scope = NewDisposeScope();
        using var data = Points();
        using var model = new DeterministicModel<LaplaceCurve>(new LaplaceCurve(3, 5, 1).to(ScalarType.Float64));
        using var trainer = model.CreateTrainer(Options);
        trainer.Train(data, data);
        var result = trainer.Evaluate(data);
        Assert.Equal(0, result.Divergence);
        Assert.Equal(result.Fit, result.Total);
        Assert.Equal(nn.functional.mse_loss(model.call(data.Inputs), data.Targets).item<double>(), result.Fit, 1e-9);
    }

    /// <summary>It said that there is no divergence, whatever the options were.</summary>
    [Fact]
    public void ItNeedsNoTrainerToBeEvaluated()
    {
        using var scope = NewDisposeScope();
        using var data = Points();
        using var model = new DeterministicModel<LaplaceCurve>(new LaplaceCurve(3, 5, 1).to(ScalarType.Float64));
        using var trainer = model.CreateTrainer(Options);
        var expected = trainer.Evaluate(data);
        foreach (var options in new[] { new EvaluationOptions(), new() { ElboSamples = 0, Beta = 0 }, new() { ElboSamples = 3 } })
        {
            var result = model.Evaluate(data, options with { FitLoss = FitLoss.SquaredError });
            Assert.Equal((expected.Fit, expected.Total, 0), (result.Fit, result.Total, result.Divergence));
            Assert.Equal(-expected.Fit, result.Elbo);
        }

        model.UseLikelihood(Likelihood.Gaussian(0.5));
        Assert.Equal(model.EvaluateRegression(data).NegativeLogLikelihood, model.Evaluate(data).Fit, 1e-9);
    }

    /// <summary>They refused by an option that the user had not set, and the ELBO of the validation was NaN.</summary>
    [Fact]
    public void EarlyStoppingAndTheBestCheckpointGoByTheFit()
    {
        using var scope = NewDisposeScope();
        using var data = Points(ScalarType.Float32);
        using var model = new DeterministicModel<LaplaceCurve>(new LaplaceCurve(3, 5, 1));
        using var trainer = model.CreateTrainer(Options with
        {
            Epochs = 6,
            EarlyStopping = new() { Patience = 5 },
            Checkpoints = new() { Folder = Path.Combine(_folder, "best"), KeepBest = CheckpointScore.Elbo },
        });
        var training = trainer.Train(data, data);
        Assert.All(training.Epochs, epoch => Assert.Equal(-epoch.Validation!.Fit, epoch.Validation.Elbo));
        Assert.Equal(training.Epochs.MinBy(epoch => epoch.Validation!.Fit)!.Epoch, training.BestEpoch);
    }

    private static TrainerOptions Options => new()
    {
        Epochs = 20, BatchSize = 40, Shuffle = false, LearningRate = 1e-2, LearningRateSchedule = null, FitLoss = FitLoss.SquaredError,
    };

    private static TensorDataSet Points(ScalarType type = ScalarType.Float64)
    {
        random.manual_seed(7);
        using var scope = NewDisposeScope();
        var x = randn(40, 3, dtype: type, device: CPU);
        return new TensorDataSet(x.clone(), x.sum(1, keepdim: true).sin() + 0.2 * randn(40, 1, dtype: type, device: CPU));
    }
}
