using System.CommandLine;
using BayesGen.CommandLines;

namespace RegressionSample;

/// <summary>What the command line asks for.</summary>
/// <param name="Out">The folder for the page, the chart and the table behind it.</param>
public sealed record Options(string Out = Options.DefaultFolder)
{
    public const string DefaultFolder = "results/regression";

    /// <summary>The command line of the sample.</summary>
    /// <param name="run">What to do with the options; it gives the exit code.</param>
    public static RootCommand Command(Func<Options, int> run)
    {
        var folder = CheckedOption.Text("--out", "DIR", "Write report.html there, and band and laplace as png, svg and csv.");
        folder.DefaultValueFactory = _ => DefaultFolder;
        var command = new RootCommand("Fits a curve through points, and says how sure it is: at the points, between them and beyond.")
        {
            folder,
        };
        command.SetAction(given => run(new Options(given.GetValue(folder)!)));
        return command;
    }
}
