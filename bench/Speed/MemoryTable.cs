using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace BayesGen.Benchmarks.Speed;

/// <summary>What a training keeps: live tensors and the resident set, over 10,000 steps with everything in the loop.</summary>
internal static class MemoryTable
{
    private const int Steps = 10_000;

    /// <summary>
    /// Readings for each mark, whose median is told: what a step has freed stays with the process until the next sweep, so that a single one
    /// depends on how long ago that was.
    /// </summary>
    private const int Readings = 100;

    private static readonly int[] Marks = [100, 1_000, 2_500, 5_000, 10_000];

    public static void Print(Settings settings)
    {
        Console.WriteLine();
        Console.WriteLine($"| {Steps:N0} steps, batch 32 | {string.Join(" | ", Marks.Select(mark => $"MB at {mark:N0}"))} | 10,000 to 1,000 | live tensors drift |");
        Console.WriteLine("|---|" + string.Concat(Marks.Select(_ => "---|")) + "---|---|");
        Print("LeNet-300-100, LogUniform", Trained.Of(() => new BayesianLogUniformLeNet300(new()), settings.Device, model => model.CreateTrainer), settings);
        Print("LeNet-300-100, Gaussian local", Trained.Of(() => new BayesianLocalLeNet300(new()), settings.Device, model => model.CreateTrainer), settings);
        if (settings.Device.type == DeviceType.CPU)
            Print("LeNet-300-100, Gaussian, 2 draws side by side", Trained.Of(() => new BayesianGaussianLeNet300(new()), settings.Device, model => model.CreateTrainer), settings, sideBySide: 2);
        Print("LSTM, Gaussian", Trained.Of(() => new BayesianGaussianRowReader(new()), settings.Device, model => model.CreateTrainer), settings);
    }

    private static void Print(string name, Trained trained, Settings settings, int sideBySide = 1)
    {
        using var scope = NewDisposeScope();
        const int PerEpoch = 100;
        var batches = Medians.Batches(32, PerEpoch, settings.Device);
        var validation = Medians.Batches(100, 3, settings.Device);
        var sizes = Marks.ToDictionary(mark => mark, _ => new List<double>());
        long first = 0, last = 0;
        var folder = Directory.CreateTempSubdirectory("bayesgen-memory-");
        try
        {
            using var trainer = trained.Train(new TrainerOptions
            {
                Epochs = Steps / PerEpoch,
                Samples = sideBySide,
                Replicas = sideBySide == 1 ? null : trained.Replicas,
                LearningRate = 1e-4,
                ExampleCount = 60_000,
                Metrics = [Metric.Accuracy],
                Checkpoints = new CheckpointOptions { Folder = folder.FullName, EveryEpochs = 10, KeepLast = 2 },
                Hooks =
                [
                    (_, step) =>
                    {
                        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
                        if (step.GlobalStep == 1_000)
                            first = live;
                        if (step.GlobalStep == Steps)
                            last = live;
                        if (Marks.FirstOrDefault(mark => step.GlobalStep <= mark && step.GlobalStep > mark - Readings) is var mark and > 0)
                            sizes[mark].Add(Resident());
                    },
                ],
            });
            trainer.Train(batches, validation);
        }
        finally
        {
            folder.Delete(recursive: true);
            trained.Model.Dispose();
        }

        double At(int mark) => Medians.Median(sizes[mark]);
        Console.WriteLine(
            $"| {name} | {string.Join(" | ", Marks.Select(mark => $"{At(mark):F0}"))} | {At(Steps) / At(1_000):F2} | {last - first} |");
    }

    private static double Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64 / (1024.0 * 1024);
    }
}
