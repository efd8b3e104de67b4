using System.CommandLine;
using BayesGen.CommandLines;

namespace ForecastSample;

/// <summary>What the command line asks for.</summary>
/// <param name="Seed">The seed of the series and of the training.</param>
/// <param name="Epochs">Passes over the training part of each series.</param>
/// <param name="Out">The folder for the charts and the table.</param>
public sealed record Options(int Seed = 1, int Epochs = 15, string Out = Options.DefaultFolder)
{
    public const string DefaultFolder = "results/forecast";

    /// <summary>The command line of the sample.</summary>
    /// <param name="run">What to do with the options; it gives the exit code.</param>
    public static RootCommand Command(Func<Options, int> run)
    {
        var defaults = new Options();
        var seed = CheckedOption.Number("--seed", "N", "The seed of the series and of the training.", least: 0, defaults.Seed);
        var epochs = CheckedOption.Number("--epochs", "N", "Passes over the training part of each series.", least: 1, defaults.Epochs);
        var folder = CheckedOption.Text("--out", "DIR", "Write a chart for each series and bands.csv there.");
        folder.DefaultValueFactory = _ => DefaultFolder;
        var command = new RootCommand("Forecasts the next value of five series with bands of 95 %, and counts how often they hold it.")
        {
            seed, epochs, folder,
        };
        command.SetAction(given => run(new Options(given.GetValue(seed), given.GetValue(epochs), given.GetValue(folder)!)));
        return command;
    }
}
