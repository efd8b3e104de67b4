using BayesGen;
using BayesGen.Baselines;
using BayesGen.Data;
using BayesGen.Serialization;
using TorchSharp;

namespace LastLayerSample;

/// <summary>The trained network that the sample begins with.</summary>
public static class Plain
{
    private const int SyntheticEpochs = 6;
    private const int MnistEpochs = 6;

    /// <summary>Loads the network from its file, or trains it.</summary>
    public static ConvolutionalReader Of(Options options, TensorDataSet train)
    {
        torch.random.manual_seed(options.Seed);
        using var model = new DeterministicModel<ConvolutionalReader>(new ConvolutionalReader());
        if (options.Network is { } file && File.Exists(file))
        {
            model.Load(file);
            Console.WriteLine($"the network comes from {file}");
        }
        else
        {
            Train(model, options, train);
            if (options.Network is { } path)
                model.Save(path);
        }

        // An ordinary TorchSharp network: what anybody has.
        return model.Distribution(() => new ConvolutionalReader()).Mean();
    }

    private static void Train(DeterministicModel<ConvolutionalReader> model, Options options, TensorDataSet train)
    {
        using var trainer = model.CreateTrainer(new TrainerOptions
        {
            Epochs = options.Epochs ?? (options.Images.IsMnist ? MnistEpochs : SyntheticEpochs),
            BatchSize = 128,
            LearningRate = 2e-3,
            Seed = options.Seed,
        });
        var result = trainer.Train(train);
        Console.WriteLine($"a plain network, {result.Epochs.Count} epochs in {result.Duration.TotalSeconds:F0} s");
    }
}
