using BayesGen.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace BayesGen.Benchmarks.Compression;

/// <summary>One training and what came of it.</summary>
internal sealed record Run(
    double Error, double Unpruned, long Weights, long Kept, double Threshold, double Seconds, string Layers, string Curve)
{
    public double Compression => (double)Weights / Kept;

    public override string ToString() =>
        $"error {Error:P2}, {Compression:F1} x ({Kept:N0} of {Weights:N0} weights kept at {Threshold:0.##}), unpruned {Unpruned:P2}, {Seconds:F0} s{Environment.NewLine}"
        + $"  kept by layer: {Layers}{Environment.NewLine}"
        + $"  at other thresholds, on the test images: {Curve}";
}

/// <summary>A network, a family, and the recipe that trains it.</summary>
/// <param name="Network">The name of the network in the papers.</param>
/// <param name="Family">The family of the posteriors.</param>
/// <param name="Create">Makes the Bayesian network and its trainer.</param>
internal sealed record Row(string Network, string Family, Func<TrainerOptions, (IDisposable Model, VariationalTrainer Trainer)> Create)
{
    private const string Dense = "lenet-300-100";
    private const string Convolutional = "lenet-5";

    /// <summary>The part of a point of validation error that a threshold may cost.</summary>
    private const double Allowed = 0.001;

    private const int ValidationImages = 5_000;

    /// <summary>Thresholds that the curve is told at; none of them is chosen by it.</summary>
    private static readonly double[] Told = [-3, -2, -1, 0, 1];

    public required int Epochs { get; init; }

    public required int BatchSize { get; init; }

    public required double LearningRate { get; init; }

    /// <summary>The part of the epochs over which beta rises to 1.</summary>
    public double Warmup { get; init; } = 0.1;

    /// <summary>The threshold of the paper, fixed beforehand; null chooses one on validation images that take no part in training.</summary>
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
        new(Convolutional, "SparseDropout", options => Of(options, new BayesianSparseDropoutLeNet5(new()), model => model.CreateTrainer(options)))
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
        ? ["| published: Sparse VD (Molchanov 2017) | 1.92 | 68 | | | |", "| published: dynamic network surgery (Guo 2016) | 1.99 | 56 | | | |"]
        : ["| published: Sparse VD (Molchanov 2017) | 0.75 | 280 | | | |", "| published: dynamic network surgery (Guo 2016) | 0.91 | 111 | | | |"];

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
            var threshold = FixedThreshold ?? Choose(trainer, validation!);
            var pruned = trainer.Evaluate(mnist.Test, At(threshold));
            return new Run(
                1 - pruned.Accuracy, 1 - trainer.Evaluate(mnist.Test).Accuracy, pruned.Pruning.BayesianWeights, pruned.Pruning.Kept, threshold,
                training.Duration.TotalSeconds,
                string.Join(", ", pruned.Pruning.Weights.Select(weight => $"{weight.Key} {(double)weight.Kept / weight.Count:P1}")),
                string.Join(", ", Told.Select(other => Point(other, trainer.Evaluate(mnist.Test, At(other))))));
        }
    }

    private static (IDisposable, VariationalTrainer) Of<TModel>(TrainerOptions options, TModel model, Func<TModel, VariationalTrainer> train)
        where TModel : nn.Module
    {
        model.to(options.Device!);
        return (model, train(model));
    }

    private static string Point(double threshold, EvaluationResult at) =>
        $"{threshold:0.#} {1 - at.Accuracy:P2} at {(double)at.Pruning.BayesianWeights / at.Pruning.Kept:F1} x";

    private Thresholds At(double threshold) => Score == PruningScore.Family
        ? threshold
        : new Thresholds { [Enum.Parse<Family>(Family)] = threshold, Score = Score };

    /// <summary>The highest threshold that costs next to nothing on validation.</summary>
    private double Choose(VariationalTrainer trainer, TensorDataSet validation)
    {
        var unpruned = trainer.Evaluate(validation).Accuracy;
        return Enumerable.Range(-24, 49).Select(step => step / 4.0)
            .Where(threshold => trainer.Evaluate(validation, At(threshold)).Accuracy >= unpruned - Allowed)
            .Max();
    }

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
            // Some fifty thresholds are tried, and none asks for a bound.
            ElboDraws = 0,
        };
    }
}
