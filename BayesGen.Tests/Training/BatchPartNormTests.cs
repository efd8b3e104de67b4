using BayesGen.Data;
using TorchSharp.Modules;

namespace BayesGen.Tests;

/// <summary>Parts of a batch, and layers that look at the batch.</summary>
public sealed class BatchPartNormTests
{
    /// <summary>Of 16 examples parts of 15 left one over, and its variance made the running one NaN.</summary>
    [Fact]
    public void NoPartIsASingleExampleThatABatchNormalizationCannotLearnFrom()
    {
        using var scope = NewDisposeScope();
        using var data = new TensorDataSet(randn(16, 2), randn(16, 1));
        foreach (var part in new[] { 3, 5, 15 })
        {
            using var model = Network();
            using var trainer = model.CreateTrainer(Options(part));
            trainer.Train(data);
            Assert.True(model.state_dict()["norm.running_var"].isfinite().all().item<bool>());
        }

        foreach (var part in new[] { 1, 2 })
        {
            using var model = Network();
            using var trainer = model.CreateTrainer(Options(part) with { BatchSize = 3 });
            Assert.Contains(
                "MicroBatchSize to at least 3", Assert.Throws<InvalidOperationException>(() => trainer.Train(data)).Message);
            Assert.True(model.state_dict()["norm.running_var"].isfinite().all().item<bool>());
        }

        static DeterministicModel<Sequential> Network() =>
            new(nn.Sequential(("hidden", nn.Linear(2, 4)), ("norm", nn.BatchNorm1d(4)), ("output", nn.Linear(4, 1))));

        static TrainerOptions Options(int part) =>
            new() { Likelihood = Likelihood.Gaussian(1), Epochs = 2, BatchSize = 16, MicroBatchSize = part };
    }
}
