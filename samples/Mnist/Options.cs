using System.Globalization;

namespace MnistSample;

/// <summary>Which images to learn from.</summary>
public enum DataName
{
    /// <summary>Digits that the library draws itself: always at hand.</summary>
    Synthetic,

    /// <summary>Handwritten digits.</summary>
    Mnist,

    /// <summary>Articles of clothing.</summary>
    FashionMnist,
}

/// <summary>Where to compute.</summary>
public enum DeviceName
{
    /// <summary>On a CUDA device where there is one, else on the CPU.</summary>
    Auto,

    /// <summary>On the CPU.</summary>
    Cpu,

    /// <summary>On a CUDA device.</summary>
    Cuda,
}

/// <summary>The command line could not be understood; the message says why.</summary>
public sealed class OptionException(string message) : Exception(message);

/// <summary>What the command line asks for. Null means: what suits the data set, see <see cref="Recipe"/>.</summary>
public sealed record Options
{
    public const string Help = """
        Trains a Bayesian neural network on pictures of digits, prunes it and uses what is left.

        dotnet run -c Release --project samples/Mnist -- [options]

          --data NAME       synthetic (default), mnist or fashion-mnist
          --data-dir DIR    the folder with the four files of mnist or fashion-mnist;
                            without it they are looked for in BAYESGEN_DATA and the
                            user's cache, and downloaded at last
          --epochs N        passes over the training data
          --samples N       weight draws in each step (default 1)
          --batch N         examples in a step
          --threshold X     keep weights whose score is at least X; without it the
                            threshold is chosen on the validation data
          --device NAME     auto (default), cpu or cuda
          --seed N          seed of weights, noise and order (default 1)
          --out DIR         write the run there: report.html, pictures, the model,
                            summary.json and the training epoch by epoch
          --checkpoints DIR save the training there after every epoch, and on Ctrl-C
          --resume          continue from the last checkpoint in that folder, if any
          --help            show this text
        """;

    public DataName Data { get; init; } = DataName.Synthetic;

    public string? DataDirectory { get; init; }

    public int? Epochs { get; init; }

    public int Samples { get; init; } = 1;

    public int? BatchSize { get; init; }

    public double? Threshold { get; init; }

    public DeviceName Device { get; init; } = DeviceName.Auto;

    public int Seed { get; init; } = 1;

    public string? Out { get; init; }

    public string? Checkpoints { get; init; }

    public bool Resume { get; init; }

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
                "--data" => options with { Data = Choice<DataName>(name, Value()) },
                "--data-dir" => options with { DataDirectory = Value() },
                "--epochs" => options with { Epochs = Count(name, Value()) },
                "--samples" => options with { Samples = Count(name, Value()) },
                "--batch" => options with { BatchSize = Count(name, Value()) },
                "--threshold" => options with { Threshold = Number(name, Value()) },
                "--device" => options with { Device = Choice<DeviceName>(name, Value()) },
                "--seed" => options with { Seed = Seeded(name, Value()) },
                "--out" => options with { Out = Value() },
                "--checkpoints" => options with { Checkpoints = Value() },
                "--resume" => options with { Resume = true },
                _ => throw new OptionException($"There is no option '{name}'."),
            };

            // A negative number is a value, another option is not.
            string Value() => i + 1 < args.Count && args[i + 1].Length > 0 && !args[i + 1].StartsWith("--", StringComparison.Ordinal)
                ? args[++i]
                : throw new OptionException($"{name} needs a value.");
        }

        if (options is { Data: DataName.Synthetic, DataDirectory: not null })
            throw new OptionException("--data-dir goes with --data mnist or --data fashion-mnist; synthetic digits need no folder.");
        if (options is { Resume: true, Checkpoints: null })
            throw new OptionException("--resume goes with --checkpoints DIR, the folder to continue from.");
        return options;
    }

    /// <summary>As it is written on the command line: <c>fashion-mnist</c>.</summary>
    public static string NameOf(DataName data) => Written(data.ToString());

    private static T Choice<T>(string name, string value)
        where T : struct, Enum
    {
        var names = Enum.GetNames<T>().ToDictionary(Written, Enum.Parse<T>);
        return names.TryGetValue(value, out var choice)
            ? choice
            : throw new OptionException($"{name} is one of {string.Join(", ", names.Keys)}, not '{value}'.");
    }

    private static int Count(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= 1
            ? count
            : throw new OptionException($"{name} is a whole number from 1, not '{value}'.");

    private static int Seeded(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
            ? seed
            : throw new OptionException($"{name} is a whole number from 0, not '{value}'.");

    private static double Number(string name, string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : throw new OptionException($"{name} is a number such as 1.9 or -1, not '{value}'.");

    private static string Written(string name) =>
        string.Concat(name.Select((letter, i) => i > 0 && char.IsUpper(letter) ? "-" + letter : letter.ToString())).ToLowerInvariant();
}
