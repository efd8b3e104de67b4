using static TorchSharp.torch.nn;
using static BayesGen.Family;
using TorchSharp.Modules;

namespace BayesGen.Tests;

/// <summary>
/// Bayesian linear regression has its posterior in closed form, so the whole road (scaling, draws, gradients, optimizer) is held against
/// the truth: precision P = X'X / s^2 + I, mean P^-1 X'y / s^2, and the best factorized Gaussian has that mean and variances 1 / P_ii.
/// </summary>
public class ConjugateRegressionTests
{
    private const int Count = 60;
    private const double Noise = 0.5;

    [Fact]
    public void WeightSamplesFindThePosterior()
    {
        using var model = new BayesianLine(new Line());
        Check(model, model.CreateTrainer, samples: 8, () => model.Posterior.Line.Weight);
    }

    [Fact]
    public void LocalNoiseFindsThePosterior()
    {
        using var model = new BayesianLocalLine(new LocalLine());
        Check(model, model.CreateTrainer, samples: 2, () => model.Posterior.Line.Weight);
    }

    private static void Check(
        IBayesianNetwork model, Func<TrainerOptions, VariationalTrainer> createTrainer, int samples, Func<GaussianPosterior> posterior)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        ((Module)model).to(ScalarType.Float64);
        var x = randn(Count, 2, dtype: ScalarType.Float64);
        // Correlated inputs, so that the factorized posterior is narrower than the marginals and the two cannot be mixed up.
        x = cat([x.narrow(1, 0, 1), x.narrow(1, 0, 1) * 0.7 + x.narrow(1, 1, 1)], 1);
        var y = x.matmul(tensor(new[] { 0.8, -1.3 }).unsqueeze(1)) + randn(Count, 1, dtype: ScalarType.Float64) * Noise;
        using var trainer = createTrainer(new TrainerOptions
        {
            Epochs = 1500, Samples = samples, LearningRate = 2e-2, LearningRateSchedule = progress => Math.Pow(1 - progress, 2),
            FitLoss = FitLoss.Gaussian(Noise),
        });
        trainer.Train(new[] { (x, y) });

        var precision = x.t().matmul(x) / (Noise * Noise) + eye(2, dtype: ScalarType.Float64);
        var mean = linalg.solve(precision, x.t().matmul(y) / (Noise * Noise)).flatten();
        var sigma = precision.diagonal().rsqrt();
        var found = posterior();
        var meanError = ((found.Mu.flatten() - mean).abs() / sigma).max().item<double>();
        Assert.True(meanError < 0.1, $"the mean is {meanError:F3} standard deviations off");
        var sigmaError = (found.LogSigma.flatten() - sigma.log()).abs().max().item<double>();
        Assert.True(sigmaError < 0.05, $"sigma is {sigmaError:P1} off");
    }
}

/// <summary>The same line with the noise at its output.</summary>
public sealed class LocalLine : Module<Tensor, Tensor>
{
    [Bayesian(Gaussian, Estimator = Estimator.Local)] private readonly Linear line = Linear(2, 1, hasBias: false);

    public LocalLine() : base(nameof(LocalLine)) => RegisterComponents();

    public override Tensor forward(Tensor x) => line.call(x);
}
