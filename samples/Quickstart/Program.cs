using BayesGen;
using BayesGen.Data;
using TorchSharp;
using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.nn.functional;

using var train = SyntheticDigits.Create(10_000, seed: 1);
using var test = SyntheticDigits.Create(2_000, seed: 2);

using var model = new BayesianReader(new Reader());
using var trainer = model.CreateTrainer(new TrainerOptions
{
    Epochs = 12,
    Metrics = [Metric.Accuracy],
    Report = new TextReport(Console.Out),
});
trainer.Train(train);

// Tries thresholds; the model stays what it is.
foreach (var result in trainer.EvaluateThresholds(test, -2.0, -1.0, 0.0))
    Console.WriteLine(
        $"threshold {result.Thresholds,4}: accuracy {result.Accuracy:P1}, {result.Pruning.PrunedPart:P1} of the weights pruned");

// Prunes for good, and answers with one fixed set of weights from now on.
model.Prune(-1.0);
model.UseMap();
using var digit = test.Inputs[..1];
using var answer = model.call(digit).argmax(-1);
Console.WriteLine($"A {test.Targets[0].item<long>()}, read as {answer.item<long>()}.");

model.Save("reader.safetensors");

public sealed class Reader : Module<Tensor, Tensor>
{
    [Bayesian(LogUniform)] private readonly Linear hidden = Linear(28 * 28, 128);
    private readonly Linear output = Linear(128, 10);

    public Reader() : base(nameof(Reader)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(relu(hidden.call(x.flatten(1))));
}
