// A curve through points, and how sure it is: where there are points, in the gap between them, and beyond. See README.md.
using System.Globalization;
using BayesGen;
using RegressionSample;
using TorchSharp;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
ComputeThreads.UsePassiveWait();
return Options.Command(Run).Parse(args).Invoke();

static int Run(Options options)
{
    try
    {
        // What is wrong with the folder is found out before the training, not after it.
        Directory.CreateDirectory(options.Out);
    }
    catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine(exception.Message);
        return 1;
    }

    const int Samples = 200;
    torch.random.manual_seed(1);
    using var train = Points.Draw(600, seed: 1);
    using var test = Points.Draw(2_000, seed: 2);
    using var model = new BayesianCurveNetwork(new CurveNetwork());
    var recipe = new TrainerOptions
    {
        Epochs = 350,
        BatchSize = 50,
        LearningRate = 1e-2,
        FitLoss = FitLoss.LearnedGaussian,
        ElboSamples = 0,
        Seed = 1,
    };
    using var trainer = model.CreateTrainer(recipe);
    var training = trainer.Train(train);
    Console.WriteLine(
        $"{train.Count} points, {model.Arena.TotalCount:N0} weights, {training.Epochs.Count} epochs, {training.Duration.TotalSeconds:F0} s");

    // The whole axis, the gap and what lies beyond included.
    var band = Band.Of(model, Samples);
    Console.WriteLine();
    band.Print();

    var (at, gap, beyond) = (
        band.MeanEpistemic(Points.AreAt), band.MeanEpistemic(x => Math.Abs(x) < 0.5), band.MeanEpistemic(x => Math.Abs(x) > 4));
    Console.WriteLine();
    Console.WriteLine($"epistemic standard deviation, mean: {at:F3} at the points, {gap:F3} in the gap, {beyond:F3} beyond them");

    var evaluation = model.EvaluatePredictions(test, GaussianNoise.Learned, Samples);
    var sigma = Math.Sqrt(evaluation.Prediction.AleatoricVariance[0][0]);
    Console.WriteLine($"noise: {sigma:F3} learned, {Points.Sigma} in truth");
    Console.WriteLine(
        $"{test.Count:N0} new points: NLL {evaluation.NegativeLogLikelihood:F3} nats, "
        + $"root mean squared error {evaluation.RootMeanSquaredError:F3}");
    foreach (var (level, coverage, width) in evaluation.Intervals)
        Console.WriteLine($"  {level:P0} intervals: {coverage:P1} of the points in them, {width:F2} wide");

    // The same network trained as a plain one, and around its weights the Gaussian that the curvature of the loss gives.
    torch.random.manual_seed(1);
    using var plain = new DeterministicModel<CurveNetwork>(new CurveNetwork());
    using (var plainTrainer = plain.CreateTrainer(recipe))
        plainTrainer.Train(train);
    using var point = new BayesianCurveNetwork(plain.Distribution(() => new CurveNetwork()).Mean());
    using var laplace = point.FitLaplace(train, new LaplaceOptions { Noise = GaussianNoise.Learned });
    var curved = Band.Of(laplace);
    Console.WriteLine();
    Console.WriteLine(
        $"the truth lies in the {Band.Level:P0} band on {band.PartWithTruth:P0} of the axis, "
        + $"in that of a Laplace approximation on {curved.PartWithTruth:P0}");
    Console.WriteLine();
    Console.WriteLine($"drawn in {band.Write(options.Out, "band", train)} and {curved.Write(options.Out, "laplace", train)}");
    Console.WriteLine($"{RunPage.Write(options.Out, model, training, band, curved, test, evaluation)} shows the run on one page");
    return 0;
}
