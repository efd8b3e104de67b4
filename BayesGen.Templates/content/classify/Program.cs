// Learns digits, and knows what it does not know: it is unsure of letters, which it has never seen.
using BayesGen.Datasets;
using BayesGen.Plots;
using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.nn.functional;

random.manual_seed(1);
using var train = SyntheticDigits.Create(10_000, seed: 1);
using var test = SyntheticDigits.Create(2_000, seed: 2);
using var letters = SyntheticLetters.Create(2_000, seed: 3);

// The generator writes BayesianReader beside the class Reader below.
using var model = new BayesianReader(new Reader());
using var trainer = model.CreateTrainer(new TrainerOptions
{
    Epochs = 10,
    Metrics = [Metric.Accuracy],
    Report = new TextReport(Console.Out),
    Seed = 1,
});
// The accuracy of a line is that of random draws of the weights; predictions average many of them.
trainer.Train(train);

var evaluation = model.EvaluatePredictions(test, outside: letters, samples: 30);
var strangers = evaluation.OutOfDistribution!;
Console.WriteLine($"test accuracy {evaluation.Accuracy:P1}, expected calibration error {evaluation.ExpectedCalibrationError:F3}");
Console.WriteLine($"mean confidence: {evaluation.Prediction.Confidence.Average():P0} on digits, "
    + $"{strangers.Prediction.Confidence.Average():P0} on letters");
Console.WriteLine($"letters against digits, by entropy: AUROC {strangers.ByEntropy.Auroc:F3}");

Directory.CreateDirectory("results");
model.Save("results/reader.safetensors");
EntropyHistograms.Draw(evaluation.Prediction.Entropy, strangers.Prediction.Entropy, "digits", "letters").SavePng("results/entropy.png");
Console.WriteLine("saved in results/reader.safetensors, drawn in results/entropy.png");

[Bayesian(Gaussian, Estimator = Estimator.Local)]
public sealed class Reader : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(28 * 28, 128);
    private readonly Linear output = Linear(128, 10);

    public Reader() : base(nameof(Reader)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(relu(hidden.call(x.flatten(1))));
}
