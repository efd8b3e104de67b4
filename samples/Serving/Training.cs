using BayesGen;
using BayesGen.Datasets;
using TorchSharp;

namespace ServingSample;

/// <summary>Trains the network and writes the file that the server loads.</summary>
public static class Training
{
    public static void Run(TrainOptions options)
    {
        // What is wrong with the folder is found out before the training, not after it.
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(options.Model))!);
        torch.random.manual_seed(options.Seed);
        using var train = SyntheticDigits.Create(10_000, seed: 1);
        using var test = SyntheticDigits.Create(2_000, seed: 2);
        using var letters = SyntheticLetters.Create(2_000, seed: 3);
        using var model = new BayesianDigitNetwork(new DigitNetwork());
        using var trainer = model.CreateTrainer(new TrainerOptions { Epochs = options.Epochs, ElboSamples = 0, Seed = options.Seed });
        var training = trainer.Train(train);
        var evaluation = model.EvaluatePredictions(test, outside: letters, samples: 30);
        Console.WriteLine($"{train.Count:N0} digits, {options.Epochs} epochs, {training.Duration.TotalSeconds:F0} s");
        Console.WriteLine($"{test.Count:N0} others: accuracy {evaluation.Accuracy:P1}, "
            + $"expected calibration error {evaluation.ExpectedCalibrationError:F3}");
        var strangers = evaluation.OutOfDistribution!;
        Console.WriteLine($"letters against digits, by mutual information: AUROC {strangers.ByMutualInformation.Auroc:F3}");
        model.Save(options.Model);
        Console.WriteLine($"saved in {options.Model}");
    }
}
