using System.CommandLine;
using BayesGen.CommandLines;

namespace CompressSample;

/// <summary>Which images to learn from.</summary>
public enum DataName
{
    /// <summary>Digits that the library draws itself: always at hand.</summary>
    Synthetic,

    /// <summary>Handwritten digits.</summary>
    Mnist,
}

/// <summary>What the command line asks for.</summary>
public sealed record Options
{
    public const string DefaultFolder = "results/compress";

    public DataName Data { get; init; } = DataName.Synthetic;

    public string? DataDirectory { get; init; }

    public int Epochs { get; init; } = 20;

    public int Seed { get; init; } = 1;

    public string Out { get; init; } = DefaultFolder;

    /// <summary>The command line of the sample.</summary>
    /// <param name="run">What to do with the options; it gives the exit code.</param>
    public static RootCommand Command(Func<Options, int> run)
    {
        var data = CheckedOption.Choice<DataName>("--data", "The images to learn from (default synthetic).");
        var directory = CheckedOption.Text(
            "--data-dir", "DIR",
            "The folder with the four files of mnist. Without it they are looked for in BAYESGEN_DATA and the user's cache, and downloaded "
            + "at last.");
        var epochs = CheckedOption.Number("--epochs", "N", "Passes over the training data.", least: 1, otherwise: 20);
        var seed = CheckedOption.Number("--seed", "N", "Seed of weights, noise and order.", least: 0, otherwise: 1);
        var folder = CheckedOption.Text("--out", "DIR", "Write the networks, the chart and summary.json there.");
        folder.DefaultValueFactory = _ => DefaultFolder;
        var command = new RootCommand("Trains a network on digits, removes what it does not need, and takes it out of Torch.")
        {
            data, directory, epochs, seed, folder,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(data) is not { Tokens: [{ Value: not "synthetic" }] } && result.GetResult(directory) is not null)
                result.AddError("--data-dir goes with --data mnist; synthetic digits need no folder.");
        });
        command.SetAction(given => run(new Options
        {
            Data = given.GetValue(data),
            DataDirectory = given.GetValue(directory),
            Epochs = given.GetValue(epochs),
            Seed = given.GetValue(seed),
            Out = given.GetValue(folder)!,
        }));
        return command;
    }
}
