using System.Text.Json;

namespace BayesGen.Tests;

/// <summary>
/// Exact expected values. They are read from the folder that the environment variable BAYESGEN_ORACLES names, else from the tests' own
/// copy, so that anybody can run the tests on further files of the same form: <c>renyi.json</c>, <c>renyi_more.json</c>, ...
/// </summary>
internal static class OracleCases
{
    public const string Variable = "BAYESGEN_ORACLES";

    /// <summary>The number of cases in each of the tests' own files: none may get lost on the way.</summary>
    private static readonly Dictionary<string, int> OwnCount = new()
    {
        ["log_uniform_kl"] = 3,
        ["gaussian_kl"] = 3,
        ["renyi"] = 8,
        ["plateau_beta"] = 4,
    };

    private static readonly string OwnFolder = Path.Combine(AppContext.BaseDirectory, "ReferenceValues");

    /// <summary>Reads the cases of one kind and says how many there are.</summary>
    /// <exception cref="InvalidOperationException">The folder or its files are missing, or hold too few cases.</exception>
    public static IReadOnlyList<JsonElement> Read(string kind, OracleReport report)
    {
        var named = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } value ? value : null;
        var folder = named is null ? OwnFolder : Resolve(named, CallersFolders());
        var cases = ReadFrom(folder, kind);
        if (named is null && cases.Count < OwnCount[kind])
            throw new InvalidOperationException($"'{folder}' holds {cases.Count} cases of {kind}; there were {OwnCount[kind]}.");
        report.Say($"oracle {kind}: {cases.Count} cases from {folder}");
        return cases;
    }

    /// <summary>
    /// A folder as the caller means it. <c>dotnet test</c> starts the tests in their output folder, so that a relative path is looked for
    /// in the folder of the shell first.
    /// </summary>
    public static string Resolve(string named, IReadOnlyList<string> callersFolders)
    {
        List<string> tried = [.. callersFolders.Select(folder => Path.GetFullPath(named, folder)).Distinct()];
        return tried.FirstOrDefault(Directory.Exists)
            ?? throw new InvalidOperationException($"{Variable} names '{named}', and there is no such folder: {string.Join(", ", tried)}.");
    }

    /// <summary>The cases of one kind in a folder, of every file whose name begins with it.</summary>
    public static List<JsonElement> ReadFrom(string folder, string kind)
    {
        List<string> files = [.. Directory.GetFiles(folder, kind + "*.json").Order(StringComparer.Ordinal)];
        if (files.Count == 0)
            throw new InvalidOperationException($"There are no oracle cases '{kind}*.json' in '{folder}'.");
        var cases = new List<JsonElement>();
        foreach (var file in files)
        {
            using var json = JsonDocument.Parse(File.ReadAllText(file));
            var before = cases.Count;
            cases.AddRange(json.RootElement.GetProperty("cases").EnumerateArray().Select(one => one.Clone()));
            if (cases.Count == before)
                throw new InvalidOperationException($"'{file}' holds no case.");
        }

        return cases;
    }

    public static double Number(this JsonElement element, string name) => element.GetProperty(name).GetDouble();

    public static double[] Numbers(this JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(number => number.GetDouble())];

    /// <summary>Tensors of a list of lists.</summary>
    public static double[][] Lists(this JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray()
            .Select(list => list.EnumerateArray().Select(number => number.GetDouble()).ToArray())];

    /// <summary>Equal to a relative error of 1e-10; an exact zero is met to 1e-22.</summary>
    public static void Same(double expected, double actual, string what)
    {
        var error = Math.Abs(actual - expected) / Math.Max(Math.Abs(expected), 1e-12);
        Assert.True(error <= 1e-10, $"{what}: expected {expected:G17}, got {actual:G17}, relative error {error:G3}");
    }

    public static void Same(double[] expected, Tensor actual, string what)
    {
        using var numbers = actual.detach().cpu();
        var values = numbers.data<double>().ToArray();
        Assert.Equal(expected.Length, values.Length);
        for (var i = 0; i < values.Length; i++)
            Same(expected[i], values[i], $"{what}[{i}]");
    }

    private static List<string> CallersFolders() =>
        [.. new[] { Environment.GetEnvironmentVariable("PWD"), Environment.CurrentDirectory }.OfType<string>().Where(Directory.Exists)];
}

/// <summary>Prints lines on the terminal of <c>dotnet test</c>, which keeps what a test itself prints to itself.</summary>
/// <param name="messages">Where xunit takes diagnostic messages, on by xunit.runner.json.</param>
public sealed class OracleReport(Xunit.Abstractions.IMessageSink messages)
{
    public void Say(string line) => messages.OnMessage(new Xunit.Sdk.DiagnosticMessage(line));
}
