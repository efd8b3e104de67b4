using BayesGen.Data;
using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

/// <summary>How IVON begins where nobody says, and what happens where it is told to begin badly.</summary>
public class IvonStartTests
{
    /// <summary>
    /// Targets of a standard deviation of 3 under noise of 1 to begin with: from a curvature of 0.1 without a clip the fit multiplied from
    /// step to step, 5, 68, 2E+06, and ended at 2E+11.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void DefaultsDoNotDivergeOnASmallTable(int seed)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(seed);
        var data = Table();
        using var model = new BayesianTableReader(new TableReader());
        var fits = new List<double>();
        using var trainer = model.CreateIvonTrainer(Options(seed) with { Epochs = 6, Hooks = [(_, step) => fits.Add(step.Fit)] });
        trainer.Train(data);
        Assert.True(fits.Max() < 2 * fits[0], $"the fit was {fits[0]:G4} at the start and rose to {fits.Max():G4}");
        Assert.True(fits.TakeLast(5).Average() < 0.7 * fits[0], $"the fit was {fits[0]:G4} and is {fits[^1]:G4}");
    }

    /// <summary>From a curvature of 0.1 a trained network fell back to chance in its first epoch and did not come out.</summary>
    [Fact]
    [Trait("Lane", "Slow")]
    public void DefaultsDoNotRuinATrainedConvolutionalNetwork()
    {
        random.manual_seed(1);
        using var train = SyntheticDigits.Create(2_000, seed: 1);
        using var test = SyntheticDigits.Create(500, seed: 2);
        var plain = new SmallConvolutional();
        BatchSource source = train;
        using (var optimizer = new FlatAdam([.. plain.parameters()], 2e-3))
        {
            for (var epoch = 0; epoch < 5; epoch++)
            {
                foreach (var (inputs, targets) in source.Batches(64, shuffle: true, seed: 1, epoch))
                {
                    using var scope = NewDisposeScope();
                    scope.Attach(inputs, targets);
                    optimizer.zero_grad();
                    functional.cross_entropy(plain.call(inputs), targets).backward();
                    optimizer.step();
                }
            }
        }

        using var model = new BayesianSmallConvolutional(plain);
        using var trainer = model.CreateIvonTrainer(
            new TrainerOptions { Epochs = 2, BatchSize = 64, Metrics = [Metric.Accuracy], ElboSamples = 0 });
        var before = trainer.Evaluate(test);
        trainer.Train(train);
        var after = trainer.Evaluate(test);
        Assert.True(before.Accuracy > 0.8, $"the plain network has {before.Accuracy:P1}");
        Assert.True(after.Accuracy > before.Accuracy - 0.05, $"accuracy {before.Accuracy:P1} before and {after.Accuracy:P1} after");
    }

    [Fact]
    [Trait("Lane", "Slow")]
    public void DefaultsPredictDigitsAsWellAsAdam()
    {
        using var train = SyntheticDigits.Create(1_500, seed: 1);
        using var test = SyntheticDigits.Create(1_000, seed: 2);
        var adam = LossOf((model, options) => model.CreateTrainer(options));
        var ivon = LossOf((model, options) => model.CreateIvonTrainer(options));
        Assert.True(ivon < 1.1 * adam, $"NLL {ivon:F3}, and {adam:F3} by Adam");

        double LossOf(Func<BayesianDigitReader, TrainerOptions, VariationalTrainer> create)
        {
            random.manual_seed(1);
            using var model = new BayesianDigitReader(new DigitReader());
            using var trainer = create(model, new TrainerOptions { Epochs = 24, ElboSamples = 0, Seed = 1 });
            trainer.Train(train);
            return model.EvaluatePredictions(test).NegativeLogLikelihood;
        }
    }

    /// <summary>Means that lag behind, or weights that are too noisy, would show in the NLL, whose noise is learned too.</summary>
    [Theory]
    [Trait("Lane", "Slow")]
    [InlineData(1)]
    [InlineData(2)]
    public void TheDefaultsPredictASmallTableAsWellAsAdam(int seed)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(seed);
        var (train, test) = (Table(), Table());
        var adam = LossOf((model, options) => model.CreateTrainer(options));
        var ivon = LossOf((model, options) => model.CreateIvonTrainer(options));
        Assert.True(ivon < adam + 0.02, $"NLL {ivon:F3}, and {adam:F3} by Adam");

        double LossOf(Func<BayesianTableReader, TrainerOptions, VariationalTrainer> create)
        {
            random.manual_seed(seed);
            using var model = new BayesianTableReader(new TableReader());
            using var trainer = create(model, Options(seed) with { Epochs = 20 });
            trainer.Train(train);
            return model.EvaluatePredictions(test, GaussianNoise.Learned).NegativeLogLikelihood;
        }
    }

    /// <summary>The farthest that a step takes a mean is the rate times the radius times sigma, with and without kernels.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AMeanGoesNoFartherThanItsPosteriorIsWide(bool isFlat)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor New(double value) => isFlat ? full(8, value) : full([8, 2], value).select(1, 0);
        var (mu, logSigma, momentum, precision) = (New(0), New(0), New(0), New(1));
        precision.copy_(tensor(new[] { 0.01f, 0.04f, 0.25f, 1, 4, 9, 25, 100 }));
        new IvonUpdate
        {
            SampleSize = 100, Decay = 0, Center = 0, Rate = 0.5, Beta1 = 0, Beta2 = 1, Step = 1, TrustRadius = 0.4,
        }.Apply(mu, logSigma, momentum, precision, New(1e4), New(0), null);
        var sigma = (precision * 100).rsqrt();
        Assert.True((mu + sigma * 0.2).abs().max().item<float>() < 1e-6, $"{mu.cstr()} for sigma {sigma.cstr()}");
    }

    /// <summary>As it was by default: what multiplies is stopped while everything is still finite.</summary>
    [Fact]
    public void AnExplodingFitStopsTheTraining()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var data = Table();
        using var model = new BayesianTableReader(new TableReader());
        using var trainer = model.CreateIvonTrainer(Options(1) with { Epochs = 40 }, Reckless);
        var error = Assert.Throws<NonFiniteLossException>(() => trainer.Train(data));
        Assert.Contains("diverges", error.Message);
        Assert.Contains("The step was not taken.", error.Message);
        Assert.Null(error.Parameter);
        Assert.All(model.parameters(), parameter => Assert.True(parameter.isfinite().all().item<bool>()));
        model.Draw().Dispose(); // Nothing is left in the gradients.
    }

    [Fact]
    public void AnExplodingFitIsRolledBackWhereTheOptionsSaySo()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var data = Table();
        using var model = new BayesianTableReader(new TableReader());
        using var trainer = model.CreateIvonTrainer(
            Options(1) with { Epochs = 6, NonFinite = NonFinitePolicy.RollBack(learningRateFactor: 0.1, atMost: 8) }, Reckless);
        var result = trainer.Train(data);
        Assert.Contains(result.Notices, notice => notice.Contains("diverges", StringComparison.Ordinal));
        Assert.True(result.Epochs[^1].Fit < 1000, $"the fit is {result.Epochs[^1].Fit:G4}");
    }

    /// <summary>The same policy sees a divergence of any optimizer.</summary>
    [Fact]
    public void AnExplodingFitUnderGradientDescentStopsTheTraining()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var model = new BayesianTableReader(new TableReader());
        using var trainer = model.CreateTrainer(Options(1) with
        {
            Epochs = 40,
            LearningRate = 0.5,
            LearningRateSchedule = null,
            Optimizer = (parameters, rate) => optim.SGD(parameters, rate),
            FitLoss = new FitLoss("fixed noise", (outputs, targets) => (outputs.narrow(1, 0, 1) - targets).square().mean() / 0.18),
        });
        Assert.Throws<NonFiniteLossException>(() => trainer.Train(Table()));
    }

    private static IvonOptions Reckless => new() { InitialCurvature = 0.001, TrustRadius = null, LearningRate = 1 };

    private static TrainerOptions Options(int seed) => new()
    {
        BatchSize = 64, FitLoss = FitLoss.LearnedGaussian, ElboSamples = 0, Seed = seed,
    };

    private static TensorDataSet Table()
    {
        var x = randn(700, 8);
        var y = (x.narrow(1, 0, 1) * 1.5).sin() + x.narrow(1, 1, 1) * x.narrow(1, 2, 1) * 0.5 + x.narrow(1, 3, 1) * 0.7
            + randn(700, 1) * 0.1;
        return new TensorDataSet(x, y * 3);
    }
}

/// <summary>Eight columns, one number, and its noise.</summary>
[Bayesian(Gaussian, Estimator = Estimator.Local)]
public sealed class TableReader : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(8, 50);
    private readonly Linear output = Linear(50, 1);
    private readonly Parameter logSigma = GaussianNoise.LogSigma();

    public TableReader() : base(nameof(TableReader)) => RegisterComponents();

    public override Tensor forward(Tensor x) => GaussianNoise.Join(output.call(functional.relu(hidden.call(x))), logSigma);
}

/// <summary>Two convolutions and two layers.</summary>
[Bayesian(Gaussian)]
public sealed class SmallConvolutional : Module<Tensor, Tensor>
{
    private readonly Conv2d first = Conv2d(1, 6, 5, padding: 2);
    private readonly Conv2d second = Conv2d(6, 16, 5);
    private readonly Linear hidden = Linear(400, 84);
    private readonly Linear output = Linear(84, 10);

    public SmallConvolutional() : base(nameof(SmallConvolutional)) => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        x = functional.max_pool2d(functional.relu(first.call(x)), 2);
        x = functional.max_pool2d(functional.relu(second.call(x)), 2);
        return output.call(functional.relu(hidden.call(x.flatten(1))));
    }
}
