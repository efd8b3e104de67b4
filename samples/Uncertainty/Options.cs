using System.Globalization;

namespace UncertaintySample;

/// <summary>The command line could not be understood; the message says why.</summary>
public sealed class OptionException(string message) : Exception(message);

/// <summary>What the command line asks for.</summary>
public sealed record Options
{
    public const string DefaultFolder = "results/uncertainty";

    public const string Help = """
        Trains a Bayesian neural network and a plain one on digits, and asks how honest they are:
        are they right as often as they say, and do they notice what is no digit?

        dotnet run -c Release --project samples/Uncertainty -- [options]

          --data NAME       synthetic (default) or mnist
          --data-dir DIR    the folder with the four files of mnist (and, in a folder of
                            its own, of fashion-mnist); without it they are looked for in
                            BAYESGEN_DATA and the user's cache, and downloaded at last
          --train-on LIST   the digits to learn, such as 0-7 or 1,3,5 (default 0-9);
                            those left out are among what is to be noticed
          --outside LIST    what else is to be noticed: letters, noise, fashion-mnist
                            (default letters,noise)
          --seeds LIST      one training for each seed, results averaged (default 1)
          --samples N       networks drawn from the posterior for a prediction (default 20)
          --epochs N        passes over the training data, for both networks
          --out DIR         write report.html, the pictures, summary.json and the tables
                            behind them there (default results/uncertainty)
          --help            show this text
        """;

    public bool IsMnist { get; init; }

    public string? DataDirectory { get; init; }

    public IReadOnlyList<int> TrainOn { get; init; } = [.. Enumerable.Range(0, 10)];

    public IReadOnlyList<string> Outside { get; init; } = ["letters", "noise"];

    public IReadOnlyList<int> Seeds { get; init; } = [1];

    public int Samples { get; init; } = 20;

    /// <summary>Null: what suits the data.</summary>
    public int? Epochs { get; init; }

    public string Out { get; init; } = DefaultFolder;

    public bool ShowHelp { get; init; }

    /// <exception cref="OptionException">An option is unknown, lacks its value, or has a value that it cannot take.</exception>
    public static Options Parse(IReadOnlyList<string> args)
    {
        var options = new Options();
        for (var i = 0; i < args.Count; i++)
        {
            var name = args[i];
            if (name is "--help" or "-h")
                return new Options { ShowHelp = true };
            options = name switch
            {
                "--data" => options with { IsMnist = Data(Value()) },
                "--data-dir" => options with { DataDirectory = Value() },
                "--train-on" => options with { TrainOn = Digits(name, Value()) },
                "--outside" => options with { Outside = Kinds(name, Value()) },
                "--seeds" => options with { Seeds = Numbers(name, Value()) },
                "--samples" => options with { Samples = Count(name, Value()) },
                "--epochs" => options with { Epochs = Count(name, Value()) },
                "--out" => options with { Out = Value() },
                _ => throw new OptionException($"There is no option '{name}'."),
            };

            string Value() => i + 1 < args.Count && args[i + 1].Length > 0 && !args[i + 1].StartsWith("--", StringComparison.Ordinal)
                ? args[++i]
                : throw new OptionException($"{name} needs a value.");
        }

        if (options is { IsMnist: false, DataDirectory: not null } && !options.Outside.Contains("fashion-mnist"))
            throw new OptionException("--data-dir goes with --data mnist or --outside fashion-mnist; synthetic digits need no folder.");
        return options;
    }

    private static bool Data(string value) => value switch
    {
        "synthetic" => false,
        "mnist" => true,
        _ => throw new OptionException($"--data is one of synthetic, mnist, not '{value}'."),
    };

    private static List<int> Digits(string name, string value)
    {
        var digits = value.Split(',').SelectMany(part => part.Split('-') is [var from, var to]
            ? Enumerable.Range(Digit(from), Math.Max(0, Digit(to) - Digit(from) + 1))
            : [Digit(part)]).Distinct().Order().ToList();
        return digits.Count >= 2 ? digits : throw new OptionException($"{name} names at least two digits, not '{value}'.");

        int Digit(string text) => text is [>= '0' and <= '9']
            ? text[0] - '0'
            : throw new OptionException($"{name} is a list of digits such as 0-7 or 1,3,5, not '{value}'.");
    }

    private static List<string> Kinds(string name, string value)
    {
        string[] known = ["letters", "noise", "fashion-mnist"];
        var kinds = value.Split(',').Distinct().ToList();
        return kinds.FirstOrDefault(kind => !known.Contains(kind)) is { } unknown
            ? throw new OptionException($"{name} is a list of {string.Join(", ", known)}; '{unknown}' is none of them.")
            : kinds;
    }

    private static List<int> Numbers(string name, string value) => value.Split(',').Select(part =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
            ? seed
            : throw new OptionException($"{name} is a list of whole numbers from 0 such as 1,2,3, not '{value}'.")).Distinct().ToList();

    private static int Count(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= 1
            ? count
            : throw new OptionException($"{name} is a whole number from 1, not '{value}'.");
}
