using System.Text.RegularExpressions;
using BayesGen.Plots;
using BayesGen.Tests.Reports;
using SkiaSharp;

namespace BayesGen.Tests.Plots;

/// <summary>Every chart has what it is about: its colors in the PNG, its words in the SVG.</summary>
public sealed partial class ChartTests
{
    /// <summary>Pixels of a bar that its outline covers.</summary>
    private const int OutlineWidth = 2;

    [Fact]
    public void TrainingCurvesShowLossPartsBetaAndMetrics()
    {
        var chart = TrainingCurves.Draw(Told.Finish(Told.Epoch(1), Told.Epoch(2)));
        var pixels = new Pixels(chart);
        Assert.All(
            new[] { ChartTheme.Light.Faint, ChartTheme.Light.Blue, ChartTheme.Light.Orange, ChartTheme.Light.Purple,
                ChartTheme.Light.Green, ChartTheme.Light.Vermilion },
            color => Assert.True(pixels.Count(color) > 50, $"{color} has {pixels.Count(color)} pixels."));
        Assert.All(
            ["Training", "Loss per example", "total", "fit", "weighted divergence", "divergence",
                "validation fit", "Divergence and beta", "beta (right)",
                "Accuracy", "validation accuracy"],
            word => Assert.Contains(word, Words(chart)));
        // Drawn once: a second drawing over the first would show in no pixel.
        Assert.Equal(3, Words(chart).Count(word => word == "epoch"));
    }

    [Fact]
    public void WithoutMetricsAndValidationTheirCurvesAreLeftOut()
    {
        var epoch = Told.Epoch(1, withValidation: false) with { Metrics = new Dictionary<string, double>() };
        var words = Words(TrainingCurves.Draw(Told.Finish(epoch, epoch with { Epoch = 2 })));
        Assert.DoesNotContain("validation fit", words);
        Assert.Equal(2, words.Count(word => word == "epoch"));
    }

    [Theory]
    [InlineData(0.05, "5 %")]
    [InlineData(0.4, "50 %")]
    public void AccuracyStandsAgainstThePartKept(double least, string mark)
    {
        var results = new[] { (2.0, 0.6, least), (1.0, 0.9, 0.6), (-1.0, 0.95, 0.9) }
            .Select(point => Told.Evaluation(point.Item2, kept: point.Item3, thresholds: point.Item1)).ToList();
        var chart = PruningCurve.Draw(results, Told.Evaluation(0.96), chosen: 1.0);
        var pixels = new Pixels(chart);
        Assert.True(pixels.Count(ChartTheme.Light.Blue) > 200);
        Assert.True(pixels.Count(ChartTheme.Light.Vermilion) > 30);
        Assert.All(["2", "1", "\u22121", "chosen", "without pruning", mark], word => Assert.Contains(word, Words(chart)));
        Assert.Contains("95", PruningCurve.Draw(results).Description + chart.ToSvg());
    }

    [Fact]
    public void ATotalThatIsNearlyAllDivergenceIsSeenBehindIt()
    {
        EpochResult Epoch(int number) => Told.Epoch(number, withValidation: false) with { Total = 2.0 / number, Fit = 0.0001 };
        var pixels = new Pixels(TrainingCurves.Draw(Told.Finish(Epoch(1), Epoch(2), Epoch(3))));
        // A line of some 300 pixels, of which a narrower one leaves a row free above and below; the legend has 140.
        Assert.True(pixels.Count(ChartTheme.Light.Faint) > 300, $"{pixels.Count(ChartTheme.Light.Faint)} pixels");
    }

    [Fact]
    public void AThresholdThatRuinsTheNetworkDoesNotFlattenTheOthers()
    {
        EvaluationResult At(double threshold, double accuracy, double kept) =>
            Told.Evaluation(accuracy, kept: kept, thresholds: threshold);
        var words = Words(PruningCurve.Draw(
            [At(2, 0.1, 0.3), At(1, 0.9, 0.5), At(0, 0.98, 0.7), At(-1, 0.985, 0.9)], Told.Evaluation(0.99)));
        Assert.Contains("accuracy (logarithmic in the error)", words);
        // Below the best, each once; the other axis has none of them.
        Assert.All(["0 %", "95 %", "98 %"], mark => Assert.Single(words, word => word == mark));
        Assert.DoesNotContain("99.9 %", words);

        Assert.Contains("accuracy", Words(PruningCurve.Draw([At(1, 0.9, 0.5), At(0, 0.98, 0.7)])));
    }

    [Theory]
    [InlineData(typeof(GaussianRegressor), "log(abs(mu) / sigma)")]
    [InlineData(typeof(SparseDropoutRegressor), "\u2212log alpha")]
    [InlineData(typeof(GroupArdRegressor), "\u2212log alpha of the unit")]
    public void TheAxisOfScoresNamesThem(Type network, string name)
    {
        var wrapper = network.Assembly.GetType($"{network.Namespace}.Bayesian{network.Name}")!;
        using var model = (IDisposable)Activator.CreateInstance(wrapper, Activator.CreateInstance(network))!;
        Assert.Contains("score: " + name, Words(ScoreHistograms.Draw((IBayesianNetwork)model)));
    }

    [Fact]
    public void ScoresShowWhatAThresholdPrunes()
    {
        random.manual_seed(3);
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        var threshold = 4.0;
        var kept = model.PruneStatistics(threshold).Weights.Single(weight => weight.Key == "hidden.weight");
        Assert.InRange(kept.Kept, 1, kept.Count - 1);

        var chart = ScoreHistograms.Draw(model, threshold);
        Assert.Contains(
            Words(chart), word => word.StartsWith($"hidden.weight: keeps {kept.Kept} of {kept.Count} (", StringComparison.Ordinal));
        Assert.Contains("threshold 4", Words(chart));
        Assert.DoesNotContain(Words(chart), word => word.StartsWith("hidden.bias", StringComparison.Ordinal));
        var pixels = new Pixels(chart);
        Assert.True(pixels.Count(ChartTheme.Light.Blue) > 100);
        Assert.True(pixels.Count(ChartTheme.Light.Orange) > 100);

        // Nothing is below a threshold that every weight reaches, so nothing but its legend has the color.
        var all = new Pixels(ScoreHistograms.Draw(model, -100.0, ["hidden.weight"]));
        Assert.True(all.Count(ChartTheme.Light.Orange) < 400);
        Assert.Contains("hidden.bias", Words(ScoreHistograms.Draw(model, keys: ["hidden.bias"])));
    }

    [Fact]
    public void PrunedWeightsAreGreyInTheLowerMatrices()
    {
        random.manual_seed(3);
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        Thresholds everything = 1000.0;
        var chart = WeightMatrices.Draw(model, everything, ["hidden.weight"]);
        var pixels = new Pixels(chart);
        Assert.Equal(0, pixels.Count(ChartTheme.Light.Pruned, 0, chart.Height / 2));
        // A panel is some 250 x 180 pixels large; all of it is gray.
        Assert.True(pixels.Count(ChartTheme.Light.Pruned, chart.Height / 2, chart.Height) > 30_000);
        Assert.Contains("hidden.weight, before", Words(chart));
        Assert.Contains("after, 0 % kept, gray pruned", Words(chart));
        Assert.Equal(model.PruneStatistics().Kept, model.Arena.BayesianCount);
    }

    [Fact]
    public void AWeightThatIsNotThereIsNamed()
    {
        using var model = new BayesianGaussianRegressor(new GaussianRegressor());
        Assert.Contains(
            "'hidden.gain'", Assert.Throws<ArgumentException>(() => ScoreHistograms.Draw(model, keys: ["hidden.gain"])).Message);
        Assert.Throws<ArgumentException>(() => ScoreHistograms.Draw(model, new Thresholds { [Family.LogUniform] = 1 }));
    }

    [Fact]
    public void TheCalibrationErrorIsTheMeanGap()
    {
        // 10 of 40 predictions are 0.3 off, 30 are 0.1 off: 0.25 * 0.3 + 0.75 * 0.1 = 0.15.
        var chart = ReliabilityDiagram.Draw([0, 0, 10, 30], [double.NaN, 0, 0.7, 0.9], [double.NaN, 0, 0.4, 1.0]);
        Assert.Equal("Calibration: ECE 15.00 %", chart.Title);
        var pixels = new Pixels(chart);
        Assert.All(
            new[] { ChartTheme.Light.Blue, ChartTheme.Light.Orange, ChartTheme.Light.Sky },
            color => Assert.True(pixels.Count(color) > 500, color));
        Assert.All(["too sure", "not sure enough", "perfect", "mean confidence 85.0 %", "accuracy 85.0 %"],
            word => Assert.Contains(word, Words(chart)));
        Assert.Throws<ArgumentException>(() => ReliabilityDiagram.Draw([1], [0.5, 0.5], [0.5]));
        Assert.Throws<ArgumentException>(() => ReliabilityDiagram.Draw([1], [1.5], [0.5]));
        Assert.Throws<ArgumentException>(() => ReliabilityDiagram.Draw([0], [0.5], [0.5]));
    }

    /// <summary>Three right of five may be chance, 1,140 of 1,900 hardly.</summary>
    [Theory]
    [InlineData(5, 0.2307, 0.8824)]
    [InlineData(1900, 0.5778, 0.6218)]
    public void ABinOfFewPredictionsHasAWideInterval(long count, double low, double high)
    {
        var interval = ReliabilityDiagram.Wilson(0.6, count);
        Assert.Equal(low, interval.Low, 4);
        Assert.Equal(high, interval.High, 4);
        Assert.Contains("95 % interval of the accuracy", Words(ReliabilityDiagram.Draw([count], [0.5], [0.6])));
    }

    [Fact]
    public void EntropiesCloseToZeroAreSpreadOutByALogarithm()
    {
        // Exactly sure, and sure to a ten thousandth, would be one bar on an even axis.
        double[] known = [0, .. Enumerable.Repeat(1e-4, 300), .. Enumerable.Repeat(3e-3, 300)];
        var chart = EntropyHistograms.Draw(known, [1.5, 2.0], "digits", "letters", Math.Log(10), "the network");
        Assert.Equal("Predictive entropy of the network", chart.Title);
        Assert.All(["\u2264 0.0001", "0.001", "0.01", "0.1", "1"], word => Assert.Contains(word, Words(chart)));
        Assert.DoesNotContain("0.00001", Words(chart));

        // Blue at 35 % on white, each bar nearly as high as the panel. The axis begins at 10^-4 and ends at log 10 in 40 bars: 10^-4 falls
        // into the first of them and 3 * 10^-3 into the fourteenth. On an even axis both would be in the first.
        var bars = new Pixels(chart).Columns(new SKColor(166, 206, 228), 3, least: 250);
        Assert.Equal(2, bars.Count);
        var width = bars[1].To - bars[1].From + OutlineWidth;
        Assert.InRange((double)(bars[1].From - bars[0].From) / width, 12, 14);
    }

    [Fact]
    public void EntropiesLieOverEachOther()
    {
        var chart = EntropyHistograms.Draw([0.1, 0.2, 0.1], [1.9, 2.0], "digits", "letters", Math.Log(10));
        var pixels = new Pixels(chart);
        Assert.True(pixels.Count(ChartTheme.Light.Blue) > 200);
        Assert.True(pixels.Count(ChartTheme.Light.Orange) > 200);
        Assert.Contains("digits (3, mean 0.13)", Words(chart));
        Assert.Contains("letters (2, mean 1.95)", Words(chart));
        Assert.Throws<ArgumentException>(() => EntropyHistograms.Draw([], [1]));
        Assert.Throws<ArgumentException>(() => EntropyHistograms.Draw([double.NaN], [1]));
    }

    [Fact]
    public void ARegressionHasItsBand()
    {
        double[] x = [0, 1, 2], mean = [0, 1, 0];
        var chart = RegressionBand.Draw(x, mean, [-1, 0, -1], [1, 2, 1], [0.5, 1.5], [0.4, 0.6], truth: [0, 1.1, 0]);
        var pixels = new Pixels(chart);
        Assert.True(pixels.Count(ChartTheme.Light.Blue) > 300);
        Assert.True(pixels.Count(ChartTheme.Light.Green) > 100);
        // The band: sky at 35 % on white.
        Assert.True(pixels.CountNear(new SKColor(196, 230, 246), 3) > 20_000);
        Assert.All(["95 % interval", "predictive mean", "data", "truth"], word => Assert.Contains(word, Words(chart)));
        Assert.Throws<ArgumentException>(() => RegressionBand.Draw(x, [0, 1], [-1, 0, -1], [1, 2, 1], [], []));
        Assert.Throws<ArgumentException>(() => RegressionBand.Draw([0, 0, 1], mean, mean, mean, [], []));
    }

    [Fact]
    public void TheEpistemicPartOfABandIsDark()
    {
        double[] x = [0, 1, 2], mean = [0, 0, 0];
        Chart Band(double deviation) =>
            RegressionBand.Draw(x, mean, [-1, -1, -1], [1, 1, 1], [], [], epistemic: [deviation, deviation, deviation]);
        // Two deviations on either side: half of the band at 0.25, all of it and not more from 0.5 on. Light is sky at 35 % on white.
        int Light(Chart chart) => new Pixels(chart).CountNear(new SKColor(196, 230, 246), 3);
        var all = Light(Band(0));
        Assert.Equal(0.5, (double)Light(Band(0.25)) / all, 0.03);
        Assert.True(Light(Band(3)) < all / 50);
        Assert.Contains("epistemic part", Words(Band(0.25)));
        Assert.DoesNotContain("epistemic part", Words(RegressionBand.Draw(x, mean, mean, mean, [], [])));
        var exception = Assert.Throws<ArgumentException>(() => RegressionBand.Draw(x, mean, mean, mean, [], [], epistemic: [1]));
        Assert.Contains("1 epistemic standard deviations", exception.Message);
        Assert.Throws<ArgumentException>(() => Band(-1));
    }

    [Fact]
    public void AChartHasTheSizeAndTheGroundThatWereAskedFor()
    {
        var chart = TrainingCurves.Draw(Told.Finish(Told.Epoch(1)));
        using var bitmap = SKBitmap.Decode(chart.ToPngBytes(600, 300, ChartTheme.Dark));
        Assert.Equal((600, 300), (bitmap.Width, bitmap.Height));
        Assert.Equal(SKColor.Parse(ChartTheme.Dark.Ground), bitmap.GetPixel(1, 1));
        Assert.Equal(SKColor.Parse(ChartTheme.Dark.Ground), bitmap.GetPixel(598, 298));
        Assert.Contains("width=\"600\" height=\"300\"", chart.ToSvg(600, 300));
        Assert.Throws<ArgumentOutOfRangeException>(() => chart.ToPngBytes(width: 5));

        using var folder = new TemporaryFolder();
        chart.SavePng(Path.Combine(folder.Root, "a.png"));
        chart.SaveSvg(Path.Combine(folder.Root, "a.svg"));
        Assert.Equal(chart.ToPngBytes(), File.ReadAllBytes(Path.Combine(folder.Root, "a.png")));
        Assert.Equal(chart.ToSvg(), File.ReadAllText(Path.Combine(folder.Root, "a.svg")));
    }

    [Fact]
    public void TheColorsOfDataAreDistinct()
    {
        foreach (var theme in new[] { ChartTheme.Light, ChartTheme.Dark })
        {
            string[] colors = [theme.Blue, theme.Orange, theme.Green, theme.Vermilion, theme.Purple, theme.Sky];
            Assert.Equal(colors.Length, colors.Distinct().Count());
            // Graphical objects stand out from their ground by 3:1 where they carry meaning alone (WCAG 2.1, 1.4.11); orange and sky are
            // for areas, which have neighbors and labels.
            Assert.All(
                [theme.Ink, theme.Faint, theme.Blue, theme.Green, theme.Vermilion],
                color => Assert.True(Contrast(color, theme.Ground) >= 3, $"{color} on {theme.Ground}: {Contrast(color, theme.Ground):F2}"));
        }
    }

    /// <summary>TorchSharp was built for an older SkiaSharp than ScottPlot brings; both have to work with the one that is there.</summary>
    [Fact]
    public void TorchSharpDrawsWithTheSameSkiaSharp()
    {
        Assert.NotEmpty(TrainingCurves.Draw(Told.Finish(Told.Epoch(1))).ToPngBytes());
        using var folder = new TemporaryFolder();
        using var image = zeros([3, 6, 8], dtype: ScalarType.Float32, device: CPU);
        image[0].fill_(1);
        utils.tensorboard.SummaryWriter(folder.Root, createRunName: false).add_img("red", image, 1);

        using var bitmap = SKBitmap.Decode(EventFile.Images(folder.Root)["red"]);
        Assert.Equal((8, 6), (bitmap.Width, bitmap.Height));
        Assert.Equal(new SKColor(255, 0, 0), bitmap.GetPixel(4, 3));
    }

    internal static double Contrast(string one, string other)
    {
        var (a, b) = (Luminance(SKColor.Parse(one)), Luminance(SKColor.Parse(other)));
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    private static double Luminance(SKColor color)
    {
        static double Linear(byte part) =>
            part / 255.0 is var value && value <= 0.03928 ? value / 12.92 : Math.Pow((part / 255.0 + 0.055) / 1.055, 2.4);
        return 0.2126 * Linear(color.Red) + 0.7152 * Linear(color.Green) + 0.0722 * Linear(color.Blue);
    }

    /// <summary>The texts of an SVG, each as it stands.</summary>
    internal static List<string> Words(Chart chart) =>
        [.. TextElement().Matches(chart.ToSvg()).Select(match => System.Net.WebUtility.HtmlDecode(match.Groups[1].Value).Trim())];

    [GeneratedRegex("<text[^>]*>([^<]*)</text>")]
    private static partial Regex TextElement();
}
