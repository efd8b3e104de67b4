using System.Text.Json;
using BayesGen.Data;
using BayesGen.Plots;
using BayesGen.SampleImages;
using SkiaSharp;
using UncertaintySample;

namespace BayesGen.Tests.Samples;

/// <summary>What comes out of the sample on uncertainty: its command line, its figures, its charts and its page.</summary>
public sealed class UncertaintySampleTests
{
    [Fact]
    public void ParsesEveryOption()
    {
        var options = CommandLine.Read<Options>(Options.Command,
            "--data", "mnist", "--data-dir", "folder", "--train-on", "0-3,7", "--outside", "noise,fashion-mnist", "--seeds", "1,2,3",
            "--samples", "5", "--epochs", "2", "--out", "out");

        Assert.True(options.IsMnist);
        Assert.Equal("folder", options.DataDirectory);
        Assert.Equal([0, 1, 2, 3, 7], options.TrainOn);
        Assert.Equal(["noise", "fashion-mnist"], options.Outside);
        Assert.Equal([1, 2, 3], options.Seeds);
        Assert.Equal((5, 2, "out"), (options.Samples, options.Epochs, options.Out));
    }

    [Fact]
    public void UsesBuiltInDataByDefault()
    {
        var options = CommandLine.Read<Options>(Options.Command);
        Assert.False(options.IsMnist);
        Assert.Equal(Enumerable.Range(0, 10), options.TrainOn);
        Assert.DoesNotContain("fashion-mnist", options.Outside);
        Assert.Equal("results/uncertainty", options.Out);
        Assert.Equal([1], options.Seeds);
    }

    [Theory]
    [InlineData("Unrecognized command or argument '--epoch'.", "--epoch", "3")]
    [InlineData("--data is one of synthetic, mnist, not 'MNIST'.", "--data", "MNIST")]
    [InlineData("--data is one of synthetic, mnist, not 'MNIST'.", "--data", "MNIST", "--data-dir", "folder")]
    [InlineData("--train-on is a list of digits such as 0-7 or 1,3,5, not '0-10'.", "--train-on", "0-10")]
    [InlineData("--train-on names at least two digits, not '5'.", "--train-on", "5")]
    [InlineData("--outside is a list of letters, noise, fashion-mnist; 'cats' is none of them.", "--outside", "noise,cats")]
    [InlineData("--seeds is a list of whole numbers from 0 such as 1,2,3, not '1;2'.", "--seeds", "1;2")]
    [InlineData("--samples is a whole number from 1, not '0'.", "--samples", "0")]
    [InlineData("Required argument missing for option: '--out'.", "--out")]
    [InlineData("--data-dir goes with --data mnist or --outside fashion-mnist; synthetic digits need no folder.", "--data-dir", "x")]
    public void RefusesWrongOptionsWithAMessage(string message, params string[] args) =>
        Assert.Contains(message, CommandLine.Errors<Options>(Options.Command, args));

    [Fact]
    public void ChartsAndAPageAreWritten()
    {
        using var folder = new TemporaryFolder();
        using var images = SomeImages();
        var report = new Report(samples: 2);
        report.Add(Evaluated(images, draws: 2), Evaluated(images, draws: 1));
        var options = new Options { Out = folder.Root, TrainOn = [3, 5, 7] };

        report.Write(folder.Root);
        var page = File.ReadAllText(RunPage.Write(options, images, report, TimeSpan.FromSeconds(61)));

        string[] names =
        [
            "reliability-bayesian", "reliability-deterministic", "entropy-digits-8-9-bayesian", "entropy-digits-8-9-deterministic",
            "entropy-noise-bayesian", "entropy-noise-deterministic",
        ];
        foreach (var name in names)
        {
            using var bitmap = SKBitmap.Decode(Path.Combine(folder.Root, name + ".png"));
            // What is outside lies over what is known, and hides it where both are the same.
            var color = SKColor.Parse(name[0] == 'e' ? ChartTheme.Light.Orange : ChartTheme.Light.Blue);
            Assert.True(bitmap.Pixels.Count(pixel => pixel == color) > 200, name);
            Assert.Contains(
                name.EndsWith("-bayesian", StringComparison.Ordinal) ? "of the Bayesian neural network" : "of the plain network",
                File.ReadAllText(Path.Combine(folder.Root, name + ".svg")));
        }

        var comparison = File.ReadAllText(Path.Combine(folder.Root, "comparison.svg"));
        Assert.All(["Bayesian", "plain"], name => Assert.Contains(name, comparison));
        Assert.Equal(names.Length + 1, page.Split("<figure ").Length - 1);
        Assert.Contains("3, 5, 7", page);
        Assert.Contains(">Digits 8, 9</h2>", page);
        // Logits of 4 for the first of three classes: exp(4) / (exp(4) + 2) of sureness, in a class that stands for the digit 3.
        Assert.Contains("<strong>3</strong><span>96 % sure, entropy 0.18</span>", page);
        Assert.Contains("summary.json", Directory.GetFiles(folder.Root).Select(Path.GetFileName));
        using var summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.Root, "summary.json")));
        JsonElement Mutual(string network) =>
            summary.RootElement.GetProperty(network).GetProperty("outside")[1].GetProperty("auroc_mutual_information");
        Assert.Equal(JsonValueKind.Number, Mutual("bayesian").ValueKind);
        Assert.Equal(JsonValueKind.Null, Mutual("deterministic").ValueKind);
        Assert.Contains("45&#176;: Bayesian, 2 draws</th>\n<td>0.00 %</td>", page);
        Assert.Equal(1 + 12 + 4 + 5, File.ReadAllLines(Path.Combine(folder.Root, "entropy-bayesian.csv")).Length);
    }

    [Fact]
    public void FiguresAreMeansOverTheSeeds()
    {
        using var images = SomeImages();
        var (right, wrong) = (Evaluated(images, draws: 1), Evaluated(images, draws: 1, shift: 1));
        Assert.Equal((1.0, 0.0), (right.Known.Accuracy, wrong.Known.Accuracy));

        var figures = NetworkFigures.Mean("both", isBayesian: false, [right, wrong]);

        Assert.Equal(0.5, figures.Accuracy);
        // Of what is turned every class is taken for the next one, by the second network for the right one.
        Assert.Equal((45, 0.5), (figures.Turned[0].Degrees, figures.Turned[0].Accuracy));
        Assert.Null(figures.Outside[1].ByMutualInformation);
        Assert.Equal((right.Known.NegativeLogLikelihood + wrong.Known.NegativeLogLikelihood) / 2, figures.NegativeLogLikelihood, 12);
        // The entropy of the known digits is that of one logit of 4, that of the others log 3: all are detected.
        Assert.Equal(1, figures.Outside[1].ByEntropy.Auroc);
        Assert.Equal(0, figures.Outside[1].ByEntropy.FalsePositiveRate95);
    }

    /// <summary>A dot right of the middle goes up by a quarter turn against the clock, and the image keeps its ink.</summary>
    [Fact]
    public void DigitsAreTurnedAgainstTheClock()
    {
        using var scope = NewDisposeScope();
        var image = zeros([1, 1, 29, 29], dtype: ScalarType.Float32, device: CPU);
        image[0, 0, 14, 24].fill_(1);
        using var data = new TensorDataSet(image, tensor(new long[] { 7 }));
        using var turned = Turning.Turned(data, 90);
        Assert.Equal(1, turned.Inputs[0, 0, 4, 14].item<float>(), 4);
        Assert.Equal(1, turned.Inputs.sum().item<float>(), 4);
        Assert.Equal(7, turned.Targets.item<long>());
    }

    /// <summary>Twelve digits of three classes; four of others that look like the first class; five of noise.</summary>
    private static Images SomeImages()
    {
        using var scope = NewDisposeScope();
        return new Images(Data(1), Data(12), [("digits 8, 9", Data(4)), ("noise", Data(5))]);

        static TensorDataSet Data(int count) => new(
            full([count, 1, 28, 28], 0.5, dtype: ScalarType.Float32, device: CPU),
            arange(count, dtype: ScalarType.Int64, device: CPU).remainder(3));
    }

    /// <summary>
    /// A network that is 96 % sure of a class of the known digits, takes the other digits for a 3, and knows nothing of noise.
    /// </summary>
    private static Evaluation Evaluated(Images images, int draws, int shift = 0)
    {
        using var scope = NewDisposeScope();
        var known = Prediction(4 * nn.functional.one_hot((images.Test.Targets + shift).remainder(3), 3).to(ScalarType.Float32));
        var likeThree = tensor([4f, 0, 0], [1, 3], ScalarType.Float32, CPU).expand(images.Outside[0].Data.Count, 3);
        var nothing = zeros([images.Outside[1].Data.Count, 3], dtype: ScalarType.Float32, device: CPU);
        return new Evaluation(
            ClassEvaluation.Of(known, [.. images.Test.Targets.data<long>().Select(target => (int)target)]),
            [
                (images.Outside[0].Name, OutOfDistribution.Of(known, Prediction(likeThree))),
                (images.Outside[1].Name, OutOfDistribution.Of(known, Prediction(nothing))),
            ],
            [(45, ClassEvaluation.Of(known, [.. images.Test.Targets.data<long>().Select(target => (int)(target + 1) % 3)]))]);

        ClassPrediction Prediction(Tensor logits) => ClassPrediction.Of([.. Enumerable.Repeat(logits, draws)]);
    }
}
