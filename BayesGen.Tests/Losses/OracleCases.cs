using System.Text.Json;

namespace BayesGen.Tests;

/// <summary>
/// Exact expected values. They are read from the folder that the environment variable BAYESGEN_ORACLES names, else from the tests' own
/// copy, so that anybody can run the tests on further files of the same form.
/// </summary>
internal static class OracleCases
{
    public const string Variable = "BAYESGEN_ORACLES";

    /// <summary>Reads the cases of one file and says how many there are.</summary>
    /// <exception cref="InvalidOperationException">The folder or the file is missing, or holds no case.</exception>
    public static IReadOnlyList<JsonElement> Read(string name, Xunit.Abstractions.ITestOutputHelper output)
    {
        var folder = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named
            ? Path.GetFullPath(named)
            : Path.Combine(AppContext.BaseDirectory, "ReferenceValues");
        var path = Path.Combine(folder, name + ".json");
        if (!File.Exists(path))
            throw new InvalidOperationException($"There are no oracle cases at '{path}'.");
        using var json = JsonDocument.Parse(File.ReadAllText(path));
        List<JsonElement> cases = [.. json.RootElement.GetProperty("cases").EnumerateArray().Select(one => one.Clone())];
        if (cases.Count == 0)
            throw new InvalidOperationException($"'{path}' holds no case.");
        output.WriteLine($"{cases.Count} cases of {name} from {folder}");
        Console.WriteLine($"oracle {name}: {cases.Count} cases");
        return cases;
    }

    public static double Number(this JsonElement element, string name) => element.GetProperty(name).GetDouble();

    public static double[] Numbers(this JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(number => number.GetDouble())];

    /// <summary>Tensors of a list of lists.</summary>
    public static double[][] Lists(this JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(list => list.EnumerateArray().Select(number => number.GetDouble()).ToArray())];

    /// <summary>Equal to a relative error of 1e-10.</summary>
    public static void Same(double expected, double actual, string what)
    {
        var error = Math.Abs(actual - expected) / Math.Max(Math.Abs(expected), 1e-12);
        Assert.True(error <= 1e-10, $"{what}: expected {expected:G17}, got {actual:G17}, relative error {error:G3}");
    }

    public static void Same(double[] expected, Tensor actual, string what)
    {
        var values = actual.detach().cpu().data<double>().ToArray();
        Assert.Equal(expected.Length, values.Length);
        // Against the largest element: a sum of terms that cancel has no relative accuracy of its own.
        var scale = expected.Max(Math.Abs);
        for (var i = 0; i < values.Length; i++)
            Assert.True(
                Math.Abs(values[i] - expected[i]) <= 1e-10 * Math.Max(Math.Abs(expected[i]), 1e-2 * scale),
                $"{what}[{i}]: expected {expected[i]:G17}, got {values[i]:G17}");
    }
}
