using BayesGen.Plots;
using SkiaSharp;
using static TorchSharp.torch.nn;

namespace BayesGen.Tests.Plots;

/// <summary>Charts of weights: cells of one size, axes that say what they are, and what was pruned before.</summary>
public sealed class WeightChartTests
{
    private static readonly SKColor Negative = SKColor.Parse("#053061");
    private static readonly SKColor Positive = SKColor.Parse("#67001F");

    /// <summary>
    /// One row, then one column, of five or three has another sign: it takes its share of the map, at the rim as in the middle.
    /// </summary>
    [Theory]
    [InlineData(0, null)]
    [InlineData(2, null)]
    [InlineData(4, null)]
    [InlineData(null, 0)]
    [InlineData(null, 1)]
    [InlineData(null, 2)]
    public void EdgeRowsAreAsHighAsTheOthers(int? row, int? column)
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        using (no_grad())
        {
            var mu = model.Posterior.Hidden.Weight.Mu.fill_(-1);
            Assert.Equal([5, 3], mu.shape);
            if (row is { } y)
                mu[y].fill_(1);
            else
                mu.select(1, column!.Value).fill_(1);
        }

        var picture = WeightMatrices.Draw(model, -1000.0, ["hidden.weight"]);
        var pixels = new Pixels(picture);
        double positive = pixels.CountNear(Positive, 3, 0, picture.Height / 2);
        double negative = pixels.CountNear(Negative, 3, 0, picture.Height / 2);
        Assert.True(positive + negative > 20_000);
        Assert.Equal(row is null ? 1.0 / 3 : 1.0 / 5, positive / (positive + negative), 0.01);
    }

    [Fact]
    public void EveryLayerHasTheSameOrientationAndLabeledAxes()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianConvolver(new Convolver());
        var weights = model.Arena.BayesianWeights
            .Where(weight => weight.Shape.Count > 1
                && (weight.Key.StartsWith("conv", StringComparison.Ordinal) || weight.Key.StartsWith("up", StringComparison.Ordinal)))
            .ToList();
        Assert.Contains(weights, weight => weight.Shape.Count > 2);
        foreach (var weight in weights)
        {
            var words = PictureTests.Words(WeightMatrices.Draw(model, new Thresholds { [Family.Gaussian] = 0 }, [weight.Key]));
            var isTransposed = weight.Key.StartsWith("up", StringComparison.Ordinal);
            var kernel = weight.Shape.Count > 2 ? $" channel × {string.Join('×', weight.Shape.Skip(2))} kernel" : "";
            Assert.Contains(words, word => word.EndsWith(kernel, StringComparison.Ordinal)
                && word.StartsWith(isTransposed ? "output" : "input", StringComparison.Ordinal));
            Assert.Contains(words, word => word.StartsWith(isTransposed ? "input" : "output", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void DrawsASingleRow()
    {
        using var scope = NewDisposeScope();
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        using (no_grad())
            model.Posterior.Output.Weight.Mu.fill_(1);
        var picture = WeightMatrices.Draw(model, -1000.0, ["output.weight"]);
        Assert.True(new Pixels(picture).CountNear(Positive, 3, 0, picture.Height / 2) > 20_000);
    }

    [Theory]
    [InlineData(1, "0")]
    [InlineData(8, "0 1 2 3 4 5 6 7")]
    [InlineData(9, "0 2 4 6 8")]
    [InlineData(784, "0 100 200 300 400 500 600 700")]
    [InlineData(2_000_000_000, "0 500,000,000 1,000,000,000 1,500,000,000")]
    public void TicksAreCenteredOnTheirCells(int count, string labels)
    {
        var marks = Panel.CellMarks(count);
        Assert.Equal(labels.Split(' '), marks.Select(mark => mark.Label));
        Assert.All(marks, mark => Assert.Equal(double.Parse(mark.Label, System.Globalization.CultureInfo.InvariantCulture) + 0.5, mark.At));
    }

    /// <summary>Zero is white in the maps, F7F7F7; what is pruned must not be taken for it, nor for the ground.</summary>
    [Fact]
    public void ThePrunedColorDiffersFromZeroAndTheBackground()
    {
        foreach (var theme in new[] { PictureTheme.Light, PictureTheme.Dark })
            Assert.All(["#F7F7F7", theme.Ground], other => Assert.True(
                PictureTests.Contrast(theme.Pruned, other) >= 2,
                $"{theme.Pruned} on {other}: {PictureTests.Contrast(theme.Pruned, other):F2}"));
    }

    [Fact]
    public void ScoresAfterAPruningShowThePrunedWeights()
    {
        random.manual_seed(3);
        using var scope = NewDisposeScope();
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        var report = model.Prune(4.0).Weights.Single(weight => weight.Key == "hidden.weight");
        Assert.InRange(report.Kept, 1, report.Count - 1);

        var picture = ScoreHistograms.Draw(model, 4.0, ["hidden.weight"]);
        var words = PictureTests.Words(picture);
        Assert.Contains(
            words, word => word.StartsWith($"hidden.weight: keeps {report.Kept} of {report.Count} (", StringComparison.Ordinal));
        Assert.Contains("pruned already", words);
        Assert.DoesNotContain("pruned (none)", words);
        Assert.DoesNotContain("pruned", words);
        var pixels = new Pixels(picture);
        Assert.True(pixels.Count(PictureTheme.Light.Pruned) > 100);
        Assert.True(pixels.Count(PictureTheme.Light.Blue) > 100);
        Assert.Equal(0, pixels.Count(PictureTheme.Light.Orange));

        // A higher threshold takes more, beside what is gone; without one, what is gone is shown too.
        var more = PictureTests.Words(ScoreHistograms.Draw(model, 4.5, ["hidden.weight"]));
        Assert.All(["pruned already", "pruned", "kept"], word => Assert.Contains(word, more));
        Assert.Contains("pruned already", PictureTests.Words(ScoreHistograms.Draw(model, null, ["hidden.weight"])));
    }
}
