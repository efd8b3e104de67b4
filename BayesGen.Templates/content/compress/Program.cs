// Learns digits, removes the units that the network does not need, and takes what is left out of Torch.
using BayesGen.Compaction;
using BayesGen.Datasets;
using BayesGen.Export;
using BayesGen.Plots;
using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.nn.functional;

random.manual_seed(1);
using var train = SyntheticDigits.Create(10_000, seed: 1);
using var test = SyntheticDigits.Create(2_000, seed: 2);

// The generator writes BayesianReader beside the class Reader below.
using var model = new BayesianReader(new Reader());
using var trainer = model.CreateTrainer(new TrainerOptions
{
    Epochs = 20,
    Beta = new LinearWarmup(5, to: 10), // Above 1 it lets go of more units than the evidence asks for.
    Metrics = [Metric.Accuracy],
    Report = new TextReport(Console.Out),
    Seed = 1,
});
trainer.Train(train);

// How far can it be pruned? The model is not modified here.
var results = trainer.EvaluateThresholds(test, -4.0, -3.0, -2.0, -1.0, 0.0, 1.0);
foreach (var result in results)
    Console.WriteLine($"threshold {result.Thresholds,4}: accuracy {result.Accuracy:P1}, {result.Pruning.PrunedPart:P1} pruned");
Directory.CreateDirectory("results");
PruningCurve.Draw(results).SavePng("results/pruning.png");

// Prunes for good. What is left is the class Reader with smaller layers, and the same answers.
using var example = test.Inputs[..100];
model.Prune(0, example);
model.eval();
var (small, report) = model.Compact(() => new Reader(), example);
using var owned = small;
Console.WriteLine(report);
Console.WriteLine($"test accuracy of the small network {small.EvaluatePlain(test).Accuracy:P1}");
small.SaveCompact("results/reader.safetensors");

// One C# file that a project without any package compiles, and a file for OnnxRuntime.
var graph = small.PlainGraph();
var file = graph.ToCSharp("results/DigitReader.cs", example, new CSharpOptions { ClassName = "DigitReader", Overwrite = true });
graph.ToOnnx("results/reader.onnx", example, new OnnxOptions { Overwrite = true });
Console.WriteLine($"{file.Bytes:N0} bytes of C#, {new FileInfo("results/reader.onnx").Length:N0} bytes of ONNX, "
    + $"{new FileInfo("results/reader.safetensors").Length:N0} bytes for Torch");
Console.WriteLine("written to results, drawn in results/pruning.png");

[Bayesian(GroupArd, Estimator = Estimator.Local)]
public sealed class Reader : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(28 * 28, 128);
    private readonly Linear output = Linear(128, 10);

    public Reader() : base(nameof(Reader)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(relu(hidden.call(x.flatten(1))));
}
