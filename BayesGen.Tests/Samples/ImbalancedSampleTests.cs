using ImbalancedSample;

namespace BayesGen.Tests.Samples;

/// <summary>What comes out of the sample on rare positives: its command line, its data, and what a decision costs.</summary>
public sealed class ImbalancedSampleTests
{
    [Fact]
    public void WritesToItsOwnFolderByDefault()
    {
        var options = CommandLine.Read<Options>(Options.Command);
        Assert.Equal(("results/imbalanced", 30), (options.Out, options.Miss));
        Assert.Equal(5, CommandLine.Read<Options>(Options.Command, "--miss", "5").Miss);
    }

    [Theory]
    [InlineData("--miss is a whole number from 1, not '0'.", "--miss", "0")]
    [InlineData("--out needs a value.", "--out", "")]
    public void RefusesWrongOptionsWithAMessage(string message, params string[] args) =>
        Assert.Contains(message, CommandLine.Errors<Options>(Options.Command, args));

    [Fact]
    public void TwoPaymentsInAHundredAreFraud()
    {
        using var payments = Payments.Draw(20_000, seed: 5);
        Assert.InRange(payments.Targets.mean().item<float>(), 0.015, 0.025);
        Assert.Equal([20_000, Payments.Columns], payments.Inputs.shape);
    }

    [Fact]
    public void ADecisionByCostsChecksMoreThanOneAtOneHalf()
    {
        using var scope = NewDisposeScope();
        // One payment of 10 % that is fraud, one of 1 % that is none, one of 60 % that is fraud.
        double[] p = [0.1, 0.01, 0.6];
        var logits = tensor([.. p.SelectMany(one => new[] { Math.Log(1 - one), Math.Log(one) })], [3, 2], ScalarType.Float64, CPU);
        var result = new Result("these", ClassEvaluation.Of(ClassPrediction.Of(logits), [1, 0, 1]));
        var costs = new CostMatrix(new double[,] { { 0, 1 }, { 30, 0 } });
        Assert.Equal(30.0 / 3, result.CostAtHalf(costs), 1e-12);
        Assert.Equal(0, result.Cost(costs), 1e-12);
        Assert.Equal(3, result.Reliability().Sum(bin => bin.Count));
        Assert.Equal((0.6, 1), (Math.Round(result.Reliability()[^1].Said, 6), result.Reliability()[^1].CameTrue));

        using var folder = new TemporaryFolder();
        var path = result.Draw(folder.Root);
        Assert.True(new FileInfo(path).Length > 10_000);
        Assert.Contains("fraud, trained these", File.ReadAllText(Path.ChangeExtension(path, ".svg")));
    }
}
