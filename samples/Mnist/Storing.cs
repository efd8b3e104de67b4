using BayesGen;
using BayesGen.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistSample;

/// <summary>Saving the model and loading it again.</summary>
public static class Storing
{
    public static void SaveAndLoad(BayesianClassifier model, TensorDataSet test, string? folder)
    {
        var path = Path.Combine(folder ?? Path.GetTempPath(), folder is null ? Path.GetRandomFileName() : "model.safetensors");
        try
        {
            model.Save(path);
            Console.WriteLine($"saved {new FileInfo(path).Length / 1e6:F1} MB{(folder is null ? "" : $" to {path}")}");

            // The file holds the posterior; the class of the network comes from the program.
            using var scope = NewDisposeScope();
            using var loaded = new BayesianClassifier(new Classifier());
            loaded.Load(path);

            using var _ = no_grad();
            loaded.to(model.Arena.Device);
            var images = test.Inputs[10..12].to(model.Arena.Device);
            Console.WriteLine($"the loaded model gives the same answers: {loaded.call(images).allclose(model.call(images))}");
        }
        finally
        {
            if (folder is null)
                File.Delete(path);
        }
    }
}
