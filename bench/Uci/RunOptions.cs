using System.CommandLine;
using BayesGen.CommandLines;

namespace BayesGen.Benchmarks.Uci;

/// <summary>What the command line asks for.</summary>
/// <param name="DataDirectory">The folder with a folder for each set.</param>
/// <param name="Out">Where results are written, and finished splits looked for.</param>
public sealed record RunOptions(string DataDirectory, string Out)
{
    private const string DefaultFolder = "results/uci";

    /// <summary>The names of folders, in full or by their beginning; empty is all of them.</summary>
    public IReadOnlyList<string> Sets { get; init; } = [];

    /// <summary>The methods in the order of the table.</summary>
    public IReadOnlyList<string> Methods { get; init; } = Method.Names;

    /// <summary>How many splits of a set at most; null is all that it has.</summary>
    public int? Splits { get; init; }

    /// <summary>The number of processes that work at once, each on one thread.</summary>
    public int Threads { get; init; } = 2;

    /// <summary>
    /// Whether the rows to judge by are taken from the training rows, to choose a setting without a look at the test rows.
    /// </summary>
    public bool IsValidation { get; init; }

    /// <summary>Whether this process takes splits from its input.</summary>
    public bool IsWorker { get; init; }

    /// <summary>Where the outcome of each split is kept; those that are for choosing a setting lie apart.</summary>
    public string SplitFolder => Path.Combine(Out, IsValidation ? "validation" : "splits");

    /// <summary>Where the means over splits are written.</summary>
    public string SummaryFile => Path.Combine(Out, IsValidation ? "validation.json" : "uci.json");

    /// <summary>The arguments that start a process which works for this one.</summary>
    public IEnumerable<string> WorkerArguments =>
        ["--worker", "--data-dir", DataDirectory, "--out", Out, .. IsValidation ? ["--validation"] : Array.Empty<string>()];

    /// <summary>The command line.</summary>
    /// <param name="run">What to do with the options; it gives the exit code.</param>
    public static RootCommand Command(Func<RunOptions, int> run)
    {
        var data = CheckedOption.Text("--data-dir", "DIR", "The folder with a folder for each set: data.txt, index_train_0.txt and so on.");
        data.Required = true;
        var folder = CheckedOption.Text("--out", "DIR", "Write uci.json there. Splits that are finished there are not computed again.");
        folder.DefaultValueFactory = _ => DefaultFolder;
        var sets = new Option<string?>("--sets")
        {
            HelpName = "LIST", Description = "Sets by their folders, such as yacht,naval (default all).",
        };
        var methods = CheckedOption.Words(
            "--methods", "Which methods: " + string.Join(", ", Method.Names) + ".", Method.Names, Method.Names);
        var splits = CheckedOption.OptionalNumber("--splits", "N", "The first N splits of each set (default all).", least: 1);
        var threads = CheckedOption.Number(
            "--threads", "N", "Processes that work at once, each on one thread.", least: 1, Environment.ProcessorCount);
        var validation = new Option<bool>("--validation")
        {
            Description = "Judge by a fifth of the training rows instead of the test rows: to choose a setting.",
        };
        var worker = new Option<bool>("--worker") { Hidden = true };
        var command = new RootCommand("Measures methods on tables of the UCI repository, on the standard splits.")
        {
            data, sets, splits, methods, folder, threads, validation, worker,
        };
        command.SetAction(given => run(new RunOptions(Path.GetFullPath(given.GetValue(data)!), Path.GetFullPath(given.GetValue(folder)!))
        {
            Sets = given.GetValue(sets)?.Split(',') ?? [],
            Methods = given.GetValue(methods)!,
            Splits = given.GetValue(splits),
            Threads = given.GetValue(threads),
            IsValidation = given.GetValue(validation),
            IsWorker = given.GetValue(worker),
        }));
        return command;
    }
}
