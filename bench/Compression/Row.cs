using BayesGen.Data;
using BayesGen.Datasets;
using TorchSharp;
using static TorchSharp.torch;

namespace BayesGen.Benchmarks.Compression;

/// <summary>A trained network pruned at one threshold.</summary>
/// <param name="Threshold">The threshold.</param>
/// <param name="Error">The part of the test images that it gets wrong.</param>
/// <param name="Validation">The part of the validation images that it gets right; NaN where there are none.</param>
/// <param name="Weights">The number of weights.</param>
/// <param name="Kept">The number of those that are left.</param>
/// <param name="Layers">The part that is left, by layer.</param>
internal sealed record Point(double Threshold, double Error, double Validation, long Weights, long Kept, string Layers)
{
    public double Compression => (double)Weights / Kept;

    public override string ToString() => $"{Threshold:0.##}: {Error:P2} at {Compression:F1} x";
}

/// <summary>One training and what came of it.</summary>
/// <param name="Unpruned">The part of the test images that the whole network gets wrong.</param>
/// <param name="Validation">The part of the validation images that it gets right; NaN where there are none.</param>
/// <param name="Seconds">How long it trained.</param>
/// <param name="Curve">The network at every threshold that is thought of.</param>
internal sealed record Run(double Unpruned, double Validation, double Seconds, IReadOnlyList<Point> Curve)
{
    /// <summary>The part of the validation images that a threshold may cost.</summary>
    private const double Allowed = 0.001;

    /// <summary>Thresholds that the curve is printed at; none is chosen by what it says of the test images.</summary>
    private static readonly double[] Told = [-3, -2, -1, 0, 1];

    /// <summary>
    /// The highest threshold that costs next to nothing on the validation images of all trainings together: those of one are too few to
    /// tell thresholds apart that cost a handful of them.
    /// </summary>
    public static double Choose(IReadOnlyList<Run> runs) => runs[0].Curve.Count == 1
        ? runs[0].Curve[0].Threshold
        : runs[0].Curve.Select(point => point.Threshold)
            .Where(threshold => runs.Average(run => run.At(threshold).Validation) >= runs.Average(run => run.Validation) - Allowed)
            .Max();

    /// <summary>The network at a threshold.</summary>
    public Point At(double threshold) => Curve.Single(point => point.Threshold == threshold);

    public override string ToString() =>
        $"unpruned {Unpruned:P2}, {Seconds:F0} s; {string.Join(", ", Curve.Where(point => Curve.Count == 1 || Told.Contains(point.Threshold)))}";
}

/// <summary>A network, a family, and the recipe that trains it.</summary>
/// <param name="Network">The name of the network in the papers.</param>
/// <param name="Family">The family of the posteriors.</param>
/// <param name="Create">Makes the Bayesian neural network and its trainer.</param>
internal sealed record Row(string Network, string Family, Func<TrainerOptions, (IDisposable Model, VariationalTrainer Trainer)> Create)
{
    private const string Dense = "lenet-300-100";
    private const string Convolutional = "lenet-5";

    private const int ValidationImages = 5_000;

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
        new(Dense, "SparseDropout", options => Of(options, new BayesianSparseDropoutLeNet300(new()), model => model.CreateTrainer(options)))
        {
            Epochs = 100, BatchSize = 100, LearningRate = 2e-3, FixedThreshold = -3,
        },
        new(Dense, "LogUniform", options => Of(options, new BayesianLogUniformLeNet300(new()), model => model.CreateTrainer(options)))
        {
            Epochs = 60, BatchSize = 100, LearningRate = 2e-3, Score = PruningScore.TotalNoise,
        },
        new(Dense, "Gaussian", options => Of(options, new BayesianGaussianLeNet300(new()), model => model.CreateTrainer(options)))
        {
            Epochs = 60, BatchSize = 100, LearningRate = 2e-3,
        },
        new(Convolutional, "SparseDropout",
            options => Of(options, new BayesianSparseDropoutLeNet5(new()), model => model.CreateTrainer(options)))
        {
            Epochs = 30, BatchSize = 200, LearningRate = 4e-3, Warmup = 0.2,
        },
        new(Convolutional, "LogUniform", options => Of(options, new BayesianLogUniformLeNet5(new()), model => model.CreateTrainer(options)))
        {
            Epochs = 20, BatchSize = 200, LearningRate = 4e-3, Warmup = 0.2, Score = PruningScore.TotalNoise,
        },
        new(Convolutional, "Gaussian", options => Of(options, new BayesianGaussianLeNet5(new()), model => model.CreateTrainer(options)))
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

    /// <summary>Trains with one seed, where the images are, and evaluates on the test images.</summary>
    public Run Run(int seed, TrainTest mnist)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(seed);
        var (model, trainer) = Create(Options(seed) with { Device = mnist.Train.Device });
        using (model)
        using (trainer)
        {
            var (train, validation) = FixedThreshold is null ? mnist.Train.Split(ValidationImages, seed) : (mnist.Train, null);
            var training = trainer.Train(train);
            return new Run(
                1 - trainer.Evaluate(mnist.Test).Accuracy,
                validation is null ? double.NaN : trainer.Evaluate(validation).Accuracy,
                training.Duration.TotalSeconds,
                [.. (FixedThreshold is { } only ? [only] : Thinkable).Select(threshold => At(threshold, trainer, mnist.Test, validation))]);
        }
    }

    private Point At(double threshold, VariationalTrainer trainer, TensorDataSet test, TensorDataSet? validation)
    {
        var pruned = trainer.Evaluate(test, At(threshold));
        return new Point(
            threshold,
            1 - pruned.Accuracy,
            validation is null ? double.NaN : trainer.Evaluate(validation, At(threshold)).Accuracy,
            pruned.Pruning.BayesianWeights,
            pruned.Pruning.Kept,
            string.Join(", ", pruned.Pruning.Weights.Select(weight => $"{weight.Key} {(double)weight.Kept / weight.Count:P1}")));
    }

    private static (IDisposable, VariationalTrainer) Of<TModel>(
        TrainerOptions options, TModel model, Func<TModel, VariationalTrainer> train)
        where TModel : nn.Module
    {
        model.to(options.Device!);
        return (model, train(model));
    }

    private Thresholds At(double threshold) => Score == PruningScore.Family
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
            // Some fifty thresholds are looked at, and none asks for a bound.
            ElboSamples = 0,
        };
    }
}
