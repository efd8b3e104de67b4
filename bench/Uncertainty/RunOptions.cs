using System.CommandLine;
using BayesGen.CommandLines;

namespace BayesGen.Benchmarks.Uncertainty;

/// <summary>What the command line asks for.</summary>
/// <param name="Out">Where results are written, and finished runs looked for.</param>
public sealed record RunOptions(string Out)
{
    private const string DefaultFolder = "results/bench-uncertainty";

    /// <summary>The folder of the images; null looks in the usual places.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>The archives to learn.</summary>
    public IReadOnlyList<string> Sets { get; init; } = ImageSet.Names;

    /// <summary>The methods in the order of the table.</summary>
    public IReadOnlyList<string> Methods { get; init; } = Method.Usual;

    /// <summary>Passes over the training images: each method is trained again for each of these.</summary>
    public IReadOnlyList<int> Epochs { get; init; } = [8];

    /// <summary>One training for each.</summary>
    public IReadOnlyList<int> Seeds { get; init; } = [1, 2, 3];

    /// <summary>The number of networks of the ensemble.</summary>
    public int Members { get; init; } = 5;

    /// <summary>The networks sampled for a prediction; an ensemble shares them among its members.</summary>
    public int Samples { get; init; } = 20;

    /// <summary>The weight of the divergence; null is that of each recipe.</summary>
    public double? Beta { get; init; }

    /// <summary>Threads of Torch.</summary>
    public int Threads { get; init; } = 2;

    /// <summary>Whether images held out of the training take the place of the test images, to choose a recipe.</summary>
    public bool IsValidation { get; init; }

    /// <summary>Where the outcome of each run is kept; those that are for choosing a recipe lie apart.</summary>
    public string RunFolder => Path.Combine(Out, IsValidation ? "validation" : "runs");

    /// <summary>Where the means over seeds are written.</summary>
    public string SummaryFile => Path.Combine(Out, IsValidation ? "validation.json" : "uncertainty.json");

    /// <summary>The command line.</summary>
    /// <param name="run">What to do with the options; it gives the exit code.</param>
    public static RootCommand Command(Func<RunOptions, int> run)
    {
        var defaults = new RunOptions(DefaultFolder);
        var data = CheckedOption.Text(
            "--data-dir", "DIR",
            "The folder with mnist and fashion-mnist. Without it they are looked for in BAYESGEN_DATA and the user's cache, and "
            + "downloaded at last.");
        var folder = CheckedOption.Text(
            "--out", "DIR", "Write uncertainty.json there. Runs that are finished there are not computed again.");
        folder.DefaultValueFactory = _ => DefaultFolder;
        var sets = CheckedOption.Words("--sets", "What to learn: mnist, fashion-mnist.", ImageSet.Names, defaults.Sets);
        var methods = CheckedOption.Words(
            "--methods", "Which methods: " + string.Join(", ", Method.Names) + ".", Method.Names, defaults.Methods);
        var epochs = CheckedOption.Numbers(
            "--epochs", "LIST", "Passes over the training images, one training for each number.", least: 2, defaults.Epochs);
        var seeds = CheckedOption.Numbers("--seeds", "LIST", "One training for each seed.", least: 0, defaults.Seeds);
        var members = CheckedOption.Number("--members", "N", "Networks of the ensemble.", least: 2, defaults.Members);
        var samples = CheckedOption.Number(
            "--samples", "N", "Networks sampled for a prediction; an ensemble shares them among its members.", least: 1, defaults.Samples);
        var beta = CheckedOption.OptionalAmount("--beta", "B", "The weight of the divergence; without it that of each recipe.");
        var threads = CheckedOption.Number("--threads", "N", "Threads of Torch.", least: 1, defaults.Threads);
        var validation = new Option<bool>("--validation")
        {
            Description = "Judge by 10,000 of the training images, which take no part in the training, instead of the test images.",
        };
        var command = new RootCommand("Measures how honest LeNet-5 is about MNIST and Fashion-MNIST.")
        {
            data, sets, methods, epochs, seeds, members, samples, beta, folder, threads, validation,
        };
        command.SetAction(given => run(new RunOptions(given.GetValue(folder)!)
        {
            DataDirectory = given.GetValue(data),
            Sets = given.GetValue(sets)!,
            Methods = given.GetValue(methods)!,
            Epochs = given.GetValue(epochs)!,
            Seeds = given.GetValue(seeds)!,
            Members = given.GetValue(members),
            Samples = given.GetValue(samples),
            Beta = given.GetValue(beta),
            Threads = given.GetValue(threads),
            IsValidation = given.GetValue(validation),
        }));
        return command;
    }
}
