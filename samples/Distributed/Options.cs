using System.CommandLine;
using BayesGen.CommandLines;
using BayesGen.Mpi;

namespace DistributedSample;

/// <summary>What the weights' posterior is, or who moves it.</summary>
public enum FamilyName
{
    /// <summary>A normal distribution for each weight.</summary>
    Gaussian,

    /// <summary>Sparse variational dropout with the noise at the outputs.</summary>
    SparseDropout,

    /// <summary>A log-normal distribution with a sign for each weight.</summary>
    LogUniform,

    /// <summary>A scale for each neuron or channel.</summary>
    GroupArd,

    /// <summary>A normal distribution, moved by IVON.</summary>
    Ivon,
}

/// <summary>Which network.</summary>
public enum NetworkName
{
    /// <summary>784-100-50-10.</summary>
    Dense,

    /// <summary>Two convolutions and two dense layers.</summary>
    Conv,

    /// <summary>The larger classifier of the guide.</summary>
    Classifier,

    /// <summary>An LSTM over the rows of the image, four at a time.</summary>
    Lstm,
}

/// <summary>What the command line asks for.</summary>
public sealed record Options
{
    public int Steps { get; init; } = 200;

    public int BatchSize { get; init; } = 64;

    public int Shards { get; init; } = new MpiOptions().Shards;

    public int Seed { get; init; }

    public int StallSeconds { get; init; } = 60;

    public FamilyName Family { get; init; }

    public NetworkName Network { get; init; }

    public int? Width { get; init; }

    public MpiMode? Mode { get; init; } = MpiMode.Exact;

    public string? Checkpoints { get; init; }

    public int EverySteps { get; init; } = 100;

    /// <summary>The command line of the sample.</summary>
    /// <param name="run">What to do with the options; it gives the exit code.</param>
    public static RootCommand Command(Func<Options, int> run)
    {
        var defaults = new Options();
        var steps = CheckedOption.Number("--steps", "N", "The steps of the training.", least: 1, defaults.Steps);
        var batch = CheckedOption.Number("--batch", "N", "The examples of a step, over all ranks.", least: 1, defaults.BatchSize);
        var shards = CheckedOption.Number("--shards", "S", "The parts that a batch is cut into.", least: 1, defaults.Shards);
        var family = CheckedOption.Choice<FamilyName>("--family", "The posterior (default gaussian).");
        var network = CheckedOption.Choice<NetworkName>("--network", "The network (default dense).");
        var width = CheckedOption.OptionalNumber(
            "--width", "N", "The neurons of both hidden layers of the dense network (default 100 and 50).", least: 1);
        var mode = CheckedOption.Choice<MpiMode>("--mode", "The same bits at any number of ranks, or one all-reduce (default exact).");
        var seed = CheckedOption.Number("--seed", "N", "The seed of everything.", least: 0, defaults.Seed);
        var stall = CheckedOption.Number(
            "--stall", "SECONDS", "How long a rank is waited for.", least: 1, defaults.StallSeconds);
        var folder = CheckedOption.Text("--checkpoints", "DIR", "Save there, and continue from there when started again.");
        var every = CheckedOption.Number("--every", "N", "The steps between two checkpoints.", least: 1, defaults.EverySteps);
        var alone = new Option<bool>("--alone") { Description = "Train by this process alone, without MPI, for comparison." };
        var command = new RootCommand(
            "Trains a Bayesian neural network on digits by several processes: mpirun -np 2 dotnet run -c Release --project samples/Distributed")
        {
            steps, batch, shards, family, network, width, mode, seed, stall, folder, every, alone,
        };
        command.SetAction(given => run(new Options
        {
            Steps = given.GetValue(steps),
            BatchSize = given.GetValue(batch),
            Shards = given.GetValue(shards),
            Family = given.GetValue(family),
            Network = given.GetValue(network),
            Width = given.GetValue(width),
            Mode = given.GetValue(alone) ? null : given.GetValue(mode),
            Seed = given.GetValue(seed),
            StallSeconds = given.GetValue(stall),
            Checkpoints = given.GetValue(folder),
            EverySteps = given.GetValue(every),
        }));
        return command;
    }
}
