using System.CommandLine;
using BayesGen.CommandLines;

namespace ImbalancedSample;

/// <summary>What the command line asks for.</summary>
/// <param name="Out">The folder for the charts.</param>
/// <param name="Miss">What a fraud that was let through costs, where a check that was needless costs 1.</param>
public sealed record Options(string Out = Options.DefaultFolder, int Miss = Options.UsualMiss)
{
    public const string DefaultFolder = "results/imbalanced";
    public const int UsualMiss = 30;

    /// <summary>The command line of the sample.</summary>
    /// <param name="run">What to do with the options; it gives the exit code.</param>
    public static RootCommand Command(Func<Options, int> run)
    {
        var folder = CheckedOption.Text("--out", "DIR", "Write the reliability diagrams there, as PNG and SVG.");
        folder.DefaultValueFactory = _ => DefaultFolder;
        var miss = CheckedOption.Number(
            "--miss", "COST", "What a fraud that was let through costs, in needless checks.", least: 1, otherwise: UsualMiss);
        var command = new RootCommand("Finds the two payments in a hundred that are fraud, says how likely it is, and decides by cost.")
        {
            folder,
            miss,
        };
        command.SetAction(given => run(new Options(given.GetValue(folder)!, given.GetValue(miss))));
        return command;
    }
}
