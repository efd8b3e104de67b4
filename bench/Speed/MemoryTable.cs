using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace BayesGen.Benchmarks.Speed;

/// <summary>What a training keeps: live tensors and the resident set, over 10,000 steps with everything in the loop.</summary>
internal static class MemoryTable
{
    private const int Steps = 10_000;
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
        var sizes = new Dictionary<int, double>();
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
                        if (Marks.Contains((int)step.GlobalStep))
                            sizes[(int)step.GlobalStep] = Resident();
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

        Console.WriteLine(
            $"| {name} | {string.Join(" | ", Marks.Select(mark => $"{sizes[mark]:F0}"))} | {sizes[Steps] / sizes[1_000]:F2} | {last - first} |");
    }

    private static double Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64 / (1024.0 * 1024);
    }
}
