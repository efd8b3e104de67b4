using System.Globalization;
using System.Text.Json;
using BayesGen.Data;

namespace BayesGen.Tests;

/// <summary>
/// Files that a release wrote, kept for all later ones: a state file, a checkpoint after two of four epochs, and the numbers that the
/// release computed from them.
/// </summary>
/// <remarks>
/// Every option that counts is named here, so that a better default of a later release changes nothing. Start the test assembly with
/// <c>write-release FOLDER</c> to write the files of a new release.
/// </remarks>
internal static class ReleasedFiles
{
    public const string Argument = "write-release";
    public const string State = "state.safetensors";
    public const string Checkpoint = "checkpoint.safetensors";
    public const string Numbers = "numbers.json";
    public const int EpochsBefore = 2;

    private const int Epochs = 4;
    private const int Draw = 5;

    /// <summary>What the release computed.</summary>
    /// <param name="Means">The outputs of the state file at the posterior means.</param>
    /// <param name="Drawn">The outputs of one seeded draw of the state file.</param>
    /// <param name="Epochs">Fit, KL and beta of the epochs after the checkpoint.</param>
    public sealed record Expected(double[] Means, double[] Drawn, double[][] Epochs);

    public static string Folder(string release) => Path.Combine(AppContext.BaseDirectory, "ReferenceValues", $"release-{release}");

    public static Expected Read(string release) =>
        JsonSerializer.Deserialize<Expected>(File.ReadAllText(Path.Combine(Folder(release), Numbers)))!;

    public static BayesianSurvivor Network(int seed)
    {
        random.manual_seed(seed);
        var model = new BayesianSurvivor(new Survivor());
        model.Prior.Second.Weight = GaussianPrior.Trainable(0.5);
        return model;
    }

    public static VariationalTrainer Trainer(BayesianSurvivor model, string? folder = null) => model.CreateTrainer(new TrainerOptions
    {
        Epochs = Epochs,
        BatchSize = 8,
        Seed = 7,
        LearningRate = 1e-2,
        LearningRateSchedule = progress => 1 - 0.5 * progress,
        LearningRateFactors = new Dictionary<string, double> { ["log_sigma"] = 3, ["log_sigma2"] = 3, ["log_alpha"] = 3 },
        Beta = new ChainedBeta(new LinearWarmup(1.5, to: 0.5), new PlateauBeta(0.5, factor: 0.7, patience: 3) { Min = 0.01 }),
        Checkpoints = folder is null ? null : new CheckpointOptions { Folder = folder },
    });

    public static TensorDataSet Data()
    {
        using var scope = NewDisposeScope();
        var x = Inputs(96);
        var y = (x.narrow(1, 0, 2).sum(1) > 0).to(ScalarType.Int64) + (x.narrow(1, 2, 2).sum(1) > 0.3).to(ScalarType.Int64);
        return new TensorDataSet(x, y);
    }

    public static double[] Means(BayesianSurvivor model)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        model.eval();
        return Plain(model.call(Inputs(4)));
    }

    public static double[] Drawn(BayesianSurvivor model)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        model.eval();
        using var draw = model.Draw(Draw);
        return Plain(model.call(Inputs(4)));
    }

    public static int Write(string folder)
    {
        Directory.CreateDirectory(folder);
        var run = Directory.CreateTempSubdirectory("bayesgen").FullName;
        try
        {
            using var data = Data();
            using var model = Network(1);
            using var trainer = Trainer(model, run);
            var epochs = trainer.Train(data).Epochs;
            model.Prune(new() { [Family.LogUniform] = -2, [Family.Gaussian] = -2, [Family.SparseDropout] = -6 });
            model.Save(Path.Combine(folder, State));
            var expected = new Expected(
                Means(model), Drawn(model),
                [.. epochs.Skip(EpochsBefore).Select(epoch => new[] { epoch.Fit, epoch.Divergence, epoch.Beta })]);
            File.WriteAllText(Path.Combine(folder, Numbers), JsonSerializer.Serialize(expected));
            var step = EpochsBefore * 12;
            File.Copy(Path.Combine(run, $"checkpoint-{step:D10}.safetensors"), Path.Combine(folder, Checkpoint), overwrite: true);
            return 0;
        }
        finally
        {
            Directory.Delete(run, recursive: true);
        }
    }

    /// <summary>Inputs without a random generator, so that no version of one can change them.</summary>
    private static Tensor Inputs(int count) =>
        tensor(Enumerable.Range(0, count * 6).Select(i => (float)Math.Sin(1 + i * 0.7 + i * i * 0.013)).ToArray(), [count, 6]);

    private static double[] Plain(Tensor tensor) => [.. tensor.data<float>().Select(value => (double)value)];
}
