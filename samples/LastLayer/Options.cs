using System.CommandLine;
using BayesGen.CommandLines;
using BayesGen.SampleImages;

namespace LastLayerSample;

/// <summary>What the command line asks for.</summary>
public sealed record Options
{
    public const string DefaultFolder = "results/last-layer";

    private static readonly string[] DefaultOutside = ["letters", "noise"];

    /// <summary>The images.</summary>
    public ImageChoice Images { get; init; } = new(false, null, AllDigits, DefaultOutside);

    /// <summary>A file of the trained network; null trains one.</summary>
    public string? Network { get; init; }

    /// <summary>Null: what suits the data.</summary>
    public int? Epochs { get; init; }

    public int Samples { get; init; } = 100;

    public int Seed { get; init; } = 1;

    public string Out { get; init; } = DefaultFolder;

    private static int[] AllDigits => [.. Enumerable.Range(0, 10)];

    /// <summary>The command line of the sample.</summary>
    /// <param name="run">What to do with the options; it gives the exit code.</param>
    public static RootCommand Command(Func<Options, int> run)
    {
        var defaults = new Options();
        var images = new ImageOptions(DefaultOutside);
        var network = CheckedOption.Text(
            "--network", "FILE", "A state file of the trained network. Where there is none yet, it is written after the training.");
        var epochs = CheckedOption.OptionalNumber("--epochs", "N", "Passes over the training data of the plain network.", least: 1);
        var samples = CheckedOption.Number("--samples", "N", "Samples of the logits for a prediction.", least: 1, defaults.Samples);
        var seed = CheckedOption.Number("--seed", "N", "The seed of the training and of the samples.", least: 0, defaults.Seed);
        var folder = CheckedOption.Text("--out", "DIR", "Write the charts and the table there.");
        folder.DefaultValueFactory = _ => DefaultFolder;
        var command = new RootCommand(
            "Takes a trained network, gives its last layer a posterior in seconds, and asks whether the answers become more honest.")
        {
            network, epochs, samples, seed, folder,
        };
        images.AddTo(command);
        command.SetAction(given => run(new Options
        {
            Images = images.Read(given, AllDigits),
            Network = given.GetValue(network),
            Epochs = given.GetValue(epochs),
            Samples = given.GetValue(samples),
            Seed = given.GetValue(seed),
            Out = given.GetValue(folder)!,
        }));
        return command;
    }
}
