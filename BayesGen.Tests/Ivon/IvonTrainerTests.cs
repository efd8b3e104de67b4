using BayesGen.Data;
using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

/// <summary>Training by IVON: what it finds, what it reports, and what it refuses.</summary>
[Trait("Lane", "Slow")]
public partial class IvonTrainerTests
{
    private const int Count = 60;
    private const double Noise = 0.5;

    /// <summary>
    /// Linear regression under N(0, 0.5^2): precision P = X'X / s^2 + 4 I, mean P^-1 X'y / s^2, and the best factorized Gaussian has that
    /// mean and variances 1 / P_ii. A single curvature from 8 draws has a relative standard deviation of at most sqrt(3 / 8), the running
    /// mean of them sqrt((1 - b2) / (1 + b2)) of that, 1.9 %, and sigma half of it: 5 % are five standard deviations.
    /// </summary>
    [Fact]
    public void FindsTheConjugatePosterior()
    {
        using var model = new BayesianNarrowLine(new NarrowLine());
        Check(model, model.CreateIvonTrainer, samples: 8, () => model.Posterior.Line.Weight);
    }

    /// <summary>Noise at the outputs gives the same curvatures from less noise.</summary>
    [Fact]
    public void FindsTheConjugatePosteriorWithLocalNoise()
    {
        using var model = new BayesianNarrowLocalLine(new NarrowLocalLine());
        Check(model, model.CreateIvonTrainer, samples: 2, () => model.Posterior.Line.Weight);
    }

    private static void Check(
        IBayesianNetwork model, Func<TrainerOptions, IvonOptions, VariationalTrainer> create, int samples,
        Func<GaussianPosterior> posterior)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        ((Module)model).to(ScalarType.Float64);
        var (x, y) = Data();
        using var trainer = create(
            new TrainerOptions
            {
                Epochs = 3000, Samples = samples, LearningRateSchedule = progress =>
                    Math.Pow(1 - progress, 2), FitLoss = FitLoss.Gaussian(Noise),
            },
            new IvonOptions { InitialCurvature = 1, Beta2 = 0.998, LearningRate = 0.1, TrustRadius = null });
        trainer.Train(new[] { (x, y) });

        var precision = x.t().matmul(x) / (Noise * Noise) + eye(2, dtype: ScalarType.Float64) * 4;
        var mean = linalg.solve(precision, x.t().matmul(y) / (Noise * Noise)).flatten();
        var sigma = precision.diagonal().rsqrt();
        var found = posterior();
        var meanError = ((found.Mu.flatten() - mean).abs() / sigma).max().item<double>();
        Assert.True(meanError < 0.1, $"the mean is {meanError:F3} standard deviations off");
        var sigmaError = (found.LogSigma.flatten() - sigma.log()).abs().max().item<double>();
        Assert.True(sigmaError < 0.05, $"sigma is {sigmaError:P1} off");
    }

    /// <summary>A step by hand: gradients and curvatures of the draws are averaged, then the paper's formulas.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void AStepFollowsTheFormulaOnTheMeanOfTheSamples(int samples)
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianNarrowLine(new NarrowLine());
        model.to(ScalarType.Float64);
        var (x, y) = Data();
        var posterior = model.Posterior.Line.Weight;
        const double Curvature = 0.4, Size = 120, Decay = 1 / (Size * 0.25);
        using var steps = new IvonSteps(
            model.Arena, new TrainerOptions { Samples = samples },
            new IvonOptions { InitialCurvature = Curvature, LearningRate = 0.2, TrustRadius = null },
            () => Size, isFresh: true);
        var (mu, a) = (posterior.Mu.flatten().clone(), Curvature + Decay);
        Assert.True((posterior.LogSigma + Math.Log(Size * a) / 2).abs().max().item<double>() < 1e-14);
        var (gradients, curvatures) = (zeros_like(mu), zeros_like(mu));
        for (var k = 0; k < samples; k++)
        {
            using var draw = model.Draw();
            steps.Backward(draw, FitLoss.SquaredError.Mean(model.call(x), y) / samples);
            var w = draw["line.weight"].flatten();
            var gradient = x.t().matmul(x.matmul(w.unsqueeze(1)) - y).flatten() * (2.0 / Count);
            gradients += gradient / samples;
            curvatures += Size * a * (w - mu) * gradient / samples;
        }

        steps.Step();
        var h = 0.999 * Curvature + 0.001 * curvatures + 0.5 * ((curvatures - Curvature) * 0.001).square() / a;
        var expected = mu - 0.2 * (gradients + Decay * mu) / (h + Decay);
        Assert.True((posterior.Mu.flatten() - expected).abs().max().item<double>() < 1e-13);
        Assert.True((posterior.LogSigma.flatten() + (Size * (h + Decay)).log() / 2).abs().max().item<double>() < 1e-13);
        model.Draw().Dispose(); // Nothing is left in the gradients.
    }

    /// <summary>The kernels and autograd, which serves other devices and dtypes, go the same way.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public void SamplesByKernelAndByGraphAreEqual(int samples, bool isPruned)
    {
        using var scope = NewDisposeScope();
        var results = new List<List<Tensor>>();
        foreach (var byGraph in new[] { false, true })
        {
            random.manual_seed(4);
            var model = new BayesianHeaded(new Headed());
            model.to(ScalarType.Float64);
            if (isPruned)
            {
                // The head keeps its weights: a layer that loses all of them is refused.
                var median = model.Arena.Families[0].Posterior.Score().median().item<double>();
                var thresholds = new Thresholds { [Family.Gaussian] = median, ["head.weight"] = -1000 };
                Assert.NotEqual(0, model.Prune(thresholds).Pruned);
            }

            if (byGraph)
                model.Arena.Families[0].DrawByGraph();
            using var trainer = model.CreateIvonTrainer(
                new TrainerOptions { Epochs = 12, Samples = samples, FitLoss = FitLoss.SquaredError, Seed = 3 },
                new IvonOptions { InitialCurvature = 1, Beta2 = 0.9 });
            trainer.Train(new[] { (randn(20, 3, dtype: ScalarType.Float64), randn(20, 1, dtype: ScalarType.Float64)) });
            results.Add([.. model.parameters()]);
        }

        Assert.All(results[0].Zip(results[1]), pair => Assert.True((pair.First - pair.Second).abs().max().item<double>() < 1e-11));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void ResumesBitForBit(int samples)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(5);
        var options = new TrainerOptions { Samples = samples };
        var (x, y) = (randn(20, 3), randn(20, 1));
        using var whole = new BayesianHeaded(new Headed());
        using var half = new BayesianHeaded(new Headed());
        using var steps = New(whole, isFresh: true);
        Run(whole, steps, 5, seed: 1);
        // Another trainer on another network: the posterior is the network's to load, the rest is the state of the steps.
        half.load_state_dict(whole.state_dict());
        using var resumed = New(half, isFresh: false);
        resumed.LoadState(steps.StateTensors, steps.StateNumbers);
        Run(whole, steps, 7, seed: 2);
        Run(half, resumed, 7, seed: 2);
        Assert.Equal(["Gaussian.momentum", "Gaussian.precision"], steps.StateTensors.Keys.Order());
        Assert.All(steps.StateTensors, entry => Assert.True(TensorBits.Same(entry.Value, resumed.StateTensors[entry.Key]), entry.Key));
        Assert.Equal(steps.StateNumbers, resumed.StateNumbers);
        Assert.All(whole.state_dict(), entry => Assert.True(TensorBits.Same(entry.Value, half.state_dict()[entry.Key]), entry.Key));

        var cut = steps.StateTensors.ToDictionary(entry => entry.Key, entry => entry.Value.narrow(0, 0, 2));
        Assert.Contains("'Gaussian.", Assert.Throws<ArgumentException>(() => resumed.LoadState(cut, steps.StateNumbers)).Message);
        Assert.Contains("precision", Assert.Throws<ArgumentException>(
            () => resumed.LoadState(steps.StateTensors.Take(1).ToDictionary(), steps.StateNumbers)).Message);

        // Plain gradient descent for the deterministic weights, which has no state of its own.
        IvonSteps New(IBayesianNetwork model, bool isFresh) => new(
            model.Arena, options with { Optimizer = (parameters, rate) => optim.SGD(parameters, rate) }, new IvonOptions(), () =>
                20, isFresh);

        void Run(BayesianHeaded model, IvonSteps by, int count, int seed)
        {
            for (var step = 0; step < count; step++)
            {
                model.Arena.ZeroGradients(setToNone: false);
                for (var k = 0; k < samples; k++)
                {
                    using var draw = model.Draw(100 * seed + 10 * step + k);
                    by.Backward(draw, FitLoss.SquaredError.Mean(model.call(x), y) / samples);
                }

                by.Step();
            }
        }
    }

    [Fact]
    public void ReportsTheElbo()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(6);
        using var model = new BayesianHeaded(new Headed());
        var data = new TensorDataSet(randn(40, 3), randn(40, 1));
        var options = new TrainerOptions { Epochs = 2, FitLoss = FitLoss.SquaredError, ElboSamples = 4 };
        using var elbo = model.CreateTrainer(options with { Beta = 1 });
        var before = elbo.Evaluate(data).Divergence;
        var steps = new List<StepResult>();
        using var trainer = model.CreateIvonTrainer(
            options with { Hooks = [(_, step) => steps.Add(step)] }, new IvonOptions { InitialCurvature = null });
        trainer.Train(data);
        Assert.Equal(before, steps[0].Divergence, before * 1e-5);
        Assert.All(steps, step => Assert.Equal(step.Fit + step.Divergence / 40, step.Total, 1e-4));
        var (mine, theirs) = (trainer.Evaluate(data), elbo.Evaluate(data));
        Assert.Equal(theirs.Divergence, mine.Divergence, theirs.Divergence * 1e-5);
        Assert.Equal(theirs.Elbo, mine.Elbo, Math.Abs(theirs.Elbo) * 1e-5);
        // The prior is where the weight decay comes from, and it stays.
        Assert.Equal(new GaussianPrior(0.5), model.Prior.Head.Weight);
    }

    private static (Tensor X, Tensor Y) Data()
    {
        random.manual_seed(2);
        var x = randn(Count, 2, dtype: ScalarType.Float64);
        // Correlated inputs, so that the factorized posterior is narrower than the marginals.
        x = cat([x.narrow(1, 0, 1), x.narrow(1, 0, 1) * 0.7 + x.narrow(1, 1, 1)], 1);
        return (x, x.matmul(tensor(new[] { 0.8, -1.3 }).unsqueeze(1)) + randn(Count, 1, dtype: ScalarType.Float64) * Noise);
    }
}

/// <summary>A line whose weights are narrow beforehand.</summary>
public sealed class NarrowLine : Module<Tensor, Tensor>
{
    [Bayesian(Gaussian, PriorScale = 0.5)] private readonly Linear line = Linear(2, 1, hasBias: false);

    public NarrowLine() : base(nameof(NarrowLine)) => RegisterComponents();

    public override Tensor forward(Tensor x) => line.call(x);
}

/// <summary>The same with the noise at its output.</summary>
public sealed class NarrowLocalLine : Module<Tensor, Tensor>
{
    [Bayesian(Gaussian, PriorScale = 0.5, Estimator = Estimator.Local)] private readonly Linear line = Linear(2, 1, hasBias: false);

    public NarrowLocalLine() : base(nameof(NarrowLocalLine)) => RegisterComponents();

    public override Tensor forward(Tensor x) => line.call(x);
}

/// <summary>A plain body under Gaussian layers with priors of their own.</summary>
public sealed class Headed : Module<Tensor, Tensor>
{
    private readonly Linear body = Linear(3, 6);
    [Bayesian(Gaussian)] private readonly Linear middle = Linear(6, 5);
    [Bayesian(Gaussian, PriorScale = 0.5, InitialLogSigma = -3)] private readonly Linear head = Linear(5, 1);

    public Headed() : base(nameof(Headed)) => RegisterComponents();

    public override Tensor forward(Tensor x) => head.call(middle.call(body.call(x).tanh()).tanh());
}

/// <summary>One hidden layer.</summary>
[Bayesian(Gaussian)]
public sealed class DigitReader : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(28 * 28, 64);
    private readonly Linear output = Linear(64, 10);

    public DigitReader() : base(nameof(DigitReader)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(functional.relu(hidden.call(x.flatten(1))));
}
