// Compression of LeNet-300-100 and LeNet-5-Caffe on the real MNIST, as the papers report it: error on all 10,000 test images at the end of
// training, |W| / |W != 0| over all weights, biases not counted. One command makes the whole table, three seeds a row:
//
//     dotnet run -c Release --project bench/Compression -- --data-dir FOLDER
//
// and options narrow it: --network lenet-300-100|lenet-5, --family SparseDropout|LogUniform|Gaussian, --seeds 1,2,3, --epochs E, --threads
// T, --device cpu|cuda.
using System.Globalization;
using BayesGen;
using BayesGen.Benchmarks.Compression;
using BayesGen.Datasets;
using static TorchSharp.torch;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
ComputeThreads.SleepWhenIdle();
string[] known = ["--data-dir", "--network", "--family", "--seeds", "--epochs", "--threads", "--device"];
var named = args.Chunk(2).ToDictionary(pair => pair[0], pair => pair.ElementAtOrDefault(1) ?? "");
if (named.Keys.Except(known).FirstOrDefault() is { } unknown)
    throw new ArgumentException($"'{unknown}' is no option. Options: {string.Join(", ", known)}.");
set_num_threads(named.TryGetValue("--threads", out var threads) ? int.Parse(threads) : Environment.ProcessorCount);
var seeds = named.GetValueOrDefault("--seeds", "1,2,3").Split(',').Select(int.Parse).ToList();
var rows = Row.All.Where(row =>
    named.GetValueOrDefault("--network", row.Network) == row.Network
        && named.GetValueOrDefault("--family", row.Family) == row.Family).ToList();
if (rows.Count == 0)
    throw new ArgumentException("No row has this network and family: lenet-300-100 or lenet-5; SparseDropout, LogUniform or Gaussian.");

using var images = ImageArchive.Mnist.Load(new ImageDataOptions { DataDirectory = named.GetValueOrDefault("--data-dir") });
// All of them lie where they are used, so that no batch has to be moved.
var where = device(named.GetValueOrDefault("--device", "cpu"));
using var mnist = new TrainTest(images.Train.To(where), images.Test.To(where));
foreach (var network in rows.GroupBy(row => row.Network))
{
    var lines = new List<string>();
    foreach (
        var row in network.Select(row => named.TryGetValue("--epochs", out var epochs) ? row with { Epochs = int.Parse(epochs) } : row))
    {
        var runs = seeds.ConvertAll(seed =>
        {
            var run = row.Run(seed, mnist);
            Console.WriteLine($"{row.Network} {row.Family} seed {seed}: {run}");
            return run;
        });
        var threshold = Run.Choose(runs);
        foreach (var (seed, run) in seeds.Zip(runs))
            Console.WriteLine($"seed {seed} at {threshold:0.##}, kept by layer: {run.At(threshold).Layers}");
        lines.Add(
            $"| {row.Family} | {Range(runs, run => 100 * run.At(threshold).Error, "F2")} | {Range(runs, run => run.At(threshold).Compression, "F1")} "
            + $"| {Range(runs, run => 100 * run.Unpruned, "F2")} | {threshold:0.##} | {Range(runs, run => run.Seconds, "F0")} |");
    }

    Console.WriteLine();
    Console.WriteLine($"| {network.Key}, {seeds.Count} seeds: mean (range) | error, % | compression | unpruned, % | threshold | seconds |");
    Console.WriteLine("|---|---|---|---|---|---|");
    lines.ForEach(Console.WriteLine);
    foreach (var published in Row.Published(network.Key))
        Console.WriteLine(published);
    Console.WriteLine();
}

static string Range(List<Run> runs, Func<Run, double> number, string format)
{
    var numbers = runs.ConvertAll(run => number(run));
    return $"{numbers.Average().ToString(format)} ({numbers.Min().ToString(format)} to {numbers.Max().ToString(format)})";
}
