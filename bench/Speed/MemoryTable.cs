using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace BayesGen.Benchmarks.Speed;

/// <summary>What a training keeps: live tensors and the resident set, over 10,000 steps with everything in the loop.</summary>
internal static class MemoryTable
{
    private const int Steps = 10_000;

    /// <summary>
    /// Readings for each mark, whose median is told: what a step has freed stays with the process until the next sweep, so that a single
    /// one depends on how long ago that was.
    /// </summary>
    private const int Readings = 100;

    private static readonly int[] Marks = [100, 1_000, 2_500, 5_000, 10_000];

    private static readonly Row[] Rows =
    [
        new("LeNet-300-100, LogUniform",
            device => Trained.Of(() => new BayesianLogUniformLeNet300(new()), device, model => model.CreateTrainer)),
        new("LeNet-300-100, Gaussian local",
            device => Trained.Of(() => new BayesianLocalLeNet300(new()), device, model => model.CreateTrainer)),
        new("LeNet-300-100, Gaussian, 2 draws side by side",
            device => Trained.Of(() => new BayesianGaussianLeNet300(new()), device, model => model.CreateTrainer), Draws: 2),
        new("LSTM, Gaussian", device => Trained.Of(() => new BayesianGaussianRowReader(new()), device, model => model.CreateTrainer)),
    ];

    /// <summary>
    /// A row of the table, or all of them, each from a process of its own: what one training leaves is not part of the next one's.
    /// </summary>
    public static void Print(Settings settings)
    {
        if (settings.MemoryRow is { } only)
        {
            Print(Rows[only], settings);
            return;
        }

        Console.WriteLine();
        Console.WriteLine($"| {Steps:N0} steps, batch 32 | {string.Join(" | ", Marks.Select(mark => $"MB at {mark:N0}"))} | 10,000 to 1,000 | live tensors drift |");
        Console.WriteLine("|---|" + string.Concat(Marks.Select(_ => "---|")) + "---|---|");
        for (var row = 0; row < Rows.Length; row++)
        {
            // Draws side by side are for the CPU.
            if (Rows[row].Draws == 1 || settings.Device.type == DeviceType.CPU)
                Start(row);
        }
    }

    private static void Start(int row)
    {
        string[] own = [.. Environment.GetCommandLineArgs(), "--memory-row", $"{row}"];
        var program = Environment.ProcessPath!;

        // A program without a host of its own is started by dotnet, which wants to know its file.
        var arguments = Path.GetFileNameWithoutExtension(program) == "dotnet" ? own : own[1..];
        Console.Out.Flush();
        using var process = Process.Start(new ProcessStartInfo(program, arguments))!;
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"The process of the row '{Rows[row].Name}' ended with {process.ExitCode}.");
    }

    private static void Print(Row row, Settings settings)
    {
        var trained = row.Make(settings.Device);
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
                Samples = row.Draws,
                Replicas = row.Draws == 1 ? null : trained.Replicas,
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
            $"| {row.Name} | {string.Join(" | ", Marks.Select(mark => $"{At(mark):F0}"))} | {At(Steps) / At(1_000):F2} | {last - first} |");
    }

    private static double Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64 / (1024.0 * 1024);
    }

    /// <param name="Name">What is trained.</param>
    /// <param name="Make">Builds it.</param>
    /// <param name="Draws">The number of draws in a step, side by side.</param>
    private sealed record Row(string Name, Func<Device, Trained> Make, int Draws = 1);
}
