using BayesGen.SampleImages;
using LastLayerSample;

namespace BayesGen.Tests.Samples;

/// <summary>What comes out of the sample on last layers: its command line, and a line of its table.</summary>
public sealed class LastLayerSampleTests
{
    [Fact]
    public void ReadsItsOptions()
    {
        var usual = CommandLine.Read<Options>(Options.Command);
        Assert.Equal((false, "results/last-layer", 100), (usual.Images.IsMnist, usual.Out, usual.Samples));
        Assert.Equal(["letters", "noise"], usual.Images.Outside);
        var asked = CommandLine.Read<Options>(
            Options.Command, "--data", "mnist", "--data-dir", "there", "--outside", "letters", "--network", "file", "--epochs", "2");
        Assert.Equal((true, "there", "file", 2), (asked.Images.IsMnist, asked.Images.DataDirectory, asked.Network, asked.Epochs));
        Assert.Equal(["letters"], asked.Images.Outside);
        Assert.Contains("synthetic digits need no folder", CommandLine.Errors<Options>(Options.Command, "--data-dir", "x").Single());
        Assert.Contains("'cats' is none of them", CommandLine.Errors<Options>(Options.Command, "--outside", "cats").Single());
    }

    [Fact]
    [Trait("Lane", "Slow")]
    public void AMethodIsJudgedOnDigitsAndOnWhatIsNone()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var images = new Images(
            SyntheticDigits.Create(100, seed: 1), SyntheticDigits.Create(40, seed: 2), [("letters", SyntheticLetters.Create(30, seed: 3))]);
        using var model = new LastLayerModel<ConvolutionalReader>(new ConvolutionalReader());
        var options = new PredictionOptions { BatchSize = 16 };
        var plain = Method.Of("plain", images, () => new PlainAnswers(model), (one, data) => one.Predict(data.Inputs, options));
        var laplace = Method.Of(
            "Laplace", images, () => model.FitLaplace(images.Train), (one, data) => one.Predict(data.Inputs, 5, options));
        Assert.Equal(40, plain.Known.Prediction.Count);
        Assert.Equal(30, laplace.Outside.Single().Result.Prediction.Count);
        Assert.All(plain.Known.Prediction.MutualInformation, part => Assert.Equal(0, part, 1e-6));
        Assert.True(laplace.Known.Prediction.MutualInformation.Max() > 1e-4);
        Assert.Equal(plain.Line().Length, laplace.Line().Length);
        Assert.Equal(6, plain.Csv().Split(',').Length);

        // The plain network answers as it would without the model around it.
        using var _ = no_grad();
        var logits = model.Network.call(images.Test.Inputs);
        Assert.Equal(ClassPrediction.Of(logits).Probabilities[7][3], plain.Known.Prediction.Probabilities[7][3], 1e-5);
    }
}
