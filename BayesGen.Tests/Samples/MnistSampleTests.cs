using System.Text.Json;
using MnistSample;

namespace BayesGen.Tests.Samples;

/// <summary>What others read of the MNIST sample: its command line and its summary.</summary>
public sealed class MnistSampleTests
{
    [Fact]
    public void ParsesEveryOption()
    {
        var options = Options.Parse([
            "--data", "fashion-mnist", "--data-dir", "folder", "--epochs", "3", "--samples", "2", "--batch", "64",
            "--threshold", "-1.5", "--device", "cpu", "--seed", "7", "--out", "out", "--checkpoints", "saved", "--resume"]);

        Assert.Equal(
            new Options
            {
                Data = DataName.FashionMnist,
                DataDirectory = "folder",
                Epochs = 3,
                Samples = 2,
                BatchSize = 64,
                Threshold = -1.5,
                Device = DeviceName.Cpu,
                Seed = 7,
                Out = "out",
                Checkpoints = "saved",
                Resume = true,
            },
            options);
    }

    [Fact]
    public void UsesBuiltInDigitsByDefault()
    {
        Assert.Equal(new Options(), Options.Parse([]));
        Assert.Equal(DataName.Synthetic, new Options().Data);
    }

    [Fact]
    public void HelpWinsOverOtherOptions() => Assert.True(Options.Parse(["--epochs", "3", "--help"]).ShowHelp);

    [Theory]
    [InlineData("There is no option '--epoch'.", "--epoch", "3")]
    [InlineData("There is no option 'mnist'.", "mnist")]
    [InlineData("--epochs needs a value.", "--epochs")]
    [InlineData("--out needs a value.", "--out", "--seed", "1")]
    [InlineData("--epochs is a whole number from 1, not '0'.", "--epochs", "0")]
    [InlineData("--batch is a whole number from 1, not '1e3'.", "--batch", "1e3")]
    [InlineData("--seed is a whole number from 0, not '-1'.", "--seed", "-1")]
    [InlineData("--threshold is a number such as 1.9 or -1, not 'NaN'.", "--threshold", "NaN")]
    [InlineData("--data is one of synthetic, mnist, fashion-mnist, not 'MNIST'.", "--data", "MNIST")]
    [InlineData("--device is one of auto, cpu, cuda, not '1'.", "--device", "1")]
    [InlineData("--data-dir goes with --data mnist or --data fashion-mnist; synthetic digits need no folder.", "--data-dir", "folder")]
    [InlineData("--resume goes with --checkpoints DIR, the folder to continue from.", "--resume")]
    public void RefusesWrongOptionsWithAMessage(string message, params string[] args) =>
        Assert.Equal(message, Assert.Throws<OptionException>(() => Options.Parse(args)).Message);

    [Fact]
    public void TheSummaryHasTheDocumentedKeys()
    {
        using var folder = new TemporaryFolder();
        new Summary("mnist", 61.5, 0.99, 0.5, [new ThresholdRow(0.5, 0.98, 40, 100, 120)]).Write(folder.Root);

        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.Root, "summary.json")));
        Assert.Equal(["data", "seconds", "test_accuracy", "threshold", "thresholds"], KeysOf(json.RootElement));
        var row = Assert.Single(json.RootElement.GetProperty("thresholds").EnumerateArray());
        Assert.Equal(["threshold", "accuracy", "kept", "bayesian_weights", "all_weights"], KeysOf(row));
        Assert.Equal("mnist", json.RootElement.GetProperty("data").GetString());
        Assert.Equal(40, row.GetProperty("kept").GetInt64());
    }

    private static IEnumerable<string> KeysOf(JsonElement element) => element.EnumerateObject().Select(property => property.Name);
}
