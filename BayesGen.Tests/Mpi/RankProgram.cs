using System.Diagnostics;
using BayesGen.Data;
using BayesGen.Mpi;
using DistributedSample;
using TorchSharp.Modules;

namespace BayesGen.Tests.Mpi;

/// <summary>What a rank does that a test starts by mpirun.</summary>
internal static class RankProgram
{
    public const string Argument = "mpi-rank";

    public const int Refused = 3;

    private const int Examples = 24;
    private const int BatchSize = 8;

    /// <summary>Three batches and three rows.</summary>
    private const int ShortExamples = 27;

    public static int Run(string scenario, string folder)
    {
        try
        {
            using var group = MpiGroup.World(new MpiOptions
            {
                Shards = scenario == "one-shard" ? 1 : 4,
                Mode = scenario == "fast" ? MpiMode.Fast : MpiMode.Exact,
                StallTimeout = TimeSpan.FromSeconds(scenario == "stall" ? 3 : 60),
            });
            Play(scenario, folder, group);
            return 0;
        }
        catch (Exception exception) when (exception is MpiException or InvalidOperationException or ArgumentException or IOException)
        {
            Console.Error.WriteLine($"refused: {exception.Message}");
            return Refused;
        }
    }

    private static void Play(string scenario, string folder, MpiGroup group)
    {
        switch (scenario)
        {
            case "bits":
                PrintBits(group, folder);
                break;
            case "answers":
                PrintAnswers(group);
                break;
            case "fast" or "whole":
                Train(group, Options(epochs: 4));
                break;
            case "kill":
                Train(group, Options(epochs: 4, folder, OnRank(group, 1, 8, () => Process.GetCurrentProcess().Kill())));
                break;
            case "finish":
                Train(group, Options(epochs: 4, folder), folder);
                break;
            case "whole-short":
                Train(group, Options(epochs: 2), examples: ShortExamples);
                break;
            case "kill-short":
                // The hook of the last step, before its checkpoint.
                var dying = Options(epochs: 2, folder, OnRank(group, 0, 4, () => Process.GetCurrentProcess().Kill()));
                Train(group, dying with { Checkpoints = dying.Checkpoints! with { EverySteps = 1 } }, examples: ShortExamples);
                break;
            case "finish-short":
                Train(group, Options(epochs: 2, folder), folder, examples: ShortExamples);
                break;
            case "near":
                NearbyTraining.Compare(group);
                break;
            case "one-shard":
                Console.WriteLine(
                    $"same: {StateAfter(Options(epochs: 3)) == StateAfter(Options(epochs: 3).Distribute(group))}");
                break;
            case "predict":
                group.Predict(Model(), Data(group.Rank).Inputs);
                break;
            case "evaluate":
                using (var trainer = Model().CreateTrainer(Options(1).Distribute(group)))
                    trainer.Evaluate(Data(group.Rank));
                break;
            case "beta":
                Train(group, Options(epochs: 4) with { Hooks = [OnRank(group, 1, 2, trainer => trainer.Beta = 0.3)] });
                break;
            case "replicas":
                Train(group, Options(epochs: 4) with { Samples = 2, Replicas = Replicas.Of(Model) });
                break;
            case "not-a-number":
                random.manual_seed(3);
                using (var data = Data(0))
                {
                    data.Inputs[17, 2] = float.NaN;
                    group.Predict(Model(), data.Inputs, 3, new BayesGen.Prediction.PredictionOptions { BatchSize = 5 });
                }

                break;
            case "throw":
                Train(group, Options(epochs: 4, hook: OnRank(group, 1, 2, () => throw new InvalidOperationException("no more disk"))));
                break;
            case "stall":
                Train(group, Options(epochs: 4, hook: OnRank(group, 1, 2, () => Thread.Sleep(Timeout.Infinite))));
                break;
            case "options":
                Train(group, Options(epochs: 4) with { LearningRate = 0.01 * (1 + group.Rank) });
                break;
            case "data":
                Train(group, Options(epochs: 4), seedOfData: group.Rank);
                break;
            case "batches":
                Train(group, Options(epochs: 4) with { ExampleCount = Examples }, seedOfData: group.Rank, isList: true);
                break;
            case "folder":
                Train(group, Options(epochs: 4, Path.Combine(folder, $"of-rank-{group.Rank}")));
                break;
            case "alone":
                // Only one rank evaluates.
                Train(group, Options(epochs: 4, hook: OnRank(group, 1, 2, () => group.Predict(Model(), Data(0).Inputs))));
                break;
            case "cancel":
                Cancel(group);
                break;
            default:
                throw new ArgumentException($"There is no scenario '{scenario}'.");
        }
    }

    /// <summary>A hash for each kind of training; those of one name are the same at any number of ranks.</summary>
    private static void PrintBits(MpiGroup group, string networks)
    {
        foreach (var family in Enum.GetValues<FamilyName>())
        {
            foreach (var network in networks.Split(',').Select(name => Enum.Parse<NetworkName>(name)))
            {
                random.manual_seed(group.Rank);
                var (model, trainer) = Trained.Of(family, network);
                using var owned = model;
                Print(group, $"{family} {network}", model, trainer, Options(epochs: 1), Digits());
            }
        }

        using var dropping = Model();
        Print(group, "two samples, dropout, clipping", dropping, dropping.CreateTrainer, Options(epochs: 2) with
        {
            Samples = 2,
            Antithetic = true,
            MaxGradientNorm = 0.5,
            Beta = new PlateauBeta(0.5, 1.1, patience: 1),
            Optimizer = (parameters, rate) => new BayesGen.Optimizers.FlatSgd(parameters, rate, momentum: 0.9),
        }, Data(0));
        using var doubles = Model();
        doubles.to(ScalarType.Float64);
        using var data = Data(0);
        Print(
            group, "doubles", doubles, doubles.CreateTrainer, Options(epochs: 2),
            new TensorDataSet(data.Inputs.to(ScalarType.Float64), data.Targets.alias()));
    }

    private static void Print(
        MpiGroup group, string name, nn.Module<Tensor, Tensor> model, Func<TrainerOptions, BayesGen.Training.VariationalTrainer> make,
        TrainerOptions options, TensorDataSet data)
    {
        using (data)
        {
            using var trainer = make(options.Distribute(group));
            var result = trainer.Train(data, data);
            var last = result.Epochs[^1];
            if (group.Rank == 0)
                Console.WriteLine(FormattableString.Invariant(
                    $"bits {name}: {StateHash.Of(model)} {last.Fit:R} {last.Total:R} {last.Validation!.Elbo:R} {last.Validation.Accuracy:R}"));
        }
    }

    /// <summary>Answers of a group are those of one process, to the last bit.</summary>
    private static void PrintAnswers(MpiGroup group)
    {
        random.manual_seed(3);
        using var model = Model();
        using var data = Data(0);
        using var trainer = model.CreateTrainer(Options(1).Distribute(group));
        using var alone = model.CreateTrainer(Options(1));
        var options = new BayesGen.Prediction.PredictionOptions { BatchSize = 5, KeepOutputs = true };
        var (here, together) = (model.Predict(data.Inputs, 3, options), group.Predict(model, data.Inputs, 3, options));
        var noise = BayesGen.Prediction.GaussianNoise.Fixed(0.3);
        var (numbers, ofGroup) = (model.Predict(data.Inputs, noise, 3, options), group.Predict(model, data.Inputs, noise, 3, options));
        var (one, all) = (alone.Evaluate(data), trainer.Evaluate(data));
        Console.WriteLine(
            $"rank {group.Rank}: {System.Text.Json.JsonSerializer.Serialize(here) == System.Text.Json.JsonSerializer.Serialize(together)} "
            + $"{System.Text.Json.JsonSerializer.Serialize(numbers) == System.Text.Json.JsonSerializer.Serialize(ofGroup)} "
            + $"{(one.Fit, one.Elbo, one.Accuracy, one.Examples) == (all.Fit, all.Elbo, all.Accuracy, all.Examples)}");
    }

    private static void Cancel(MpiGroup group)
    {
        using var source = new CancellationTokenSource();
        var steps = 0L;
        using var model = Model();
        using var data = Data(0);
        using var trainer = model.CreateTrainer((Options(epochs: 4) with
        {
            Hooks =
            [
                (_, result) =>
                {
                    steps = result.GlobalStep;
                    if (group.Rank == 1 && steps == 4)
                        source.Cancel();
                },
            ],
        }).Distribute(group));
        try
        {
            trainer.Train(data, cancellation: source.Token);
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine($"rank {group.Rank} canceled after step {steps}");
        }
    }

    private static void Train(
        MpiGroup group, TrainerOptions options, string? resume = null, int seedOfData = 0, bool isList = false, int examples = Examples)
    {
        random.manual_seed(group.Rank);
        using var model = Model();
        using var data = Data(seedOfData, examples);
        using var trainer = model.CreateTrainer(options.Distribute(group));
        if (resume is not null)
            trainer.Resume(resume);
        trainer.Train(isList ? data.Batches(BatchSize, shuffle: false).ToList() : data);
        if (group.Rank == 0)
            Console.WriteLine($"state {StateHash.Of(model)}");
    }

    private static TrainerOptions Options(
        int epochs, string? folder = null, Action<BayesGen.Training.VariationalTrainer, StepResult>? hook = null) => new()
        {
            Epochs = epochs,
            BatchSize = BatchSize,
            Seed = 7,
            LearningRate = 1e-2,
            Metrics = [Metric.Accuracy],
            Checkpoints = folder is null ? null : new CheckpointOptions { Folder = folder, EverySteps = 2 },
            Hooks = hook is null ? [] : [hook],
        };

    private static Action<BayesGen.Training.VariationalTrainer, StepResult> OnRank(MpiGroup group, int rank, long step, Action act) =>
        OnRank(group, rank, step, _ => act());

    private static Action<BayesGen.Training.VariationalTrainer, StepResult> OnRank(
        MpiGroup group, int rank, long step, Action<BayesGen.Training.VariationalTrainer> act) =>
        (trainer, result) =>
        {
            if (group.Rank == rank && result.GlobalStep == step)
                act(trainer);
        };

    private static BayesianRanked Model() => new(new Ranked());

    private static string StateAfter(TrainerOptions options)
    {
        random.manual_seed(5);
        using var model = Model();
        using var data = Data(0, ShortExamples);
        using var trainer = model.CreateTrainer(options with { Samples = 2 });
        trainer.Train(data);
        return StateHash.Of(model);
    }

    private static TensorDataSet Data(int seed, int examples = Examples)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed + 1);
        return new TensorDataSet(
            rand([examples, 6], dtype: ScalarType.Float32, device: CPU, generator: generator),
            randint(0, 3, [examples], dtype: ScalarType.Int64, device: CPU, generator: generator));
    }

    private static TensorDataSet Digits() => SyntheticDigits.Create(Examples, seed: 1);
}

/// <summary>A small network of what a training by several processes has to keep alike: weights of two kinds and dropout.</summary>
internal sealed class Ranked : nn.Module<Tensor, Tensor>
{
    [Bayesian(Family.Gaussian)] private readonly Linear first = nn.Linear(6, 8);
    private readonly Dropout dropout = nn.Dropout(0.2);
    private readonly Linear second = nn.Linear(8, 3);

    public Ranked() : base(nameof(Ranked)) => RegisterComponents();

    public override Tensor forward(Tensor x) => second.call(dropout.call(nn.functional.relu(first.call(x))));
}
