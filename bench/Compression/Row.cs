using BayesGen.Compression;
using BayesGen.Datasets;
using static TorchSharp.torch;

namespace BayesGen.Benchmarks.Compression;

/// <summary>A network, a family, and the recipe that trains it.</summary>
/// <param name="Network">The name of the network in the papers.</param>
/// <param name="Family">The family of the posteriors.</param>
/// <param name="Create">Makes the Bayesian neural network and its trainer.</param>
internal sealed record Row(string Network, string Family, Func<TrainerOptions, TrainedNetwork> Create)
{
    private const string Dense = "lenet-300-100";
    private const string Convolutional = "lenet-5";

    private const int ValidationImages = 5_000;

    /// <summary>The part of the validation images that a threshold may cost.</summary>
    private const double Allowed = 0.001;

    private static readonly double[] Thinkable = [.. Enumerable.Range(-24, 49).Select(step => step / 4.0)];

    public required int Epochs { get; init; }

    public required int BatchSize { get; init; }

    public required double LearningRate { get; init; }

    /// <summary>The part of the epochs over which beta rises to 1.</summary>
    public double Warmup { get; init; } = 0.1;

    /// <summary>
    /// The threshold of the paper, fixed beforehand; null chooses one for all seeds on validation images that take no part in training.
    /// </summary>
    public double? FixedThreshold { get; init; }

    public PruningScore Score { get; init; } = PruningScore.Family;

    public static IReadOnlyList<Row> All { get; } =
    [
        new(Dense, "SparseDropout", options => TrainedNetwork.Of(
                options, new BayesianSparseDropoutLeNet300(new()), () => new SparseDropoutLeNet300(),
                (model, given) => model.CreateTrainer(given)))
        {
            Epochs = 100, BatchSize = 100, LearningRate = 2e-3, FixedThreshold = -3,
        },
        new(Dense, "LogUniform", options => TrainedNetwork.Of(
                options, new BayesianLogUniformLeNet300(new()), () => new LogUniformLeNet300(),
                (model, given) => model.CreateTrainer(given)))
        {
            Epochs = 60, BatchSize = 100, LearningRate = 2e-3, Score = PruningScore.TotalNoise,
        },
        new(Dense, "Gaussian", options => TrainedNetwork.Of(
                options, new BayesianGaussianLeNet300(new()), () => new GaussianLeNet300(),
                (model, given) => model.CreateTrainer(given)))
        {
            Epochs = 60, BatchSize = 100, LearningRate = 2e-3,
        },
        new(Convolutional, "SparseDropout",
            options => TrainedNetwork.Of(
                options, new BayesianSparseDropoutLeNet5(new()), () => new SparseDropoutLeNet5(),
                (model, given) => model.CreateTrainer(given)))
        {
            Epochs = 30, BatchSize = 200, LearningRate = 4e-3, Warmup = 0.2,
        },
        new(Convolutional, "LogUniform", options => TrainedNetwork.Of(
                options, new BayesianLogUniformLeNet5(new()), () => new LogUniformLeNet5(),
                (model, given) => model.CreateTrainer(given)))
        {
            Epochs = 20, BatchSize = 200, LearningRate = 4e-3, Warmup = 0.2, Score = PruningScore.TotalNoise,
        },
        new(Convolutional, "Gaussian", options => TrainedNetwork.Of(
                options, new BayesianGaussianLeNet5(new()), () => new GaussianLeNet5(),
                (model, given) => model.CreateTrainer(given)))
        {
            Epochs = 20, BatchSize = 200, LearningRate = 4e-3, Warmup = 0.2,
        },
    ];

    /// <summary>What the papers report for a network.</summary>
    public static IReadOnlyList<string> Published(string network) => network == Dense
        ? ["| published: Sparse VD (Molchanov 2017) | 1.92 | 68 | | | |",
            "| published: dynamic network surgery (Guo 2016) | 1.99 | 56 | | | |"]
        : ["| published: Sparse VD (Molchanov 2017) | 0.75 | 280 | | | |",
            "| published: dynamic network surgery (Guo 2016) | 0.91 | 111 | | | |"];

    /// <summary>Trains with one seed, where the images are.</summary>
    public Run Run(int seed, TrainTest mnist)
    {
        random.manual_seed(seed);
        var network = Create(Options(seed) with { Device = mnist.Train.Device });
        if (FixedThreshold is not null)
            return new Run(this, network, mnist.Test, null, network.Trainer.Train(mnist.Train).Duration);
        var (train, validation) = mnist.Train.Split(ValidationImages, seed);
        using (train)
            return new Run(this, network, mnist.Test, validation, network.Trainer.Train(train).Duration);
    }

    /// <summary>
    /// The highest threshold that costs next to nothing on the validation images of all trainings together: those of one are too few to
    /// distinguish thresholds that cost a handful of them.
    /// </summary>
    public double Choose(IReadOnlyList<Run> runs) => FixedThreshold ?? ThresholdSearch.Over(
        [.. runs.Select(run => run.Searched)], Allowed, new ThresholdOptions { Candidates = Thinkable, Score = Score }).Threshold;

    /// <summary>A threshold on the score of the row.</summary>
    public Thresholds At(double threshold) => Score == PruningScore.Family
        ? threshold
        : new Thresholds { [Enum.Parse<Family>(Family)] = threshold, Score = Score };

    private TrainerOptions Options(int seed)
    {
        var warmup = Math.Max(1, (int)(Warmup * Epochs));
        return new TrainerOptions
        {
            Seed = seed,
            Epochs = Epochs,
            BatchSize = BatchSize,
            LearningRate = LearningRate,
            LearningRateFactors = new Dictionary<string, double>(),
            // The decay finishes the sparsity: weights that hover at the threshold settle once the steps grow small.
            LearningRateSchedule = progress => progress < 0.5 ? 1 : 0.02 + 0.98 * 2 * (1 - progress),
            Beta = new LinearWarmup(warmup, after: Math.Max(1, warmup / 4)),
            Report = new TextReport(Console.Error),
            Metrics = [Metric.Accuracy],
            // Several thresholds are looked at, and none asks for a bound.
            ElboSamples = 0,
        };
    }
}
