using static BayesGen.Tests.OptionsAreValuesTests;

namespace BayesGen.Tests;

/// <summary>Weight decay is for what lies where weights lie.</summary>
public class WeightDecayTests
{
    /// <summary>A step with a rate far below the decay's: what moves is decayed.</summary>
    [Theory]
    [InlineData(true, "adamw")]
    [InlineData(false, "adamw")]
    [InlineData(false, "adam")]
    [InlineData(false, "sgd")]
    public void OnlyMeansAndPlainWeightsDecay(bool withDefaultFactors, string kind)
    {
        using var data = Examples();
        using var model = Model(1);
        model.Prior.First.Weight = GaussianPrior.Trainable(0.3);
        var options = Options() with
        {
            // Adam moves by its rate at most: there a large epsilon holds back what is not decayed.
            LearningRate = kind == "adam" ? 1e-2 : 1e-7,
            LearningRateSchedule = null,
            Beta = 0,
            Optimizer = (parameters, rate) => kind switch
            {
                "adam" => new FlatAdam(parameters, rate, eps: 1e3, weight_decay: 1e5),
                "adamw" => new FlatAdamW(parameters, rate, weight_decay: 1e6),
                _ => new FlatSgd(parameters, rate, weight_decay: 1e6),
            },
        };
        if (!withDefaultFactors)
            options = options with { LearningRateFactors = new Dictionary<string, double>() };
        using var trainer = model.CreateTrainer(options);
        var before = model.Arena.Parameters().ToDictionary(entry => entry.Name, entry => entry.Parameter.abs().mean().item<float>());
        trainer.Train(data);
        foreach (var (name, parameter) in model.Arena.Parameters())
        {
            var left = parameter.abs().mean().item<float>() / before[name];
            if (name is "Gaussian.mu" or "deterministic")
                Assert.True(left < 0.9, $"{name} has {left} left");
            else
                Assert.Equal(1, left, 1e-4);
        }
    }

    /// <summary>Two families of one network call a parameter mu: in one it is a mean, in the other the factor of a fixed weight.</summary>
    [Fact]
    public void AParameterDecaysByWhatItsOwnFamilySays()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianTwoMeanings(new TwoMeanings());
        var said = OptimizedParameter.Of(model.Arena.Inventory).ToDictionary(
            entry => entry.Name, entry => entry.HasWeightDecay);
        Assert.Equal((true, false), (said["Gaussian.mu"], said["PlainTimesUnits.mu"]));
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            Epochs = 1,
            LearningRate = 1e-7,
            Beta = 0,
            FitLoss = FitLoss.SquaredError,
            Optimizer = (parameters, rate) => new FlatAdamW(parameters, rate, weight_decay: 1e6),
        });
        var before = model.Arena.Parameters().ToDictionary(entry => entry.Name, entry => entry.Parameter.abs().mean().item<float>());
        trainer.Train(new[] { (ones(4, 3), zeros(4, 1)) });
        var left = model.Arena.Parameters().ToDictionary(
            entry => entry.Name, entry => entry.Parameter.abs().mean().item<float>() / before[entry.Name]);
        Assert.Equal(0.9, left["Gaussian.mu"], 1e-3);
        Assert.Equal(0.9, left["PlainTimesUnits.weight"], 1e-3);
        Assert.Equal(1, left["PlainTimesUnits.mu"], 1e-4);
    }

    [Fact]
    public void WithoutWeightDecayEachRateHasOneOptimizer()
    {
        using var data = Examples();
        using var model = Model(1);
        var made = new List<double>();
        using var trainer = model.CreateTrainer(Options() with
        {
            LearningRate = 0.001,
            LearningRateFactors = new Dictionary<string, double> { ["log_sigma"] = 3 },
            Optimizer = (parameters, rate) =>
            {
                made.Add(rate);
                return new FlatAdam(parameters, rate);
            },
        });
        trainer.Train(data);
        Assert.Equal([0.001, 0.003], made.Order().Select(rate => Math.Round(rate, 9)));
    }
}
