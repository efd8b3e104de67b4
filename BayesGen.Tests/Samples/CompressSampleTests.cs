using System.Text.Json;
using CompressSample;

namespace BayesGen.Tests.Samples;

/// <summary>What others read of the sample on compression: its command line and its summary.</summary>
public sealed class CompressSampleTests
{
    [Fact]
    public void ParsesEveryOption()
    {
        var options = CommandLine.Read<Options>(
            Options.Command, "--data", "mnist", "--data-dir", "folder", "--epochs", "3", "--seed", "7", "--out", "out");

        Assert.Equal(new Options { Data = DataName.Mnist, DataDirectory = "folder", Epochs = 3, Seed = 7, Out = "out" }, options);
        Assert.Equal(new Options(), CommandLine.Read<Options>(Options.Command));
    }

    [Theory]
    [InlineData("--data is one of synthetic, mnist, not 'cifar'.", "--data", "cifar")]
    [InlineData("--data-dir goes with --data mnist; synthetic digits need no folder.", "--data-dir", "folder")]
    [InlineData("--epochs is a whole number from 1, not '0'.", "--epochs", "0")]
    public void RefusesWrongOptionsWithAMessage(string message, params string[] args) =>
        Assert.Contains(message, CommandLine.Errors<Options>(Options.Command, args));

    [Fact]
    public void TheSummaryHasOtherKeys()
    {
        using var folder = new TemporaryFolder();
        var summary = new Summary
        {
            AccuracyDense = 0.98, AccuracyCompact = 0.97, AccuracyCsharp = 0.97, BytesDense = 1000, BytesCompact = 100, BytesCsharp = 90,
            Dense1 = 40, Compact1 = 20, Csharp1 = 1, Dense128 = 400, Compact128 = 200, MaxDifference = 1e-6,
        };
        summary.Write(folder.Root);

        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.Root, "summary.json")));
        Assert.Equal(
            ["accuracy_compact", "accuracy_csharp", "accuracy_dense", "bytes_compact", "bytes_csharp", "bytes_dense", "max_difference",
             "us_compact_1", "us_compact_128", "us_csharp_1", "us_dense_1", "us_dense_128"],
            json.RootElement.EnumerateObject().Select(entry => entry.Name).Order(StringComparer.Ordinal));
        Assert.Contains("C# file", summary.Table(266_200, 11_000, 1_000_000));
    }
}
