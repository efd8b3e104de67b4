using System.CommandLine;
using BayesGen.CommandLines;

namespace TabularSample;

/// <summary>What the command line asks for.</summary>
public sealed record Options
{
    public const string DefaultFolder = "results/tabular";

    /// <summary>The user's own file; null draws a table of rents.</summary>
    public string? Csv { get; init; }

    /// <summary>The column that is to be predicted.</summary>
    public string Target { get; init; } = Rents.Target;

    /// <summary>Columns that say nothing of a new row, such as a number of the row.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    /// <summary>Columns whose numbers are names, such as postal codes.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    public int Seed { get; init; } = 1;

    public int Epochs { get; init; } = 100;

    public string Out { get; init; } = DefaultFolder;

    /// <summary>The command line of the sample.</summary>
    /// <param name="run">What to do with the options; it gives the exit code.</param>
    public static RootCommand Command(Func<Options, int> run)
    {
        var defaults = new Options();
        var csv = CheckedOption.Text("--csv", "FILE", "A file of your own, whose first line names the columns (default: drawn rents).");
        var target = CheckedOption.Text("--target", "COLUMN", "The column that is to be predicted.");
        var ignored = Names("--ignore", "Columns that are left out, such as the number of a row.");
        var categories = Names("--categories", "Columns whose numbers are names, such as postal codes.");
        var seed = CheckedOption.Number("--seed", "N", "The seed of everything.", least: 0, defaults.Seed);
        var epochs = CheckedOption.Number("--epochs", "N", "Passes over the rows that are learned.", least: 1, defaults.Epochs);
        var folder = CheckedOption.Text("--out", "DIR", "Write the model, the chart and the figures there.");
        folder.DefaultValueFactory = _ => DefaultFolder;
        var command = new RootCommand("Predicts a column of a table, with intervals that hold 90 of 100 new rows.")
        {
            csv, target, ignored, categories, seed, epochs, folder,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(csv) is null != result.GetValue(target) is null)
                result.AddError("--csv FILE and --target COLUMN go together: the table, and its column that is to be predicted.");
        });
        command.SetAction(given => run(new Options
        {
            Csv = given.GetValue(csv),
            Target = given.GetValue(target) ?? Rents.Target,
            Ignored = given.GetValue(ignored)!,
            Categories = given.GetValue(categories)!,
            Seed = given.GetValue(seed),
            Epochs = given.GetValue(epochs),
            Out = given.GetValue(folder)!,
        }));
        return command;
    }

    private static Option<IReadOnlyList<string>> Names(string name, string description)
    {
        var option = CheckedOption.Of(
            name, "COLUMNS", description, "is a list of columns with commas between them",
            (string text, out IReadOnlyList<string> value) =>
            {
                value = text.Split(',', StringSplitOptions.TrimEntries);
                return !value.Contains("");
            });
        option.DefaultValueFactory = _ => [];
        return option;
    }
}
