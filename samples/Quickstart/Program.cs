using BayesGen;
using BayesGen.Datasets;
using TorchSharp;
using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.nn.functional;

using var train = SyntheticDigits.Create(10_000, seed: 1);
using var test = SyntheticDigits.Create(2_000, seed: 2);
using var letters = SyntheticLetters.Create(2_000, seed: 3);

using var model = new BayesianReader(new Reader());
using var trainer = model.CreateTrainer(new TrainerOptions
{
    Epochs = 20,
    Metrics = [Metric.Accuracy],
    Report = new TextReport(Console.Out),
});
// The accuracy of a line is that of random draws of the weights, which are noisier than their mean.
trainer.Train(train);

// Uncertainty: 30 draws of the weights agree on digits, and less so on letters, which they have never seen.
var digits = model.Predict(test.Inputs, samples: 30);
var strangers = model.Predict(letters.Inputs, samples: 30);
Console.WriteLine($"mean confidence: {digits.Confidence.Average():P0} on digits, {strangers.Confidence.Average():P0} on letters");
Console.WriteLine($"mutual information: {digits.MutualInformation.Average():F3} and {strangers.MutualInformation.Average():F3} nats");

// Evaluates thresholds at the posterior mean, without the noise of a draw; the model is not modified.
foreach (var result in trainer.EvaluateThresholds(test, -4.0, -2.0, 0.0))
    Console.WriteLine(
        $"threshold {result.Thresholds,4}: accuracy of the mean {result.Accuracy:P1}, {result.Pruning.PrunedPart:P1} pruned");

// Prunes for good. What is left is your own class with smaller layers, which gives the same answers.
model.Prune(-2.0);
model.Save("reader.safetensors");
var (small, report) = model.Compact(() => new Reader(), test.Inputs[..100]);
Console.WriteLine(report);
using var digit = test.Inputs[..1];
using var answer = small.call(digit).argmax(-1);
Console.WriteLine($"A {test.Targets[0].item<long>()}, read as {answer.item<long>()}.");

[Bayesian(SparseDropout, Estimator = Estimator.Local)]
public sealed class Reader : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(28 * 28, 128);
    private readonly Linear output = Linear(128, 10);

    public Reader() : base(nameof(Reader)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(relu(hidden.call(x.flatten(1))));
}
