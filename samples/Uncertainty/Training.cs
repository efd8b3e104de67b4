using BayesGen;
using BayesGen.Baselines;
using BayesGen.Data;
using TorchSharp;

namespace UncertaintySample;

/// <summary>Two trainings, as alike as can be: the same start, order of batches, number of epochs, optimizer and learning rate.</summary>
public static class Training
{
    private const double LearningRate = 1e-3;

    /// <summary>
    /// The weight of the divergence: a tempered posterior. At 1 independent weights that the images do not hold fast take on the noise of
    /// their prior, and the longer the training the less sure its answers are than they are right.
    /// </summary>
    private const double Beta = 0.1;

    /// <summary>A plain network for a third of the epochs, then a posterior that starts at its weights.</summary>
    public static BayesianLeNet5 Bayesian(TensorDataSet train, int classes, int epochs, int seed)
    {
        var warmUp = Math.Max(1, (int)Math.Round(epochs / 3.0));
        using var plain = Plain(train, classes, warmUp, seed, "warm start");
        var model = new BayesianLeNet5(plain.Distribution(() => new LeNet5(classes)).Mean());
        using var trainer = model.CreateTrainer(OptionsFor(epochs - warmUp, seed, "Bayesian") with { Beta = Beta });
        trainer.Train(train);
        return model;
    }

    /// <summary>One network, by its likelihood.</summary>
    public static DeterministicModel<LeNet5> Deterministic(TensorDataSet train, int classes, int epochs, int seed) =>
        Plain(train, classes, epochs, seed, "deterministic");

    private static DeterministicModel<LeNet5> Plain(TensorDataSet train, int classes, int epochs, int seed, string name)
    {
        torch.random.manual_seed(seed);
        var model = new DeterministicModel<LeNet5>(new LeNet5(classes));
        using var trainer = model.CreateTrainer(OptionsFor(epochs, seed, name));
        trainer.Train(train);
        return model;
    }

    private static TrainerOptions OptionsFor(int epochs, int seed, string name) => new()
    {
        Epochs = epochs,
        LearningRate = LearningRate,
        LearningRateSchedule = LearningRateSchedules.LinearDecay(),
        ElboSamples = 0,
        Seed = seed,
        Report = new EpochLines(name),
    };

    /// <summary>One plain line per epoch.</summary>
    private sealed class EpochLines(string name) : IReport
    {
        public void OnEpoch(EpochResult epoch) => Console.WriteLine($"  {name} epoch {epoch.Epoch}/{epoch.Epochs}: fit {epoch.Fit:F3}");
    }
}
