using BayesGen.Data;
using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

#pragma warning disable BG0216 // Some trainers here get no fit loss, since they never take a step.

/// <summary>Rates, bounds, clipping, starts, and the defaults of an untuned user.</summary>
[Trait("Lane", "Slow")]
public class RecipeTests
{
    [Fact]
    public void LearningRateSchedulesFollowTheirFormulas()
    {
        static double[] At(Func<double, double> schedule) => [.. ((double[])[0, 0.25, 0.5, 0.75, 1]).Select(schedule)];
        Same([1, 1, 1, 1, 1], At(LearningRateSchedules.Constant));
        Same([1, 0.75, 0.5, 0.25, 0], At(LearningRateSchedules.LinearDecay()));
        Same([1, 1, 1, 0.55, 0.1], At(LearningRateSchedules.LinearDecay(from: 0.5, to: 0.1)));
        Same([1, 0.5 + Math.Sqrt(0.125), 0.5, 0.5 - Math.Sqrt(0.125), 0], At(LearningRateSchedules.Cosine()));
        Same([1, 1, 0.2, 0.04, 0.04], At(LearningRateSchedules.Steps(0.2, 0.5, 0.75)));
        Same([0, 0.5, 1, 0.5, 0], At(LearningRateSchedules.Warmup(0.5, LearningRateSchedules.LinearDecay())));
        Same([0, 0.5, 1, 1, 1], At(LearningRateSchedules.Warmup(0.5)));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedules.LinearDecay(from: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedules.Cosine(to: -0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedules.Steps(0, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedules.Warmup(0));

        static void Same(double[] expected, double[] actual) =>
            Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 12));
    }

    [Fact]
    public void LearningRatesDependOnTheParameterName()
    {
        using var scope = NewDisposeScope();
        // With plain gradient descent a move is rate times factor times gradient.
        var (moves, gradients) = Moves(new TrainerOptions
        {
            LearningRate = 0.1, LearningRateSchedule = _ => 0.5,
            LearningRateFactors = new Dictionary<string, double> { ["log_sigma"] = 4, ["deterministic"] = 0 },
        });
        foreach (var (name, factor) in ((string, double)[])[("Gaussian.mu", 1), ("Gaussian.log_sigma", 4), ("deterministic", 0)])
        {
            Assert.True(gradients[name].abs().max().item<double>() > 0, name);
            Assert.True(moves[name].allclose(gradients[name] * (-0.05 * factor), 1e-9, 1e-14), name);
        }
    }

    /// <summary>A factory may know better than the options; schedule and report go by the rate it gave.</summary>
    [Fact]
    public void SchedulesALearningRateThatTheFactoryChose()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            Epochs = 2, FitLoss = FitLoss.SquaredError, LearningRateSchedule = progress => 1 - progress,
            LearningRateFactors = new Dictionary<string, double>(), Optimizer = (parameters, _) => optim.SGD(parameters, 0.02),
        });
        var result = trainer.Train(new[] { (randn(4, 3), randn(4, 1)) });
        Assert.Equal([0.02, 0.01], result.Epochs.Select(epoch => Math.Round(epoch.LearningRate, 12)));
    }

    [Fact]
    public void ClipsTheGradientByItsTotalNorm()
    {
        using var scope = NewDisposeScope();
        var plain = new TrainerOptions
        {
            LearningRate = 1, LearningRateSchedule = null, LearningRateFactors = new Dictionary<string,
            double>()
        };
        var (_, gradients) = Moves(plain);
        double Norm(IEnumerable<Tensor> tensors) => Math.Sqrt(tensors.Sum(tensor => tensor.square().sum().item<double>()));
        var norm = Norm(gradients.Values);
        var (moves, clipped) = Moves(plain with { MaxGradientNorm = norm / 3 });
        Assert.Equal(norm / 3, Norm(moves.Values), 9);
        Assert.All(gradients, entry => Assert.True(clipped[entry.Key].allclose(entry.Value / 3, 1e-9, 1e-14), entry.Key));
        Assert.Equal(norm, Norm(Moves(plain with { MaxGradientNorm = norm * 2 }).Moves.Values), 9);
    }

    [Fact]
    public void BoundsHoldAfterEveryStep()
    {
        random.manual_seed(1);
        using var scope = NewDisposeScope();
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            Epochs = 5, LearningRate = 0.5, FitLoss = FitLoss.SquaredError,
            Bounds = new Dictionary<string, Bounds> { ["log_sigma"] = (-4, -3.5) },
            Hooks = [(self, _) => Assert.InRange(self.Model.Arena.Families[0].Flat[1].max().item<float>(), -4, -3.5)],
        });
        trainer.Train(new[] { (randn(4, 3), randn(4, 1)) });
        Assert.True(model.Arena.Families[0].Flat[1].min().item<float>() >= -4);
    }

    [Fact]
    public void RefusesOptionsThatNameNothing()
    {
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        string Refused(TrainerOptions options)
        {
            using var scope = NewDisposeScope();
            using var trainer = model.CreateTrainer(options with { FitLoss = FitLoss.SquaredError });
            return Assert.Throws<ArgumentException>(() => trainer.Train(new[] { (randn(4, 3), randn(4, 1)) })).Message;
        }

        Assert.Contains("'log_sigm'", Refused(new() { LearningRateFactors = new Dictionary<string, double> { ["log_sigm"] = 2 } }));
        Assert.Contains("'mu', 'log_sigma'", Refused(new() { Bounds = new Dictionary<string, Bounds> { ["log_alpha"] = (0, 1) } }));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.CreateTrainer(new() { MaxGradientNorm = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => model.CreateTrainer(new() { LearningRateFactors = new Dictionary<string, double> { ["mu"] = -1 } }));
        Assert.Throws<ArgumentException>(
            () => model.CreateTrainer(new() { Bounds = new Dictionary<string, Bounds> { ["mu"] = (1, 0) } }));
    }

    [Fact]
    public void StartsFromATrainedPlainNetwork()
    {
        random.manual_seed(2);
        using var scope = NewDisposeScope();
        var (x, y) = (randn(32, 1, 28, 28), randint(10, [32]));
        var plain = new MixedClassifier();
        using (var optimizer = optim.Adam(plain.parameters(), 1e-2))
        {
            for (var i = 0; i < 5; i++)
            {
                optimizer.zero_grad();
                functional.cross_entropy(plain.call(x), y).backward();
                optimizer.step();
            }
        }

        plain.eval();
        var expected = plain.call(x).detach().clone();
        using var model = new BayesianMixedClassifier(plain);
        Rounding.AssertSame(expected, model.call(x));
        model.UseMap();
        Rounding.AssertSame(expected, model.call(x));
    }

    [Theory]
    [InlineData(SparseDropout, -3.0, 0.86, 0.90)]
    [InlineData(LogUniform, 0.0, 0.80, 0.60)]
    public void DefaultsGiveAnAccurateNetworkThatPrunes(Family family, double threshold, double accuracy, double pruned) =>
        Prunes(family, threshold, accuracy, pruned, factors: null);

    /// <summary>What is left to Gaussian predictions by default, and what pruning by signal to noise wants.</summary>
    [Fact]
    public void AGaussianNetworkPrunesWithAFasterLogSigma() =>
        Prunes(Gaussian, -1, 0.88, 0.70, new Dictionary<string, double> { ["Gaussian.log_sigma"] = 3 });

    private static void Prunes(
        Family family, double threshold, double accuracy, double pruned, IReadOnlyDictionary<string, double>? factors)
    {
        random.manual_seed(3);
        using var train = SyntheticDigits.Create(10_000, seed: 1);
        using var test = SyntheticDigits.Create(1_000, seed: 2);
        IBayesianNetwork model = family switch
        {
            SparseDropout => new BayesianSparseDigits(new SparseDigits()),
            LogUniform => new BayesianLogUniformDigits(new LogUniformDigits()),
            _ => new BayesianGaussianDigits(new GaussianDigits()),
        };
        using var network = (Module<Tensor, Tensor>)model;
        using var trainer = new VariationalTrainer(
            model, network.call, new ElboLoss(),
            new TrainerOptions { Epochs = 5, Metrics = [Metric.Accuracy], ElboSamples = 0, LearningRateFactors = factors });
        trainer.Train(train);
        var (whole, small) = (trainer.Evaluate(test), trainer.Evaluate(test, threshold));
        Assert.True(whole.Accuracy >= accuracy + 0.02, $"accuracy {whole.Accuracy:P1}");
        Assert.True(small.Accuracy >= accuracy, $"accuracy {small.Accuracy:P1} once pruned");
        var part = (double)small.Pruning.Pruned / small.Pruning.BayesianWeights;
        Assert.True(part >= pruned, $"{part:P1} pruned");
    }

    /// <summary>
    /// One step of gradient descent on a network with deterministic weights: how far each tensor moved, and its gradient.
    /// </summary>
    private static (Dictionary<string, Tensor> Moves, Dictionary<string, Tensor> Gradients) Moves(TrainerOptions options)
    {
        random.manual_seed(4);
        using var model = new BayesianHalf(new Half());
        model.to(ScalarType.Float64);
        var (x, y) = (randn(4, 3, dtype: ScalarType.Float64), randn(4, 1, dtype: ScalarType.Float64));
        var before = model.Arena.Parameters().ToDictionary(entry => entry.Name, entry => entry.Parameter.detach().clone());
        using var trainer = model.CreateTrainer(options with
        {
            Epochs = 1,
            FitLoss = FitLoss.SquaredError,
            Beta = 1.0,
            Seed = 5,
            Optimizer = (parameters, rate) => optim.SGD(parameters, rate),
        });
        trainer.Train(new[] { (x, y) });
        return (
            model.Arena.Parameters().ToDictionary(entry => entry.Name, entry => entry.Parameter.detach() - before[entry.Name]),
            model.Arena.Parameters().ToDictionary(entry => entry.Name, entry => entry.Parameter.grad!.clone()));
    }
}

/// <summary>A Bayesian layer and a plain one.</summary>
public sealed class Half : Module<Tensor, Tensor>
{
    [Bayesian(Gaussian, InitialLogSigma = -1)] private readonly Linear hidden = Linear(3, 5);
    private readonly Linear output = Linear(5, 1);

    public Half() : base(nameof(Half)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(hidden.call(x).tanh());
}

/// <summary>Reads digits; as its annotation leaves everything.</summary>
[Bayesian(SparseDropout)]
public sealed class SparseDigits : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(784, 100);
    private readonly Linear output = Linear(100, 10);

    public SparseDigits() : base(nameof(SparseDigits)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(functional.relu(hidden.call(x.flatten(1))));
}

/// <inheritdoc cref="SparseDigits"/>
[Bayesian(LogUniform)]
public sealed class LogUniformDigits : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(784, 100);
    private readonly Linear output = Linear(100, 10);

    public LogUniformDigits() : base(nameof(LogUniformDigits)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(functional.relu(hidden.call(x.flatten(1))));
}

/// <inheritdoc cref="SparseDigits"/>
[Bayesian(Gaussian)]
public sealed class GaussianDigits : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(784, 100);
    private readonly Linear output = Linear(100, 10);

    public GaussianDigits() : base(nameof(GaussianDigits)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(functional.relu(hidden.call(x.flatten(1))));
}
