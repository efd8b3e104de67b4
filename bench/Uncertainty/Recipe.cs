using BayesGen.Baselines;
using BayesGen.Data;
using BayesGen.Training;

namespace BayesGen.Benchmarks.Uncertainty;

/// <summary>How the networks are trained; every number is the same for all sets and numbers of epochs.</summary>
public static class Recipe
{
    /// <summary>What the figures depend on besides the code of the library; a run by another recipe is done again.</summary>
    public const string Version = "1";

    private const double LearningRate = 1e-3;

    /// <summary>
    /// The weight of the divergence. At 1 a long training gives up weights, and the answers become less sure than they are right: a
    /// posterior of independent weights has no other way to say what it does not know. So the bound is tempered.
    /// </summary>
    private const double Beta = 0.3;

    /// <summary>A plain network.</summary>
    public static DeterministicModel<DrawnLeNet5> Plain(TensorDataSet train, int epochs, int seed)
    {
        random.manual_seed(seed);
        var model = new DeterministicModel<DrawnLeNet5>(new DrawnLeNet5());
        using var trainer = model.CreateTrainer(Options(epochs, seed));
        trainer.Train(train);
        return model;
    }

    /// <summary>
    /// The plain network for a third of the epochs, and then a posterior around its weights by IVON. Both halves end at a rate of zero.
    /// </summary>
    public static BayesianDrawnLeNet5 Bayesian(TensorDataSet train, int epochs, int seed)
    {
        var first = Math.Max(1, (int)Math.Round(epochs / 3.0));
        using var plain = Plain(train, first, seed);
        var model = new BayesianDrawnLeNet5(plain.Distribution(() => new DrawnLeNet5()).Mean());
        using var trainer = model.CreateIvonTrainer(Options(Math.Max(1, epochs - first), seed) with { Beta = Beta });
        trainer.Train(train);
        return model;
    }

    /// <summary>The whole bound by Adam from a random start: what the other recipe is compared with.</summary>
    public static BayesianLocalLeNet5 FromScratch(TensorDataSet train, int epochs, int seed)
    {
        random.manual_seed(seed);
        var model = new BayesianLocalLeNet5(new LocalLeNet5());
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            Epochs = epochs,
            BatchSize = 200,
            LearningRate = 2e-3,
            ElboSamples = 0,
            Seed = seed,
        });
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
