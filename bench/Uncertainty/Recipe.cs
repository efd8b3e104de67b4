using BayesGen.Baselines;
using BayesGen.Data;
using BayesGen.Training;

namespace BayesGen.Benchmarks.Uncertainty;

/// <summary>How the networks are trained; every number is the same for all sets and numbers of epochs.</summary>
public static class Recipe
{
    /// <summary>What the figures depend on besides the code of the library; a run by another recipe is done again.</summary>
    public const string Version = "2";

    private const double LearningRate = 1e-3;

    /// <summary>
    /// The weight of the divergence. At 1 independent weights that the images do not hold fast take on the noise of their prior, and a
    /// long training makes answers less sure than they are right: so the bound is tempered.
    /// </summary>
    private const double TemperedBeta = 0.1;

    /// <summary>A plain network.</summary>
    public static DeterministicModel<TNetwork> Plain<TNetwork>(TensorDataSet train, int epochs, int seed)
        where TNetwork : LeNet5, new()
    {
        random.manual_seed(seed);
        var model = new DeterministicModel<TNetwork>(new TNetwork());
        using var trainer = model.CreateTrainer(Options(epochs, seed));
        trainer.Train(train);
        return model;
    }

    /// <summary>The plain network for a third of the epochs, then a posterior around its weights by Adam.</summary>
    public static BayesianLocalLeNet5 Variational(TensorDataSet train, Piece piece, int seed)
    {
        var (first, second) = Parts(piece.Epochs);
        using var plain = Plain<LocalLeNet5>(train, first, seed);
        var model = new BayesianLocalLeNet5(plain.Distribution(() => new LocalLeNet5()).Mean());
        using var trainer = model.CreateTrainer(Options(second, seed) with { Beta = piece.Beta ?? TemperedBeta });
        trainer.Train(train);
        return model;
    }

    /// <summary>The same by IVON.</summary>
    public static BayesianDrawnLeNet5 Ivon(TensorDataSet train, Piece piece, int seed)
    {
        var (first, second) = Parts(piece.Epochs);
        using var plain = Plain<DrawnLeNet5>(train, first, seed);
        var model = new BayesianDrawnLeNet5(plain.Distribution(() => new DrawnLeNet5()).Mean());

        // Its schedule is the default one: full for one half, then down to zero.
        using var trainer = model.CreateIvonTrainer(new TrainerOptions
        {
            Epochs = second, ElboSamples = 0, Seed = seed, Beta = piece.Beta ?? TemperedBeta,
        });
        trainer.Train(train);
        return model;
    }

    /// <summary>The whole bound by Adam from a random start: what the other recipes are compared with.</summary>
    public static BayesianWideLeNet5 FromScratch(TensorDataSet train, Piece piece, int seed)
    {
        random.manual_seed(seed);
        var model = new BayesianWideLeNet5(new WideLeNet5());
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            Epochs = piece.Epochs,
            BatchSize = 200,
            LearningRate = 2e-3,
            ElboSamples = 0,
            Seed = seed,
            Beta = piece.Beta is { } beta ? new LinearWarmup(Math.Max(1, piece.Epochs / 2), beta) : null,
        });
        trainer.Train(train);
        return model;
    }

    /// <summary>Epochs of the plain network, and of the posterior.</summary>
    private static (int Plain, int Posterior) Parts(int epochs)
    {
        var plain = Math.Max(1, (int)Math.Round(epochs / 3.0));
        return (plain, Math.Max(1, epochs - plain));
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
