using ServingSample;

namespace BayesGen.Tests.Samples;

/// <summary>The command line of the sample that serves, and what its measurement says.</summary>
public sealed class ServingCommandTests
{
    [Fact]
    public void ParsesEveryOptionOfEveryCommand()
    {
        Assert.Equal(
            new TrainOptions { Model = "m", Epochs = 3, Seed = 0 }, Read("train", "--model", "m", "--epochs", "3", "--seed", "0"));
        Assert.Equal(
            new ServeOptions { Model = "m", Url = "http://0.0.0.0:80", Samples = 5, Threads = 2 },
            Read("serve", "--model", "m", "--url", "http://0.0.0.0:80", "--samples", "5", "--threads", "2"));
        Assert.Equal(
            new LoadOptions { Model = "m", Clients = 2, Requests = 30, Images = 64, Samples = 5, Threads = 2 },
            Read("load", "--model", "m", "--clients", "2", "--requests", "30", "--images", "64", "--samples", "5", "--threads", "2"));
        Assert.Equal([new TrainOptions(), new ServeOptions(), new LoadOptions()], [Read("train"), Read("serve"), Read("load")]);
    }

    [Theory]
    [InlineData("Required command was not provided.")]
    [InlineData("Unrecognized command or argument '--epochs'.", "serve", "--epochs", "3")]
    [InlineData("--model needs a value.", "train", "--model", "--seed")]
    [InlineData("--url is an address such as http://localhost:5080, not 'localhost:5080'.", "serve", "--url", "localhost:5080")]
    [InlineData("--url is an address such as http://localhost:5080, not 'http://a/b'.", "serve", "--url", "http://a/b")]
    [InlineData("--samples is a whole number from 1, not '0'.", "serve", "--samples", "0")]
    [InlineData("--threads is a whole number from 1, not 'many'.", "load", "--threads", "many")]
    [InlineData("--images is at most 64, not '65'.", "load", "--images", "65")]
    public void RefusesWrongOptionsWithAMessage(string message, params string[] args) =>
        Assert.Contains(message, CommandLine.Errors<Options>(Options.Command, args));

    /// <summary>Torch's own default, all processors for each caller, is for one caller.</summary>
    [Fact]
    public void AServerComputesWithOneThreadForEachRequest() =>
        Assert.Equal((1, 1), (new ServeOptions().Threads, new PoolOptions().TorchThreads));

    [Fact]
    public void QuantilesAreTimesOfRequests()
    {
        var result = new LoadResult(2, [.. Enumerable.Range(1, 200).Select(i => (double)i)], Failed: 3);
        Assert.Equal((100, 100, 198, 200, 1), (
            result.RequestsPerSecond, result.Quantile(0.5), result.Quantile(0.99), result.Quantile(1), result.Quantile(1e-9)));
        Assert.Equal("100 requests a second, p50 100.0 ms, p99 198.0 ms, 3 failed", result.ToString());
    }

    private static Options Read(params string[] args) => CommandLine.Read<Options>(Options.Command, args);
}
