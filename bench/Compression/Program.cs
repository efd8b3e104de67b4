// Compression by sparse variational dropout on the real MNIST, as Molchanov, Ashukha, Vetrov 2017 report it: error on all 10,000 test images
// at the end of training, weights kept at the paper's threshold log alpha < 3, biases not counted. One line for each seed, then the mean:
//
//     dotnet run -c Release --project bench/Compression -- lenet-300-100|lenet-5 [--data-dir FOLDER] [--seeds 3] [--epochs E] [--batch B] [--rate R]
using System.Globalization;
using BayesGen;
using BayesGen.Benchmarks.Compression;
using BayesGen.Data;
using static TorchSharp.torch;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
ComputeThreads.SleepWhenIdle();
var named = args.Skip(1).Chunk(2).ToDictionary(pair => pair[0], pair => pair.ElementAtOrDefault(1) ?? "");
var isConvolutional = args.FirstOrDefault() switch
{
    "lenet-300-100" => false,
    "lenet-5" => true,
    _ => throw new ArgumentException("Say lenet-300-100 or lenet-5."),
};
int Whole(string name, int otherwise) => named.TryGetValue(name, out var text) ? int.Parse(text) : otherwise;
var epochs = Whole("--epochs", isConvolutional ? 30 : 100);
var warmup = Math.Max(1, epochs / (isConvolutional ? 5 : 10));
var options = new TrainerOptions
{
    Epochs = epochs,
    BatchSize = Whole("--batch", isConvolutional ? 200 : 100),
    LearningRate = named.TryGetValue("--rate", out var rate) ? double.Parse(rate) : isConvolutional ? 4e-3 : 2e-3,
    // The decay finishes the sparsity: weights that hover at the threshold settle once the steps grow small.
    LearningRateSchedule = progress => progress < 0.5 ? 1 : 0.02 + 0.98 * 2 * (1 - progress),
    Beta = new LinearWarmup(warmup, after: Math.Max(1, warmup / 4)),
    Report = new TextReport(Console.Error),
    Metrics = [Metric.Accuracy],
};
set_num_threads(Environment.ProcessorCount);
using var mnist = ImageArchive.Mnist.Load(new ImageDataOptions { DataDirectory = named.GetValueOrDefault("--data-dir") });
var rows = new List<(double Error, double Compression)>();
for (var seed = 1; seed <= Whole("--seeds", 3); seed++)
{
    random.manual_seed(seed);
    using var lenet5 = isConvolutional ? new BayesianLeNet5(new LeNet5()) : null;
    using var lenet300 = isConvolutional ? null : new BayesianLeNet300(new LeNet300());
    using var trainer = lenet5?.CreateTrainer(options with { Seed = seed }) ?? lenet300!.CreateTrainer(options with { Seed = seed });
    var training = trainer.Train(mnist.Train);
    var result = trainer.Evaluate(mnist.Test, -3.0);
    var weights = result.Pruning.BayesianWeights;
    var compression = (double)weights / result.Pruning.Kept;
    rows.Add((1 - result.Accuracy, compression));
    Console.WriteLine(
        $"seed {seed}: error {1 - result.Accuracy:P2}, {compression:F1} x ({result.Pruning.Kept:N0} of {weights:N0} weights kept), "
        + $"unpruned {1 - trainer.Evaluate(mnist.Test).Accuracy:P2}, {training.Duration.TotalSeconds:F0} s");
    Console.WriteLine("  kept by layer: " + string.Join(", ", result.Pruning.Weights.Select(weight => $"{weight.Key} {(double)weight.Kept / weight.Count:P1}")));
}

Console.WriteLine(
    $"{args[0]}: error {rows.Average(row => row.Error):P2} ({rows.Min(row => row.Error):P2} to {rows.Max(row => row.Error):P2}), "
    + $"compression {rows.Average(row => row.Compression):F1} x ({rows.Min(row => row.Compression):F1} to {rows.Max(row => row.Compression):F1}), {rows.Count} seeds");
Console.WriteLine(isConvolutional
    ? "published: Sparse VD 280 x at 0.75 %"
    : "published: Sparse VD 68 x at 1.92 %, dynamic network surgery 56 x at 1.99 %");
