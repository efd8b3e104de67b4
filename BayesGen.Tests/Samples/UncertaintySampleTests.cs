using UncertaintySample;

namespace BayesGen.Tests.Samples;

/// <summary>The command line of the sample on uncertainty.</summary>
public sealed class UncertaintySampleTests
{
    [Fact]
    public void EveryOptionIsRead()
    {
        var options = Options.Parse([
            "--data", "mnist", "--data-dir", "folder", "--train-on", "0-3,7", "--outside", "noise,fashion-mnist", "--seeds", "1,2,3",
            "--samples", "5", "--epochs", "2", "--out", "out"]);

        Assert.True(options.IsMnist);
        Assert.Equal("folder", options.DataDirectory);
        Assert.Equal([0, 1, 2, 3, 7], options.TrainOn);
        Assert.Equal(["noise", "fashion-mnist"], options.Outside);
        Assert.Equal([1, 2, 3], options.Seeds);
        Assert.Equal((5, 2, "out"), (options.Samples, options.Epochs!.Value, options.Out));
    }

    [Fact]
    public void WithoutOptionsEverythingIsBuiltIn()
    {
        var options = Options.Parse([]);
        Assert.False(options.IsMnist);
        Assert.Equal(Enumerable.Range(0, 10), options.TrainOn);
        Assert.DoesNotContain("fashion-mnist", options.Outside);
        Assert.Equal([1], options.Seeds);
    }

    [Theory]
    [InlineData("There is no option '--epoch'.", "--epoch", "3")]
    [InlineData("--data is one of synthetic, mnist, not 'MNIST'.", "--data", "MNIST")]
    [InlineData("--train-on is a list of digits such as 0-7 or 1,3,5, not '0-10'.", "--train-on", "0-10")]
    [InlineData("--train-on names at least two digits, not '5'.", "--train-on", "5")]
    [InlineData("--outside is a list of letters, noise, fashion-mnist; 'cats' is none of them.", "--outside", "noise,cats")]
    [InlineData("--seeds is a list of whole numbers from 0 such as 1,2,3, not '1;2'.", "--seeds", "1;2")]
    [InlineData("--samples is a whole number from 1, not '0'.", "--samples", "0")]
    [InlineData("--out needs a value.", "--out")]
    [InlineData("--data-dir goes with --data mnist or --outside fashion-mnist; synthetic digits need no folder.", "--data-dir", "x")]
    public void WhatIsWrongIsSaid(string message, params string[] args) =>
        Assert.Equal(message, Assert.Throws<OptionException>(() => Options.Parse(args)).Message);
}
