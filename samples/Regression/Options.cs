namespace RegressionSample;

/// <summary>The command line could not be understood; the message says why.</summary>
public sealed class OptionException(string message) : Exception(message);

/// <summary>What the command line asks for.</summary>
/// <param name="Out">The folder for the chart and the table behind it.</param>
/// <param name="ShowHelp">Whether it asks how to ask.</param>
public sealed record Options(string Out = Options.DefaultFolder, bool ShowHelp = false)
{
    public const string DefaultFolder = "results/regression";

    public const string Help = """
        Fits a curve through points, and says how sure it is: at the points, between them and beyond.

        dotnet run -c Release --project samples/Regression -- [options]

          --out DIR   write band.png, band.svg and band.csv there (default results/regression)
          --help      show this text
        """;

    /// <exception cref="OptionException">An option is unknown or lacks its value.</exception>
    public static Options Parse(IReadOnlyList<string> args) => args switch
    {
        [] => new Options(),
        _ when args.Any(arg => arg is "--help" or "-h") => new Options(ShowHelp: true),
        ["--out", { Length: > 0 } folder] when !folder.StartsWith("--", StringComparison.Ordinal) => new Options(folder),
        ["--out", ..] => throw new OptionException("--out needs a value."),
        _ => throw new OptionException($"There is no option '{args[0]}'."),
    };
}
