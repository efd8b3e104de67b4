using BayesGen;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistSample;

/// <summary>Pruned for good and set to its MAP estimate, the model is an ordinary network with one answer to each image.</summary>
public static class Deterministic
{
    private const string Ink = " .:-=+*#%@";

    /// <param name="folder">Where <c>small.safetensors</c> is left, what a program needs that only predicts; null leaves nothing.</param>
    public static void Use(BayesianClassifier model, Pictures pictures, double threshold, string? folder)
    {
        var report = model.Prune(threshold);
        model.UseMap();
        Console.WriteLine($"pruned at {threshold:0.0#}: {report.Kept:N0} of {report.BayesianWeights:N0} weights kept");

        using var scope = NewDisposeScope();
        using var _ = no_grad();
        model.eval();
        var image = pictures.Test.Inputs[100..101];
        var answer = model.call(image.to(model.Arena.Device)).argmax(1);
        Draw(image);
        Console.WriteLine("label:  " + pictures.ClassNames[(int)pictures.Test.Targets[100].item<long>()]);
        Console.WriteLine($"answer: {pictures.ClassNames[(int)answer.item<long>()]}");
        // One network cannot say how sure it is; the posterior, pruned alike, can.
        var prediction = Answers.Predict(model, image, null);
        Console.WriteLine($"{Answers.Draws} draws:  {pictures.ClassNames[prediction.Classes[0]]}, {Answers.Confidence(prediction, 0)}");
        SaveSmall(model, image.to(model.Arena.Device), folder);
    }

    /// <summary>Without the posterior and without the weights that are gone: a plain network reads it and answers the same.</summary>
    private static void SaveSmall(BayesianClassifier model, Tensor image, string? folder)
    {
        var path = Path.Combine(folder ?? Path.GetTempPath(), folder is null ? Path.GetRandomFileName() : "small.safetensors");
        try
        {
            model.SaveSparse(path);
            using var plain = new Classifier();
            plain.LoadWeights(path);
            plain.eval();
            plain.to(model.Arena.Device);
            Console.WriteLine(
                $"saved {new FileInfo(path).Length / 1e6:F2} MB to predict with; a plain network that loads it gives the same answer: "
                + $"{plain.call(image).allclose(model.call(image))}");
        }
        finally
        {
            if (folder is null)
                File.Delete(path);
        }
    }

    /// <summary>Two rows of pixels make a line: letters are about twice as high as wide.</summary>
    private static void Draw(Tensor image)
    {
        using var scope = NewDisposeScope();
        var pixels = image.reshape(14, 2, 28).mean([1]).data<float>().ToArray();
        foreach (var line in pixels.Chunk(28))
            Console.WriteLine(string.Concat(line.Select(gray => Ink[(int)(gray * (Ink.Length - 0.01f))])).TrimEnd());
    }
}
