using System.Globalization;
using System.Text.Json;
using SkiaSharp;

namespace BayesGen.Tests.Package;

/// <summary>What "dotnet new bayesgen" makes: each kind builds, trains, says something sensible and draws a chart.</summary>
public sealed partial class GeneratorPackageTests
{
    private static readonly string[] Kinds = ["classify", "regress", "compress"];

    /// <summary>One test of all kinds, since most of its time is the start of the tools.</summary>
    [Fact]
    public void EachKindOfTheTemplateBuildsTrainsAndDraws()
    {
        Run("new", "install", packed.TemplateFile).Succeeds();
        Run("new", "bayesgen", "-n", "classify").Succeeds(); // It is the kind where nothing is said.
        foreach (var kind in Kinds[1..])
            Run("new", "bayesgen", "--kind", kind, "-n", kind).Succeeds();
        Assert.All(Kinds, kind => Assert.Equal(
            File.ReadAllText(Path.Combine(PackedRepository.Root, "BayesGen.Templates", "content", kind, "Program.cs")),
            File.ReadAllText(packed.PathOf(kind, "Program.cs"))));
        Assert.Contains("classify", Run("new", "bayesgen", "--kind", "classifyy", "-n", "Wrong").Fails().Output);
        Assert.Equal(
            [true, false, true],
            Kinds.Select(kind => File.ReadAllText(packed.PathOf(kind, kind + ".csproj")).Contains("BayesGen.Datasets")));

        packed.Write(
            $"<Solution>{string.Concat(Kinds.Select(kind => $"<Project Path=\"{kind}/{kind}.csproj\" />"))}</Solution>", "All.slnx");
        packed.Restore(packed.PathOf());
        DotnetCommand.Build(packed.PathOf(), "build", "--no-restore", "-warnaserror").Succeeds();

        // Behind each word stands a number that says whether the training went as it should.
        var classified = Ran("classify", "entropy.png");
        Assert.InRange(Number(classified, "test accuracy "), 93, 99);
        Assert.InRange(Number(classified, "AUROC "), 0.85, 1);

        var fitted = Ran("regress", "band.png");
        Assert.InRange(Number(fitted, "noise: "), 0.12, 0.2);
        Assert.InRange(Number(fitted, "95 % intervals hold "), 93, 100);
        Assert.True(2 * Number(fitted, "epistemic standard deviation: ") < Number(fitted, "among the points, "), fitted);

        var compressed = Ran("compress", "pruning.png");
        Assert.InRange(Number(compressed, "accuracy of the small network "), 93, 99);
        Assert.True(new FileInfo(packed.PathOf("compress", "results", "DigitReader.cs")).Length < 150_000, compressed);
        Assert.True(File.Exists(packed.PathOf("compress", "results", "reader.onnx")));
    }

    [Fact]
    public void TheTemplateNamesTheKindsThatItHolds()
    {
        var folder = Path.Combine(PackedRepository.Root, "BayesGen.Templates", "content");
        using var template = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, ".template.config", "template.json")));
        Assert.Equal(
            Kinds.Order(),
            template.RootElement.GetProperty("symbols").GetProperty("kind").GetProperty("choices").EnumerateArray()
                .Select(choice => choice.GetProperty("choice").GetString()!).Order());
        Assert.Equal(
            Kinds.Order(),
            Directory.EnumerateFiles(folder, "Program.cs", SearchOption.AllDirectories)
                .Select(path => Path.GetFileName(Path.GetDirectoryName(path)!)).Order());
    }

    private CommandResult Run(params string[] arguments) =>
        DotnetCommand.Run(packed.PathOf(), [.. arguments, "--debug:custom-hive", packed.PathOf("templates")]);

    /// <summary>What a program says that runs in its own folder; its chart is a chart.</summary>
    private string Ran(string kind, string chart)
    {
        // Numbers with points, whatever the machine's language.
        var invariant = new Dictionary<string, string> { ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1" };
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var output = ShellCommand.Run(packed.PathOf(kind), invariant, dotnet, "run", "--no-build").Succeeds().Output;
        using var bitmap = SKBitmap.Decode(packed.PathOf(kind, "results", chart));
        Assert.True(bitmap is { Width: > 500, Height: > 300 } && bitmap.Pixels.Distinct().Count() > 20, chart);
        return output;
    }

    /// <summary>The number behind a word.</summary>
    private static double Number(string output, string word)
    {
        Assert.Contains(word, output);
        var rest = output[(output.IndexOf(word, StringComparison.Ordinal) + word.Length)..];
        return double.Parse(string.Concat(rest.TakeWhile(letter => char.IsDigit(letter) || letter == '.')), CultureInfo.InvariantCulture);
    }
}
