using BayesGen.Baselines;
using BayesGen.Data;
using BayesGen.Training;

namespace BayesGen.Benchmarks.Uncertainty;

/// <summary>
/// How the networks are trained: the plain one first, then a posterior around its weights by a tempered bound, both until the learning
/// rate is zero.
/// </summary>
public static class Recipe
{
    /// <summary>What the figures depend on besides the code of the library; a run by another recipe is done again.</summary>
    public const string Version = "1";

    private const double LearningRate = 1e-3;

    /// <summary>A plain network.</summary>
    public static DeterministicModel<LeNet5> Plain(TensorDataSet train, int epochs, int seed)
    {
        random.manual_seed(seed);
        var model = new DeterministicModel<LeNet5>(new LeNet5());
        using var trainer = model.CreateTrainer(Options(epochs, seed));
        trainer.Train(train);
        return model;
    }

    /// <summary>A Bayesian network.</summary>
    public static BayesianLeNet5 Bayesian(TensorDataSet train, int epochs, int seed)
    {
        random.manual_seed(seed);
        var first = Math.Max(1, epochs / 3);
        using var plain = Plain(train, first, seed);
        var model = new BayesianLeNet5(plain.Distribution(() => new LeNet5()).Mean());
        using var trainer = model.CreateTrainer(Options(Math.Max(1, epochs - first), seed) with { Beta = 0.2 });
        trainer.Train(train);
        return model;
    }

    private static TrainerOptions Options(int epochs, int seed) => new()
    {
        Epochs = epochs,
        LearningRate = LearningRate,
        LearningRateSchedule = LearningRateSchedules.LinearDecay(),
        ElboSamples = 0,
        Seed = seed,
    };
}
