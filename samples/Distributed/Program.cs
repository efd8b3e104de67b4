using System.Diagnostics;
using BayesGen;
using BayesGen.Datasets;
using BayesGen.Mpi;
using DistributedSample;
using TorchSharp;

return Options.Command(Run).Parse(args).Invoke();

static int Run(Options options)
{
    try
    {
        if (options.Mode is not { } mode)
            return Train(options, group: null);
        using var group = MpiGroup.World(new MpiOptions
        {
            Mode = mode,
            Shards = options.Shards,
            StallTimeout = TimeSpan.FromSeconds(options.StallSeconds),
        });
        return Train(options, group);
    }
    catch (Exception exception) when (exception is MpiException or InvalidOperationException or ArgumentException)
    {
        Console.Error.WriteLine(exception.Message);
        return 1;
    }
}

static int Train(Options options, MpiGroup? group)
{
    torch.random.manual_seed(options.Seed);
    if (group is null)
        torch.set_num_threads(1);
    var stepsOfEpoch = Enumerable.Range(1, Math.Min(50, options.Steps)).Last(steps => options.Steps % steps == 0);
    using var data = SyntheticDigits.Create(options.BatchSize * stepsOfEpoch, options.Seed);
    var (model, makeTrainer) = Trained.Of(options.Family, options.Network, options.Width);
    using var owned = model;
    var times = new List<(double Wall, double Processor)>();
    var last = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
    var trainerOptions = new TrainerOptions
    {
        Epochs = options.Steps / stepsOfEpoch,
        BatchSize = options.BatchSize,
        Seed = options.Seed,
        LearningRate = 1e-3,
        Metrics = [Metric.Accuracy],
        Report = new TextReport(Console.Out),
        Checkpoints = options.Checkpoints is { } folder ? new CheckpointOptions { Folder = folder, EverySteps = options.EverySteps } : null,
        Hooks =
        [
            (_, _) =>
            {
                var now = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
                times.Add((
                    Stopwatch.GetElapsedTime(last.Item1, now.Item1).TotalMilliseconds, (now.TotalTime - last.TotalTime).TotalMilliseconds));
                last = now;
            },
        ],
    };

    // The one line that makes many processes of one.
    if (group is not null)
        trainerOptions = trainerOptions.Distribute(group);
    using var trainer = makeTrainer(trainerOptions);
    if (options.Checkpoints is not null && trainer.TryResume(options.Checkpoints) is { } resumed && group?.Rank is null or 0)
        Console.WriteLine($"continues after step {resumed.GlobalStep} from {resumed.File}");
    trainer.Train(data);
    if (group?.Rank is null or 0)
    {
        var (wall, processor) = (Median(times.Select(time => time.Wall)), Median(times.Select(time => time.Processor)));
        Console.WriteLine(FormattableString.Invariant(
            $"median step {wall:F2} ms, {options.BatchSize / wall * 1000:F0} examples/s; {processor:F2} ms of the processor on rank 0"));
        Console.WriteLine($"{((BayesGen.Parameters.IBayesianNetwork)model).Arena.TotalCount} weights");
        Console.WriteLine($"state sha256: {StateHash.Of(model)}");
    }

    return 0;
}

// Of the steps after the first ones, which warm up.
static double Median(IEnumerable<double> times)
{
    var all = times.ToList();
    return all.Skip(all.Count / 4).Order().ElementAt((all.Count - all.Count / 4) / 2);
}
