using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

/// <summary>The variational Renyi bound as a number, where the evidence is known, and its gradient.</summary>
[Trait("Lane", "Slow")]
public class RenyiBoundTests
{
    private const int Count = 12;
    private const double Noise = 0.5;
    private const int Draws = 20_000;

    /// <summary>
    /// With a Gaussian q and a Gaussian joint density, q^alpha p^(1 - alpha) is Gaussian, and the bound has a closed form. The estimate
    /// from many draws is that number; it falls as alpha rises, from above the evidence through it to the ELBO and below.
    /// </summary>
    [Fact]
    public void TheBoundMatchesAModelWithKnownEvidence()
    {
        random.manual_seed(1);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var noise = new NoiseSource(4);
        var x = randn(Count, 2, dtype: ScalarType.Float64);
        var y = x.matmul(tensor(new[] { 0.8, -1.3 }).unsqueeze(1)) + randn(Count, 1, dtype: ScalarType.Float64) * Noise;
        // The marginals of the posterior, a little wider than the best factorized q, so that the bounds differ.
        var precision = x.t().matmul(x) / (Noise * Noise) + eye(2, dtype: ScalarType.Float64);
        var posterior = GaussianPosterior.Over([
            linalg.solve(precision, x.t().matmul(y) / (Noise * Noise)).flatten() + 0.02, precision.inverse().diagonal().log() * 0.5 + 0.1]);

        var prior = new GaussianPrior();
        var fits = new List<Tensor>();
        var divergences = new List<Tensor>();
        for (var k = 0; k < Draws; k++)
        {
            var w = posterior.Sample(noise);
            fits.Add(FitLoss.Gaussian(Noise).Mean(x.matmul(w.unsqueeze(1)), y));
            divergences.Add((posterior.LogProb(w) - prior.LogProb(w)).sum());
        }

        double Bound(double alpha) => -Count * new RenyiLoss(alpha).Aggregate(fits, divergences, 1, Count).Bound.item<double>();
        var evidence = Exact(0, x, y, posterior);
        Assert.Equal(evidence, Evidence(x, y), 10);
        double[] alphas = [-0.5, 0, 0.25, 0.5, 0.9, 1, 1.5];
        double[] bounds = [.. alphas.Select(Bound)];
        foreach (var (alpha, bound) in alphas.Zip(bounds))
        {
            var exact = alpha == 1 ? Elbo(x, y, posterior) : Exact(alpha, x, y, posterior);
            Assert.True(Math.Abs(bound - exact) < 0.02, $"alpha {alpha}: bound {bound:F4}, in closed form {exact:F4}");
        }

        Assert.All(bounds.Zip(bounds.Skip(1)), pair => Assert.True(pair.First > pair.Second, "the bound does not fall as alpha rises"));
        Assert.True(bounds[0] > evidence + 0.005 && bounds[2] < evidence - 0.005, "the evidence lies at alpha 0");
        Assert.True(evidence - Bound(1) > 0.05, "q is so good that the bounds cannot be told apart");
    }

    [Fact]
    public void ApproachesTheElboAtOrderOneInValueAndGradient()
    {
        // A prior without a closed form, so that ElboLoss estimates from the draws too.
        var elbo = StepOf(new ElboLoss(), 5);
        Assert.Equal(elbo.Value, StepOf(new RenyiLoss(1), 5).Value, 12);
        foreach (var (alpha, tolerance) in ((double, double)[])[(1, 1e-12), (1 - 1e-6, 1e-5), (1 + 1e-6, 1e-5)])
        {
            var renyi = StepOf(new RenyiLoss(alpha), 5);
            Assert.Equal(elbo.Value, renyi.Value, tolerance);
            Assert.All(elbo.Gradients.Zip(renyi.Gradients),
                pair => Assert.Equal(0, (pair.First - pair.Second).abs().max().item<double>(), tolerance));
        }

        // And far from it, it is not.
        Assert.True((elbo.Gradients[0] - StepOf(new RenyiLoss(0), 5).Gradients[0]).abs().max().item<double>() > 1e-3);
    }

    /// <summary>
    /// The bound of several streamed draws is a function of the posterior, of the deterministic weights and of the prior; what a step
    /// leaves as gradient is its derivative, the part through the prior included.
    /// </summary>
    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(2.0)]
    public void TheGradientMatchesTheReportedBound(double alpha)
    {
        using var scope = NewDisposeScope();
        using var model = Regressor();
        model.Prior.Hidden.SetAll(GaussianPrior.Trainable(0.4));
        var gradients = Step(model, new RenyiLoss(alpha), 4).Gradients;
        var compared = 0;
        foreach (var ((name, parameter), gradient) in model.Arena.Parameters().Zip(gradients).ToList())
        {
            foreach (var index in new[] { 0, parameter.numel() / 2, parameter.numel() - 1 }.Distinct())
            {
                double Shifted(double by)
                {
                    using (no_grad())
                        parameter[index] = parameter[index] + by;
                    var value = Step(model, new RenyiLoss(alpha), 4).Value;
                    using (no_grad())
                        parameter[index] = parameter[index] - by;
                    return value;
                }

                double Difference(double step) => (Shifted(step) - Shifted(-step)) / (2 * step);
                var expected = (4 * Difference(5e-4) - Difference(1e-3)) / 3;
                var actual = gradient[index].item<double>();
                Assert.True(
                    Math.Abs(actual - expected) < 1e-8 * Math.Max(1, gradient.abs().max().item<double>()),
                    $"{name}[{index}]: gradient {actual:G10}, difference {expected:G10}");
                compared++;
            }
        }

        Assert.Contains(model.Arena.Parameters(), entry => entry.Name == "Gaussian.prior");
        Assert.True(compared >= 8, $"only {compared} coordinates");
    }

    private static (double Value, List<Tensor> Gradients) StepOf(VariationalLoss loss, int draws)
    {
        var model = Regressor();
        model.Prior.Hidden.SetAll(new LaplacePrior(0.3));
        model.Prior.Output.SetAll(new LaplacePrior(0.3));
        return Step(model, loss, draws);
    }

    /// <summary>One step of the trainer that moves nothing: its loss, and the gradients it leaves.</summary>
    private static (double Value, List<Tensor> Gradients) Step(BayesianGaussianRegressor model, VariationalLoss loss, int draws)
    {
        random.manual_seed(5);
        var (x, y) = (randn(8, 3, dtype: ScalarType.Float64), randn(8, 1, dtype: ScalarType.Float64));
        double? value = null;
        using var trainer = new VariationalTrainer(model, model.call, loss, new TrainerOptions
        {
            Epochs = 1, Samples = draws, Seed = 9, BatchSize = 8, Shuffle = false, ExampleCount = 3, Beta = 0.7,
            FitLoss = FitLoss.SquaredError, Optimizer = (parameters, _) =>
                optim.SGD(parameters, 0.0), Hooks = [(_, step) => value = step.Total],
        });
        trainer.Train(new[] { (x, y) });
        return (value!.Value, [.. model.Arena.Parameters().Select(entry => entry.Parameter.grad!.clone())]);
    }

    private static BayesianGaussianRegressor Regressor()
    {
        random.manual_seed(77);
        var model = new BayesianGaussianRegressor(new GaussianRegressor());
        model.to(ScalarType.Float64);
        using (no_grad())
            model.Arena.Families.Single().Flat[1].fill_(-1.5);
        return model;
    }

    /// <summary>log N(y; 0, X X' + s^2 I).</summary>
    private static double Evidence(Tensor x, Tensor y)
    {
        var covariance = x.matmul(x.t()) + eye(Count, dtype: ScalarType.Float64) * (Noise * Noise);
        return -0.5 * (
            y.t().matmul(linalg.solve(covariance, y)).item<double>() + LogDeterminant(covariance) + Count * Math.Log(2 * Math.PI));
    }

    /// <summary>log(integral of q^alpha p(y, w)^(1 - alpha)) / (1 - alpha): the integral of a Gaussian in two dimensions.</summary>
    private static double Exact(double alpha, Tensor x, Tensor y, GaussianPosterior q)
    {
        // -2 log of each factor is w'Aw - 2 b'w + c.
        var ofQ = (q.LogSigma * -2).exp();
        var (a, b) = (diag(ofQ), (ofQ * q.Mu).unsqueeze(1));
        var c = (ofQ * q.Mu.square()).sum().item<double>() + 2 * q.LogSigma.sum().item<double>() + 2 * Math.Log(2 * Math.PI);
        var precision = x.t().matmul(x) / (Noise * Noise) + eye(2, dtype: ScalarType.Float64);
        var linear = x.t().matmul(y) / (Noise * Noise);
        var constant = y.square().sum().item<double>() / (Noise * Noise)
            + Count * Math.Log(2 * Math.PI * Noise * Noise) + 2 * Math.Log(2 * Math.PI);
        var mixed = a * alpha + precision * (1 - alpha);
        var pull = b * alpha + linear * (1 - alpha);
        var log = 0.5 * pull.t().matmul(linalg.solve(mixed, pull)).item<double>() - 0.5 * (alpha * c + (1 - alpha) * constant)
            + Math.Log(2 * Math.PI) - 0.5 * LogDeterminant(mixed);
        return log / (1 - alpha);
    }

    /// <summary>log p(y) - KL(q || posterior) for Gaussians.</summary>
    private static double Elbo(Tensor x, Tensor y, GaussianPosterior q)
    {
        var precision = x.t().matmul(x) / (Noise * Noise) + eye(2, dtype: ScalarType.Float64);
        var offset = q.Mu.unsqueeze(1) - linalg.solve(precision, x.t().matmul(y) / (Noise * Noise));
        var kl = 0.5 * (
            (precision.diagonal() * q.Variance()).sum().item<double>() - 2 + offset.t().matmul(precision).matmul(offset).item<double>()
            - LogDeterminant(precision) - 2 * q.LogSigma.sum().item<double>());
        return Evidence(x, y) - kl;
    }

    private static double LogDeterminant(Tensor positive) => positive.logdet().item<double>();
}
