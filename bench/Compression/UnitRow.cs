using BayesGen.Compression;
using BayesGen.Datasets;
using BayesGen.Variational;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace BayesGen.Benchmarks.Compression;

/// <summary>A network, a family on units, and the recipe that trains, prunes and fine-tunes it.</summary>
/// <param name="Network">The name of the network in the papers.</param>
/// <param name="Family">The family of the posteriors.</param>
/// <param name="Create">Makes the Bayesian neural network and its trainer.</param>
internal sealed record UnitRow(string Network, string Family, Func<TrainerOptions, TrainedNetwork> Create)
{
    private const string Dense = "lenet-300-100";
    private const string Convolutional = "lenet-5";

    private const int ValidationImages = 5_000;

    /// <summary>The part of the validation images that a threshold may cost.</summary>
    private const double Allowed = 0.001;

    /// <summary>
    /// What rounding may cost on the validation images, nats each. Of their errors, a handful, a search finds widths that spare these
    /// images alone.
    /// </summary>
    public double RoundingCost { get; init; } = 0.0005;

    private static readonly double[] Thinkable = [.. Enumerable.Range(-32, 49).Select(step => step / 4.0)];

    public required int Epochs { get; init; }

    /// <summary>Epochs after pruning, without a divergence.</summary>
    public int FineTuning { get; init; } = 3;

    public required int BatchSize { get; init; }

    public required double LearningRate { get; init; }

    /// <summary>
    /// The weight of the divergence: N times what a unit may cost in cross entropy. At 1 the bound is that of the evidence, and units are
    /// kept that hardly matter; the papers that drop units raise it.
    /// </summary>
    public required double Beta { get; init; }

    /// <summary>The part of the training at the full learning rate; it falls to a fiftieth in the rest.</summary>
    public double FullRate { get; init; } = 0.5;

    /// <summary>The part of the training in which the weight of the divergence grows to <see cref="Beta"/>.</summary>
    public double WarmUp { get; init; } = 0.2;

    /// <summary>
    /// Whether the run is measured on images held out of the training instead of the test images, as it is while a recipe is chosen.
    /// </summary>
    public bool IsChosen { get; init; } = true;

    /// <summary>The natural threshold; null chooses one for all seeds on validation images that take no part in training.</summary>
    public double? FixedThreshold { get; init; }

    public static IReadOnlyList<UnitRow> All { get; } =
    [
        new(Dense, "GroupArd", options => TrainedNetwork.Of(
                options, new BayesianGroupArdLeNet300(new()), () => new GroupArdLeNet300(),
                (model, given) => model.CreateTrainer(given)))
        {
            Epochs = 120, BatchSize = 100, LearningRate = 1e-3, Beta = 24, FixedThreshold = 0, FineTuning = 0,
        },
        new(Dense, "GroupLogUniform",
            options => TrainedNetwork.Of(
                options, new BayesianGroupLogUniformLeNet300(new()), () => new GroupLogUniformLeNet300(),
                (model, given) => model.CreateTrainer(given)))
        {
            Epochs = 40, BatchSize = 100, LearningRate = 1e-3, Beta = 1,
        },
        new(Dense, "GroupHorseshoe",
            options => TrainedNetwork.Of(
                options, new BayesianGroupHorseshoeLeNet300(new()), () => new GroupHorseshoeLeNet300(),
                (model, given) => model.CreateTrainer(given)))
        {
            Epochs = 40, BatchSize = 100, LearningRate = 1e-3, Beta = 1,
        },
        new(Convolutional, "GroupArd",
            options => TrainedNetwork.Of(
                options, WithCosts(new BayesianGroupArdLeNet5(new())), () => new GroupArdLeNet5(),
                (model, given) => model.CreateTrainer(given)))
        {
            Epochs = 40, BatchSize = 200, LearningRate = 2e-3, Beta = 20, FixedThreshold = 0, FullRate = 0.4, WarmUp = 0.25,
            FineTuning = 8,
        },
        new(Convolutional, "GroupLogUniform",
            options => TrainedNetwork.Of(
                options, new BayesianGroupLogUniformLeNet5(new()), () => new GroupLogUniformLeNet5(),
                (model, given) => model.CreateTrainer(given)))
        {
            Epochs = 20, BatchSize = 200, LearningRate = 2e-3, Beta = 1,
        },
        new(Convolutional, "GroupHorseshoe",
            options => TrainedNetwork.Of(
                options, new BayesianGroupHorseshoeLeNet5(new()), () => new GroupHorseshoeLeNet5(),
                (model, given) => model.CreateTrainer(given)))
        {
            Epochs = 20, BatchSize = 200, LearningRate = 2e-3, Beta = 1,
        },
    ];

    /// <summary>What the papers report: units kept, weights, multiplications, error.</summary>
    public static IReadOnlyList<string> Published(string network) => network == Dense
        ?
        [
            "| published: VIB (Dai 2018) | 97-71-33 | 27.8 | | 1.6 | | | |",
            "| published: BC-GNJ (Louizos 2017) | 278-98-13 | 9.3 | | 1.8 | | | |",
            "| published: BC-GHS (Louizos 2017) | 311-86-14 | 9.5 | | 1.8 | | | |",
        ]
        :
        [
            "| published: BC-GHS (Louizos 2017) | 5-10-76-16 | 156.5 | 15.0 | 1.0 | | | 771 |",
            "| published: BC-GNJ (Louizos 2017) | 8-13-88-13 | 105.7 | 8.1 | 1.0 | | | 573 |",
            "| published: L0 (Louizos 2018) | 9-18-65-25 | 70.0 | 5.9 | 1.0 | | | |",
        ];

    /// <summary>Trains with one seed, where the images are.</summary>
    public UnitRun Train(int seed, TrainTest mnist)
    {
        random.manual_seed(seed);
        var options = Options(seed) with { Device = mnist.Train.Device };
        var network = Create(options);
        var (train, validation) = mnist.Train.Split(ValidationImages, seed);
        var training = network.Trainer.Train(train);
        return new UnitRun(network, train, validation, IsChosen ? mnist.Test : validation, training.Duration);
    }

    /// <summary>The natural threshold, or the highest that costs next to nothing on the validation images of all seeds together.</summary>
    public double Choose(IReadOnlyList<UnitRun> runs) => FixedThreshold ?? ThresholdSearch.Over(
        [.. runs.Select(run => run.Searched)], Allowed, new ThresholdOptions { Candidates = Thinkable }).Threshold;

    /// <summary>What trains after pruning.</summary>
    public TrainerOptions FineTuningOptions(int seed) => Options(seed) with
    {
        Epochs = FineTuning,
        LearningRate = LearningRate / 4,
        LearningRateSchedule = LearningRateSchedules.LinearDecay(from: 0),
        Beta = 0,
    };

    /// <summary>
    /// A channel of a convolution takes five to ten times the weights of an input feature behind it, and all of its places to compute: it
    /// counts more.
    /// </summary>
    private static BayesianGroupArdLeNet5 WithCosts(BayesianGroupArdLeNet5 model)
    {
        var prior = model.Prior;
        (prior.Conv1.Weight, prior.Conv2.Weight) = (new ArdPrior { Cost = 3 }, new ArdPrior { Cost = 2.5 });
        (prior.Fc1.Weight, prior.Fc2.Weight) = (new ArdPrior { Cost = 1.5 }, new ArdPrior { Cost = 1.5 });
        return model;
    }

    private TrainerOptions Options(int seed) => new()
    {
        Seed = seed,
        Epochs = Epochs,
        BatchSize = BatchSize,
        LearningRate = LearningRate,
        LearningRateSchedule = progress => progress < FullRate ? 1 : 0.02 + 0.98 * (1 - progress) / (1 - FullRate),
        Beta = new LinearWarmup(Math.Max(1, WarmUp * Epochs), Beta),
        Report = new TextReport(Console.Error),
        Metrics = [Metric.Accuracy],
        ElboSamples = 0,
    };
}
