// Fits a curve through noisy points, and says how sure it is: at the points, in the gap between them and beyond.
using BayesGen.Plots;
using TorchSharp.Modules;
using static BayesGen.Family;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.nn.functional;

const double Noise = 0.15;
random.manual_seed(1);
using var train = Points(600);
using var test = Points(2_000);

// The generator writes BayesianCurve beside the class Curve below.
using var model = new BayesianCurve(new Curve());
using var trainer = model.CreateTrainer(new TrainerOptions
{
    Epochs = 200,
    BatchSize = 50,
    LearningRate = 1e-2,
    FitLoss = FitLoss.LearnedGaussian,
    ElboSamples = 0,
    Seed = 1,
});
var training = trainer.Train(train);
Console.WriteLine($"{training.Epochs.Count} epochs, {training.Duration.TotalSeconds:F0} s");

// The whole axis, with the gap in the middle and what lies beyond the points.
double[] x = [.. Enumerable.Range(-40, 81).Select(i => i / 10.0)];
using var places = tensor(x, [x.Length, 1], ScalarType.Float32, CPU);
var curve = model.Predict(places, GaussianNoise.Learned, samples: 100);
double Unknown(double at) => Math.Sqrt(curve.EpistemicVariance[Array.IndexOf(x, at)][0]);
Console.WriteLine($"epistemic standard deviation: {Unknown(2):F3} among the points, {Unknown(0):F3} in the gap, {Unknown(4):F3} beyond");
Console.WriteLine($"noise: {Math.Sqrt(curve.AleatoricVariance[0][0]):F3} learned, {Noise} in truth");

var evaluation = model.EvaluatePredictions(test, GaussianNoise.Learned, samples: 100);
foreach (var (level, coverage, width) in evaluation.Intervals)
    Console.WriteLine($"{level:P0} intervals hold {coverage:P1} of {test.Count:N0} new points, {width:F2} wide");

Directory.CreateDirectory("results");
model.Save("results/curve.safetensors");
var band = curve.CentralInterval(0.95);
RegressionBand.Draw(
    x, First(curve.Mean), First(band.Lower), First(band.Upper), Numbers(train.Inputs), Numbers(train.Targets),
    [.. x.Select(at => Math.Sin(2 * at) + 0.3 * at)],
    epistemic: [.. First(curve.EpistemicVariance).Select(Math.Sqrt)]).SavePng("results/band.png");
Console.WriteLine("saved in results/curve.safetensors, drawn in results/band.png");

// Two pieces of the axis, -3 to -1 and 1 to 3; nothing is known between them.
static BayesGen.Data.TensorDataSet Points(int count)
{
    using var scope = NewDisposeScope();
    var spread = rand(count, 1) * 4 - 2;
    var x = spread + spread.sign();
    return new(x, (2 * x).sin() + 0.3 * x + Noise * randn(count, 1));
}

static double[] First(IReadOnlyList<double[]> rows) => [.. rows.Select(row => row[0])];

static double[] Numbers(Tensor column) => [.. column.data<float>().Select(number => (double)number)];

[Bayesian(Gaussian, Estimator = Estimator.Local, PriorScale = 0.7)]
public sealed class Curve : Module<Tensor, Tensor>
{
    private readonly Linear first = Linear(1, 20);
    private readonly Linear second = Linear(20, 20);
    private readonly Linear output = Linear(20, 1);

    // One size of the noise for all points, learned beside the weights.
    private readonly Parameter logSigma = GaussianNoise.LogSigma(outputs: 1, sigma: 0.3);

    public Curve() : base(nameof(Curve)) => RegisterComponents();

    public override Tensor forward(Tensor x) =>
        GaussianNoise.Join(output.call(silu(second.call(silu(first.call(x))))), logSigma);
}
