// Compression of LeNet-300-100 and LeNet-5-Caffe on the real MNIST, as the papers report it: error on all 10,000 test images at the end of
// training, |W| / |W != 0| over all weights, biases not counted; for the families on units the weights of the network that has only the
// units kept, its multiplications, and the bytes of one file. One command makes the whole table, three seeds a row; --help lists the
// options that narrow it:
//
//     dotnet run -c Release --project bench/Compression -- --data-dir FOLDER
using System.CommandLine;
using System.Globalization;
using BayesGen;
using BayesGen.Benchmarks.Compression;
using BayesGen.CommandLines;
using BayesGen.Datasets;
using static TorchSharp.torch;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
ComputeThreads.UsePassiveWait();
var directory = CheckedOption.Text("--data-dir", "DIR", "The folder with the four files of MNIST.");
var networkName = CheckedOption.Text("--network", "lenet-300-100|lenet-5", "One network; without it both.");
var families = string.Join('|', Row.All.Select(row => row.Family).Concat(UnitRow.All.Select(row => row.Family)).Distinct());
var family = CheckedOption.Text("--family", families, "One family; without it all.");
var seedList = CheckedOption.Numbers("--seeds", "LIST", "One training for each seed.", least: 0, [1, 2, 3]);
var epochCount = CheckedOption.OptionalNumber("--epochs", "N", "Passes over the training data; without it those of the row.", least: 1);
var beta = CheckedOption.OptionalAmount("--beta", "B", "The weight of the divergence of units; without it that of the row.");
var heldOut = new Option<bool>("--held-out")
{
    Description = "Measures units on images held out of the training, as one does to choose a recipe; without it on the test images.",
};
var threads = CheckedOption.Number("--threads", "N", "Threads of Torch.", least: 1, Environment.ProcessorCount);
var where = CheckedOption.Text("--device", "cpu|cuda", "Where to compute.");
where.DefaultValueFactory = _ => "cpu";
var command = new RootCommand("Trains, prunes and compares LeNet-300-100 and LeNet-5-Caffe on MNIST.")
{
    directory, networkName, family, seedList, epochCount, beta, heldOut, threads, where,
};
command.SetAction(given =>
{
    set_num_threads(given.GetValue(threads));
    bool IsAsked(string network, string name) =>
        (given.GetValue(networkName) ?? network) == network && (given.GetValue(family) ?? name) == name;
    var rows = Row.All.Where(row => IsAsked(row.Network, row.Family)).ToList();
    var unitRows = UnitRow.All.Where(row => IsAsked(row.Network, row.Family))
        .Select(row => row with { Beta = given.GetValue(beta) ?? row.Beta, IsChosen = !given.GetValue(heldOut) }).ToList();
    if (rows.Count + unitRows.Count == 0)
        throw new ArgumentException($"No row has this network and family: lenet-300-100 or lenet-5; {families.Replace("|", ", ")}.");

    using var images = ImageArchive.Mnist.Load(new ImageDataOptions { DataDirectory = given.GetValue(directory) });
    // All of them lie where they are used, so that no batch has to be moved.
    var there = device(given.GetValue(where)!);
    using var mnist = new TrainTest(images.Train.To(there), images.Test.To(there));
    List<int> seeds = [.. given.GetValue(seedList)!];
    PrintTables(rows, mnist, seeds, given.GetValue(epochCount));
    foreach (var network in unitRows.GroupBy(row => row.Network))
        UnitTable.Print(network.Key, [.. network], mnist, seeds, given.GetValue(epochCount));
});
return command.Parse(args).Invoke();

static void PrintTables(List<Row> rows, TrainTest mnist, List<int> seeds, int? epochs)
{
    foreach (var network in rows.GroupBy(row => row.Network))
    {
        var lines = new List<string>();
        foreach (var row in network.Select(row => epochs is { } given ? row with { Epochs = given } : row))
        {
            var runs = seeds.ConvertAll(seed =>
            {
                var run = row.Run(seed, mnist);
                Console.WriteLine($"{row.Network} {row.Family} seed {seed}: {run}");
                return run;
            });
            var threshold = row.Choose(runs);
            foreach (var (seed, run) in seeds.Zip(runs))
                Console.WriteLine($"seed {seed} at {threshold:0.##}, kept by layer: {run.At(threshold).Layers}");
            lines.Add(
                $"| {row.Family} | {Range(runs, run => 100 * run.At(threshold).Error, "F2")} "
                + $"| {Range(runs, run => run.At(threshold).Compression, "F1")} "
                + $"| {Range(runs, run => 100 * run.Unpruned, "F2")} | {threshold:0.##} | {Range(runs, run => run.Seconds, "F0")} |");
            runs.ForEach(run => run.Dispose());
        }

        Console.WriteLine();
        Console.WriteLine($"| {network.Key}, {seeds.Count} seeds: mean (range) | error, % | compression | unpruned, % | threshold | seconds |");
        Console.WriteLine("|---|---|---|---|---|---|");
        lines.ForEach(Console.WriteLine);
        foreach (var published in Row.Published(network.Key))
            Console.WriteLine(published);
        Console.WriteLine();
    }
}

static string Range(List<Run> runs, Func<Run, double> number, string format)
{
    var numbers = runs.ConvertAll(run => number(run));
    return $"{numbers.Average().ToString(format)} ({numbers.Min().ToString(format)} to {numbers.Max().ToString(format)})";
}
