using BayesGen;

namespace CompressSample;

/// <summary>Trains the network under a divergence that lets go of units.</summary>
public static class Training
{
    private const int BatchSize = 100;

    /// <summary>
    /// The weight of the divergence. At 1 the bound is that of the evidence and keeps units that hardly matter; it is raised to let go of
    /// more, as papers on compression do.
    /// </summary>
    private const double Beta = 10;

    public static TrainingResult Run(BayesianDigitNetwork model, Images images, Options options)
    {
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            Epochs = options.Epochs,
            BatchSize = BatchSize,
            LearningRate = 1e-3,
            LearningRateSchedule = LearningRateSchedules.LinearDecay(from: 0.5),
            FitLoss = FitLoss.CrossEntropy,
            Beta = new LinearWarmup(options.Epochs / 4.0, to: Beta),
            Metrics = [Metric.Accuracy],
            ElboSamples = 0,
            Seed = options.Seed,
        });
        return trainer.Train(images.Train);
    }
}
