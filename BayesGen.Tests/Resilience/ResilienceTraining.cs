using BayesGen.Data;

namespace BayesGen.Tests.Resilience;

/// <summary>
/// The short training that the tests of this folder interrupt: 8 epochs of 12 steps, everything with a state of its own in it.
/// </summary>
internal static class ResilienceTraining
{
    public const int Epochs = 8;
    public const int Steps = 12;

    /// <summary>The number of the last step, and of the last checkpoint.</summary>
    public const int AllSteps = Epochs * Steps;

    private const int BatchSize = 8;

    /// <summary>Three classes by the signs of sums of inputs.</summary>
    public static TensorDataSet Data(int seed = 1, int count = Steps * BatchSize - 3)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed, CPU);
        var x = randn([count, 6], ScalarType.Float32, CPU, generator: generator);
        var y = (x.narrow(1, 0, 2).sum(1) > 0).to(ScalarType.Int64) + (x.narrow(1, 2, 2).sum(1) > 0.3).to(ScalarType.Int64);
        return new TensorDataSet(x, y);
    }

    public static BayesianSurvivor Network(int seed)
    {
        random.manual_seed(seed);
        var model = new BayesianSurvivor(new Survivor());
        model.Prior.Second.Weight = GaussianPrior.Trainable(0.5);
        return model;
    }

    public static TrainerOptions Options(string? folder = null, int? everySteps = 5) => new()
    {
        Epochs = Epochs,
        BatchSize = BatchSize,
        Samples = 2,
        Seed = 7,
        LearningRate = 1e-2,
        Metrics = [Metric.Accuracy],
        MaximalGradientNorm = 5,
        Bounds = new Dictionary<string, Interval> { ["log_sigma"] = (-8, 0) },
        Beta = new ChainedBeta(
            new LinearWarmup(2.5, to: 0.5),
            new PlateauBeta(0.5, factor: 0.7, patience: 3) { Min = 0.01 },
            new PlateauBeta(0.5, factor: 1.3, patience: 1) { Watches = LossPart.Divergence, PerEpoch = true }),
        Checkpoints = folder is null ? null : new CheckpointOptions
        {
            Folder = folder,
            EverySteps = everySteps,
            KeepBest = CheckpointScore.Metric("accuracy"),
        },
    };

    /// <summary>Every number of an epoch but the time, bit by bit.</summary>
    public static string Text(EpochResult epoch) => string.Join(' ',
        epoch.Epoch, Bits(epoch.Total), Bits(epoch.Fit), Bits(epoch.Divergence), Bits(epoch.Elbo), Bits(epoch.Beta),
        Bits(epoch.LearningRate), string.Join(',', epoch.Metrics.Values.Select(Bits)), epoch.SkippedSteps,
        epoch.Validation is { } validation ? $"{Bits(validation.Fit)} {Bits(validation.Elbo)} {Bits(validation.Accuracy)}" : "none");

    /// <summary>Where the checkpoint after the last step lies.</summary>
    public static string LastFile(string folder) => Checkpoint(folder, AllSteps);

    public static string Checkpoint(string folder, int step) => Path.Combine(folder, $"checkpoint-{step:D10}.safetensors");

    private static string Bits(double value) => BitConverter.DoubleToInt64Bits(value).ToString("x16");
}
