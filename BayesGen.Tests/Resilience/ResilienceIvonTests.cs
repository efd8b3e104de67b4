using BayesGen.Data;

namespace BayesGen.Tests.Resilience;

/// <summary>Trainings by IVON survive as those by an optimizer do.</summary>
public sealed class ResilienceIvonTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen-survival").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ResumesBitForBit()
    {
        using var scope = NewDisposeScope();
        using var data = Data();
        var (whole, broken) = (Path.Combine(_folder, "whole"), Path.Combine(_folder, "broken"));
        using (var model = Network(1))
        using (var trainer = model.CreateIvonTrainer(Options(whole)))
            trainer.Train(data);
        using (var model = Network(1))
        using (var source = new CancellationTokenSource())
        using (var trainer = model.CreateIvonTrainer(
            Options(broken) with { Hooks = [(_, step) => { if (step.GlobalStep == 7) source.Cancel(); }] }))
            Assert.Throws<OperationCanceledException>(() => trainer.Train(data, cancellation: source.Token));
        using (var model = Network(2))
        using (var trainer = model.CreateIvonTrainer(Options(broken)))
        {
            Assert.Empty(trainer.Resume(broken).Notices);
            trainer.Train(data);
        }

        Assert.Equal(
            File.ReadAllBytes(ResilienceTraining.Checkpoint(whole, 20)), File.ReadAllBytes(ResilienceTraining.Checkpoint(broken, 20)));

        // Another rate is told, since the training is then another one from here on.
        using var slow = Network(1);
        using var other = slow.CreateIvonTrainer(Options(broken), new IvonOptions { LearningRate = 0.01 });
        Assert.Contains(nameof(IvonOptions), Assert.Single(other.Resume(broken).Notices));
    }

    [Fact]
    public void ARefusedCheckpointLeavesThePosteriorAlone()
    {
        using var scope = NewDisposeScope();
        using var data = Data();
        using (var model = Network(1))
        using (var trainer = model.CreateTrainer(Options(_folder)))
            trainer.Train(data);
        using var fresh = Network(2);
        var before = fresh.Arena.StateTensors().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
        using var ivon = fresh.CreateIvonTrainer(Options(Path.Combine(_folder, "other")));
        Assert.Contains("IVON", Assert.Throws<CheckpointMismatchException>(() => ivon.Resume(_folder)).Message);
        Assert.All(fresh.Arena.StateTensors(), entry => Assert.True(TensorBits.Same(before[entry.Key], entry.Value), entry.Key));
    }

    [Fact]
    public void TheModelCanBeSavedAfterANonFiniteLoss()
    {
        using var scope = NewDisposeScope();
        using var data = Data();
        using (no_grad())
            data.Inputs.fill_(double.NaN);
        using var model = Network(1);
        using var trainer = model.CreateIvonTrainer(Options(Path.Combine(_folder, "nan")));
        Assert.Throws<NonFiniteLossException>(() => trainer.Train(data));
        model.Save(Path.Combine(_folder, "model.safetensors"));

        // A loss that is finite and whose gradient is not: the root at zero.
        using var other = Network(1);
        using var rooted = other.CreateIvonTrainer(Options(Path.Combine(_folder, "root")) with
        {
            FitLoss = new FitLoss("root", (output, _) => (output * 0).abs().sqrt().sum()),
        });
        using var fine = Data();
        Assert.Throws<NonFiniteLossException>(() => rooted.Train(fine));
        other.Save(Path.Combine(_folder, "other.safetensors"));
    }

    /// <summary>A program that is started again and again must not find a folder that looks empty.</summary>
    [Fact]
    public void RefusesAnUnreadableFolderEveryTime()
    {
        using var scope = NewDisposeScope();
        using var data = Data();
        using (var model = Network(1))
        using (var trainer = model.CreateTrainer(Options(_folder)))
            trainer.Train(data);
        var files = Directory.GetFiles(_folder).Order().ToList();
        foreach (var file in files)
            using (var stream = new FileStream(file, FileMode.Open))
                stream.SetLength(100);
        for (var start = 0; start < 2; start++)
        {
            using var model = Network(1);
            using var trainer = model.CreateTrainer(Options(_folder));
            Assert.Throws<StateFileException>(() => trainer.TryResume(_folder));
            Assert.Equal(files, Directory.GetFiles(_folder).Order());
        }
    }

    private static TensorDataSet Data()
    {
        var noise = new NoiseSource(5);
        return new TensorDataSet(
            noise.Normal(zeros([24, 3], dtype: ScalarType.Float32, device: CPU)),
            noise.Normal(zeros([24, 1], dtype: ScalarType.Float32, device: CPU)));
    }

    private static BayesianGaussianRegressor Network(int seed)
    {
        random.manual_seed(seed);
        return new BayesianGaussianRegressor(new GaussianRegressor());
    }

    private static TrainerOptions Options(string folder) => new()
    {
        Epochs = 4, BatchSize = 5, FitLoss = FitLoss.SquaredError, Beta = 1, Checkpoints = new CheckpointOptions { Folder = folder },
    };
}
