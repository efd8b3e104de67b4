using BayesGen;

namespace MnistSample;

/// <summary>The trainer: schedules, metrics, reports and hooks.</summary>
public static class Training
{
    /// <returns>The trainer, which evaluates too, and how the training went.</returns>
    public static (VariationalTrainer Trainer, TrainingResult Result) Run(
        BayesianClassifier model, Images images, Options options, CancellationToken cancellation)
    {
        var recipe = Recipe.For(options);

        // Beta rises first. Then two plateau schedules work on it: it is halved where the fit gets no better, to give way to the data,
        // and doubled where the divergence gets no better, to press harder.
        var beta = new ChainedBeta(
            new LinearWarmup(recipe.WarmUp, to: recipe.Beta),
            new PlateauBeta(recipe.Beta, factor: 0.5, patience: 2) { Watches = LossPart.Fit, PerEpoch = true, Min = recipe.Beta / 10 },
            new PlateauBeta(recipe.Beta, factor: 1 / 0.5, patience: 2) { Watches = LossPart.Divergence, PerEpoch = true });

        // A hook sees every step, and may change the trainer's beta; this one only takes notes.
        var betas = new List<double>();
        void NoteBeta(VariationalTrainer trainer, StepResult step) => betas.Add(trainer.Beta);

        using var log = options.Out is null ? TextWriter.Null : File.CreateText(Path.Combine(options.Out, "training.log"));
        using var reports = new ReportChain(Reports(options.Out, log));
        var trainer = model.CreateTrainer(new TrainerOptions
        {
            Epochs = recipe.Epochs,
            BatchSize = recipe.BatchSize,
            Samples = options.Samples,
            LearningRate = recipe.LearningRate,
            // Full speed for one half, then down to nothing: this is what settles the last weights.
            LearningRateSchedule = LearningRateSchedules.LinearDecay(from: 0.5),
            FitLoss = FitLoss.CrossEntropy,
            Beta = beta,
            Metrics = [Metric.Accuracy],
            Hooks = [NoteBeta],
            Report = reports,
            Seed = options.Seed,
            Checkpoints = options.Checkpoints is { } folder
                ? new CheckpointOptions { Folder = folder, KeepBest = CheckpointScore.Metric("accuracy") }
                : null,
        });
        if (options.Resume)
            trainer.TryResume(options.Checkpoints!);
        var result = trainer.Train(images.Train, images.Validation, cancellation);
        if (betas.Count > 0)
            Console.WriteLine($"beta: at most {betas.Max():G3}, {betas[^1]:G3} in the end");
        return (trainer, result);
    }

    /// <summary>
    /// A bar in a terminal, plain lines in a file or a pipe; with a folder to write to also a log and tables of the epochs.
    /// </summary>
    private static IReport[] Reports(string? folder, TextWriter log) => folder is null
        ? [new ConsoleReport()]
        :
        [
            new ConsoleReport(),
            new TextReport(log),
            new CsvReport(Path.Combine(folder, "training.csv")),
            new JsonLinesReport(Path.Combine(folder, "training.jsonl")),
        ];
}
