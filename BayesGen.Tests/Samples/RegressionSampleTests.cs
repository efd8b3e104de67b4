using RegressionSample;
using SkiaSharp;

namespace BayesGen.Tests.Samples;

/// <summary>What comes out of the sample on regression: its command line, and the chart of the band.</summary>
public sealed class RegressionSampleTests
{
    [Fact]
    public void WritesToItsOwnFolderByDefault()
    {
        Assert.Equal("results/regression", CommandLine.Read<Options>(Options.Command).Out);
        Assert.Equal("here", CommandLine.Read<Options>(Options.Command, "--out", "here").Out);
    }

    [Theory]
    [InlineData("Unrecognized command or argument '--epochs'.", "--epochs", "3")]
    [InlineData("Required argument missing for option: '--out'.", "--out")]
    [InlineData("--out needs a value.", "--out", "")]
    public void RefusesWrongOptionsWithAMessage(string message, params string[] args) =>
        Assert.Contains(message, CommandLine.Errors<Options>(Options.Command, args));

    [Fact]
    public void WritesTheBandAsAChartAndATable()
    {
        using var folder = new TemporaryFolder();
        using var points = Points.Draw(20, seed: 1);
        double[] x = [-5, 0, 5];
        var band = new Band(x, Array.ConvertAll(x, Points.Truth), [0, 0.5, 1], [0.3, 0.1, 0.3], [0.15, 0.15, 0.15], [-1, 0, -1], [1, 1, 3]);

        var path = band.Write(Path.Combine(folder.Root, "new"), "band", points);

        using (var bitmap = SKBitmap.Decode(path))
        {
            Assert.Equal((800, 460), (bitmap.Width, bitmap.Height));
            // The band is 35 % of sky blue on white, two to four of some nine units high: a fifth of the chart or more.
            Assert.InRange(
                bitmap.Pixels.Count(pixel => pixel is { Red: > 190 and < 200, Green: > 225 and < 235, Blue: > 240 and < 250 }),
                50_000, 300_000);
        }

        var svg = File.ReadAllText(Path.ChangeExtension(path, ".svg"));
        Assert.All(["95 % interval", "predictive mean", "truth", "data"], word => Assert.Contains(word, svg));
        Assert.Contains("20 points of data", band.Draw(points).Description);
        var table = File.ReadAllLines(Path.ChangeExtension(path, ".csv"));
        Assert.Equal("x,truth,mean,epistemic,aleatoric,lower,upper", table[0]);
        Assert.Equal("0,0,0.5,0.1,0.15,0,1", table[2]);
        Assert.Equal(4, table.Length);
    }

    [Fact]
    public void TheBandOfAShortTrainingContainsItsMean()
    {
        random.manual_seed(1);
        using var train = Points.Draw(100, seed: 1);
        using var model = new BayesianCurveNetwork(new CurveNetwork());
        using var trainer = model.CreateTrainer(
            new TrainerOptions { Epochs = 2, FitLoss = FitLoss.LearnedGaussian, ElboSamples = 0, Seed = 1 });
        trainer.Train(train);

        var band = Band.Of(model, samples: 20);

        Assert.Equal((-5, 5, 201), (band.X[0], Math.Round(band.X[^1], 9), band.X.Length));
        Assert.All(Enumerable.Range(0, band.X.Length), i => Assert.InRange(band.Mean[i], band.Lower[i], band.Upper[i]));
        Assert.All(band.Aleatoric, sigma => Assert.Equal(band.Aleatoric[0], sigma, 6));
        Assert.InRange(band.PartWithTruth, 0, 1);
        Assert.Equal(1, (band with { Lower = band.Truth, Upper = band.Truth }).PartWithTruth);
        Assert.Equal(0, (band with { Lower = [.. band.Truth.Select(y => y + 1)] }).PartWithTruth);
        Assert.Equal(band.Epistemic.Average(), band.MeanEpistemic(_ => true), 12);
    }
}
