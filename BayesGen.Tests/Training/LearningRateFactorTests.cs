using BayesGen.Data;
using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests;

/// <summary>Which parameter moves at which part of the learning rate.</summary>
public class LearningRateFactorTests
{
    [Fact]
    public void ASharedParameterNameHasTheFactorOfEachFamily() => Same(
        new()
        {
            ["LogUniform.mu"] = 1, ["LogUniform.log_sigma"] = 3, ["LogUniform.scale_mu"] = 1, ["LogUniform.log_alpha"] = 3,
            ["Gaussian.mu"] = 1, ["Gaussian.log_sigma"] = 1, ["SparseDropout.mu"] = 1, ["SparseDropout.log_sigma2"] = 3,
            ["deterministic"] = 1,
        },
        Factors(null));

    [Fact]
    public void AUserDictionaryReplacesTheFactorsOfTheFamilies()
    {
        Assert.All(Factors([]), entry => Assert.Equal(1, entry.Value, 12));
        Same(
            new()
            {
                ["LogUniform.mu"] = 1, ["LogUniform.log_sigma"] = 5, ["LogUniform.scale_mu"] = 1, ["LogUniform.log_alpha"] = 1,
                ["Gaussian.mu"] = 1, ["Gaussian.log_sigma"] = 5, ["SparseDropout.mu"] = 1, ["SparseDropout.log_sigma2"] = 1,
                ["deterministic"] = 2,
            },
            Factors(new() { ["log_sigma"] = 5, ["deterministic"] = 2 }));
    }

    [Fact]
    public void ANameWithAFamilyAppliesToThatFamilyOnly()
    {
        var factors = Factors(new() { ["log_sigma"] = 5, ["Gaussian.log_sigma"] = 0.5, ["SparseDropout.mu"] = 2 });
        Assert.Equal(5, factors["LogUniform.log_sigma"], 12);
        Assert.Equal(0.5, factors["Gaussian.log_sigma"], 12);
        Assert.Equal(2, factors["SparseDropout.mu"], 12);
        Assert.Equal(1, factors["Gaussian.mu"], 12);
    }

    [Fact]
    public void RefusesAFactorOfAMissingParameter()
    {
        Assert.Contains(
            "'Gaussian.log_alpha'", Assert.Throws<ArgumentException>(() => Factors(new() { ["Gaussian.log_alpha"] = 3 })).Message);
        Assert.Contains(
            "'Gaussian.deterministic'", Assert.Throws<ArgumentException>(() => Factors(new() { ["Gaussian.deterministic"] = 3 })).Message);
    }

    [Fact]
    public void BoundsAcceptTheNameOfAFamily()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianThreeFamilies(new ThreeFamilies());
        using var trainer = new VariationalTrainer(model, model.call, new ElboLoss(), new TrainerOptions
        {
            Epochs = 1, FitLoss = FitLoss.SquaredError, Bounds = new Dictionary<string, Interval> { ["Gaussian.log_sigma"] = (-2, -1) },
        });
        trainer.Train(new[] { (randn(4, 3), randn(4, 2)) });
        Assert.Equal(-2, Of("Gaussian"), 6);
        Assert.True(Of("LogUniform") < -4);

        double Of(string family) => model.Arena.Families.Single(arena => arena.Family.Name == family).Flat[1].max().item<float>();
    }

    /// <summary>
    /// With log_sigma at three times the rate the weights that 1,500 digits do not determine reach the noise of the prior, and the answers
    /// are 0.1 nats worse.
    /// </summary>
    [Fact]
    public void GaussianPredictionsAreConfidentWhereTheyAreRight()
    {
        random.manual_seed(1);
        using var train = SyntheticDigits.Create(1_500, seed: 1);
        using var test = SyntheticDigits.Create(1_000, seed: 2);
        using var model = new BayesianDigitReader(new DigitReader());
        using var trainer = model.CreateTrainer(new TrainerOptions { Epochs = 24, ElboSamples = 0, Seed = 1 });
        trainer.Train(train);
        var evaluation = model.EvaluatePredictions(test);
        Assert.True(evaluation.NegativeLogLikelihood < 0.41, $"NLL {evaluation.NegativeLogLikelihood:F3}");
        Assert.True(evaluation.ExpectedCalibrationError < 0.06, $"calibration error {evaluation.ExpectedCalibrationError:F3}");
    }

    /// <summary>What the rate of each tensor is multiplied by, as an optimizer is told.</summary>
    private static Dictionary<string, double> Factors(Dictionary<string, double>? factors)
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianThreeFamilies(new ThreeFamilies());
        const double Rate = 0.01;
        var found = new Dictionary<string, double>();
        var names = model.Arena.Parameters().ToDictionary(entry => entry.Parameter.Handle, entry => entry.Name);
        using var trainer = new VariationalTrainer(model, model.call, new ElboLoss(), new TrainerOptions
        {
            Epochs = 1, FitLoss = FitLoss.SquaredError, LearningRate = Rate, LearningRateFactors = factors,
            Optimizer = (parameters, rate) =>
            {
                foreach (var parameter in parameters)
                    found.Add(names[parameter.Handle], rate / Rate);
                return optim.SGD(parameters, 0);
            },
        });
        trainer.Train(new[] { (randn(4, 3), randn(4, 2)) });
        return found;
    }

    private static void Same(Dictionary<string, double> expected, Dictionary<string, double> actual)
    {
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        Assert.All(expected, entry => Assert.Equal(entry.Value, actual[entry.Key], 12));
    }
}

/// <summary>A layer of each shipped family, and a plain one.</summary>
public sealed class ThreeFamilies : Module<Tensor, Tensor>
{
    [Bayesian(LogUniform)] private readonly Linear first = Linear(3, 4);
    [Bayesian(SparseDropout)] private readonly Linear second = Linear(4, 4);
    [Bayesian(Gaussian)] private readonly Linear third = Linear(4, 4);
    private readonly Linear output = Linear(4, 2);

    public ThreeFamilies() : base(nameof(ThreeFamilies)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(third.call(second.call(first.call(x).tanh()).tanh()).tanh());
}
