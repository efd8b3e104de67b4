using System.CommandLine;
using System.Globalization;
using BayesGen.CommandLines;

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

/// <summary>What the command line asks for. Null means: what suits the data set, see <see cref="Recipe"/>.</summary>
public sealed record Options
{
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

    /// <summary>The command line of the sample.</summary>
    /// <param name="run">What to do with the options; it gives the exit code.</param>
    public static RootCommand Command(Func<Options, int> run)
    {
        var data = CheckedOption.Choice<DataName>("--data", "The images to learn from (default synthetic).");
        var directory = CheckedOption.Text(
            "--data-dir", "DIR",
            "The folder with the four files of mnist or fashion-mnist. Without it they are looked for in BAYESGEN_DATA and the user's "
            + "cache, and downloaded at last.");
        var epochs = CheckedOption.OptionalNumber("--epochs", "N", "Passes over the training data.", least: 1);
        var samples = CheckedOption.Number("--samples", "N", "Samples of the weights in each step.", least: 1, otherwise: 1);
        var batch = CheckedOption.OptionalNumber("--batch", "N", "Examples in a step.", least: 1);
        var threshold = CheckedOption.Of<double?>(
            "--threshold", "X", "Keep weights whose score is at least X. Without it the threshold is chosen on the validation data.",
            "is a number such as 1.9 or -1", TryReadNumber);
        var device = CheckedOption.Choice<DeviceName>("--device", "Where to compute (default auto).");
        var seed = CheckedOption.Number("--seed", "N", "Seed of weights, noise and order.", least: 0, otherwise: 1);
        var folder = CheckedOption.Text(
            "--out", "DIR", "Write the run there: report.html, charts, the model, summary.json and the training epoch by epoch.");
        var checkpoints = CheckedOption.Text("--checkpoints", "DIR", "Save the training there after every epoch, and on Ctrl-C.");
        var resume = new Option<bool>("--resume") { Description = "Continue from the last checkpoint in that folder, if any." };
        var command = new RootCommand("Trains a Bayesian neural network on images of digits, prunes it and uses what is left.")
        {
            data, directory, epochs, samples, batch, threshold, device, seed, folder, checkpoints, resume,
        };
        command.Validators.Add(result =>
        {
            var isSynthetic = result.GetResult(data) is not { Tokens: [{ Value: not "synthetic" }] };
            if (isSynthetic && result.GetResult(directory) is not null)
                result.AddError("--data-dir goes with --data mnist or --data fashion-mnist; synthetic digits need no folder.");
            if (result.GetValue(resume) && result.GetResult(checkpoints) is null)
                result.AddError("--resume goes with --checkpoints DIR, the folder to continue from.");
        });
        command.SetAction(given => run(new Options
        {
            Data = given.GetValue(data),
            DataDirectory = given.GetValue(directory),
            Epochs = given.GetValue(epochs),
            Samples = given.GetValue(samples),
            BatchSize = given.GetValue(batch),
            Threshold = given.GetValue(threshold),
            Device = given.GetValue(device),
            Seed = given.GetValue(seed),
            Out = given.GetValue(folder),
            Checkpoints = given.GetValue(checkpoints),
            Resume = given.GetValue(resume),
        }));
        return command;
    }

    /// <summary>As it is written on the command line: <c>fashion-mnist</c>.</summary>
    public static string NameOf(DataName data) => CheckedOption.Written(data);

    private static bool TryReadNumber(string text, out double? value)
    {
        value = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : null;
        return value is not null;
    }
}
