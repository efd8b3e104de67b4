using System.CommandLine;
using BayesGen.CommandLines;
using BayesGen.SampleImages;

namespace UncertaintySample;

/// <summary>What the command line asks for.</summary>
public sealed record Options
{
    public const string DefaultFolder = "results/uncertainty";

    public bool IsMnist { get; init; }

    public string? DataDirectory { get; init; }

    public IReadOnlyList<int> TrainOn { get; init; } = [.. Enumerable.Range(0, 10)];

    public IReadOnlyList<string> Outside { get; init; } = ["letters", "noise"];

    public IReadOnlyList<int> Seeds { get; init; } = [1];

    public int Samples { get; init; } = 20;

    /// <summary>Passes over the images, for both networks; the Bayesian one is a plain one for a third of them.</summary>
    public int Epochs { get; init; } = 20;

    public string Out { get; init; } = DefaultFolder;

    /// <summary>The images that are asked for.</summary>
    public ImageChoice Images => new(IsMnist, DataDirectory, TrainOn, Outside);

    /// <summary>The command line of the sample.</summary>
    /// <param name="run">What to do with the options; it gives the exit code.</param>
    public static RootCommand Command(Func<Options, int> run)
    {
        var defaults = new Options();
        var images = new ImageOptions(defaults.Outside);
        var trainOn = new Option<IReadOnlyList<int>?>("--train-on")
        {
            HelpName = "LIST",
            Description = "The digits to learn, such as 0-7 or 1,3,5 (default 0-9); those left out are out of distribution.",
            CustomParser = result => Digits(result.Tokens[^1].Value, result.AddError),
        };
        var seeds = CheckedOption.Numbers(
            "--seeds", "LIST", "One training for each seed; results are averaged.", least: 0, defaults.Seeds);
        var samples = CheckedOption.Number(
            "--samples", "N", "Networks sampled from the posterior for a prediction.", least: 1, defaults.Samples);
        var epochs = CheckedOption.Number("--epochs", "N", "Passes over the training data, for both networks.", least: 2, defaults.Epochs);
        var folder = CheckedOption.Text(
            "--out", "DIR", "Write report.html, the charts, summary.json and the tables behind them there.");
        folder.DefaultValueFactory = _ => DefaultFolder;
        var command = new RootCommand(
            "Trains a Bayesian neural network and a plain one on digits, and asks how honest they are: are they right as often as they say, "
            + "and do they notice what is not a digit?")
        {
            trainOn, seeds, samples, epochs, folder,
        };
        images.AddTo(command);
        command.SetAction(given =>
        {
            var asked = images.Read(given, given.GetValue(trainOn) ?? defaults.TrainOn);
            return run(new Options
            {
                IsMnist = asked.IsMnist,
                DataDirectory = asked.DataDirectory,
                TrainOn = asked.TrainOn,
                Outside = asked.Outside,
                Seeds = given.GetValue(seeds)!,
                Samples = given.GetValue(samples),
                Epochs = given.GetValue(epochs),
                Out = given.GetValue(folder)!,
            });
        });
        return command;
    }

    private static List<int>? Digits(string text, Action<string> refuse)
    {
        var digits = new SortedSet<int>();
        foreach (var part in text.Split(','))
        {
            if (part.Split('-') is [[>= '0' and <= '9' and var from], [>= '0' and <= '9' and var to]])
            {
                digits.UnionWith(Enumerable.Range(from - '0', Math.Max(0, to - from + 1)));
            }
            else if (part is [>= '0' and <= '9' and var digit])
            {
                digits.Add(digit - '0');
            }
            else
            {
                refuse($"--train-on is a list of digits such as 0-7 or 1,3,5, not '{text}'.");
                return null;
            }
        }

        if (digits.Count < 2)
            refuse($"--train-on names at least two digits, not '{text}'.");
        return [.. digits];
    }
}
