using System.Security.Cryptography;
using BayesGen.Tests.Resilience;

namespace BayesGen.Tests;

/// <summary>
/// What another thread does while a training runs: it gets the network between two steps, and the training does not notice.
/// </summary>
public sealed class SaveDuringTrainingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen").FullName;

    /// <summary>The saves; epochs are trained until they are done.</summary>
    private static int Saves => ResilienceScale.IsFull ? 500 : 40;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void SavesOfAnotherThreadLoadAndLeaveTheTrainingAlone()
    {
        using var loaded = ResilienceTraining.Network(9);
        var path = Path.Combine(_folder, "model.safetensors");
        Beside((model, _) =>
        {
            model.Save(path);
            Assert.Null(loaded.Load(path).Notice);
        });
    }

    [Fact]
    public void SavesOfMeansOfAnotherThreadLoad()
    {
        using var loaded = ResilienceTraining.Network(9);
        var path = Path.Combine(_folder, "means.safetensors");
        Beside((model, _) =>
        {
            model.SaveMeans(path);
            loaded.LoadMeans(path);
        });
    }

    [Trait("Lane", "Slow")]
    [Fact]
    public void StateDictsOfAnotherThreadAreSnapshots() => Beside((model, _) =>
    {
        using var scope = NewDisposeScope();
        var state = model.state_dict();
        var before = Hash(state);
        Thread.Sleep(5);
        Assert.Equal(before, Hash(state));
    });

    [Fact]
    public void CheckpointsOfAnotherThreadLoad()
    {
        using var loaded = ResilienceTraining.Network(9);
        var loads = 0;
        Beside(
            (_, _) =>
            {
                for (var before = loads; loads == before;)
                    foreach (var file in Directory.GetFiles(Path.Combine(_folder, "checkpoints"), "*.safetensors"))
                        loads += TryLoad(file) ? 1 : 0;
            },
            Path.Combine(_folder, "checkpoints"));
        Assert.True(loads >= Saves);

        bool TryLoad(string file)
        {
            try
            {
                return loaded.Load(file).Notice is null;
            }
            catch (FileNotFoundException)
            {
                // The training has let go of it meanwhile.
                return false;
            }
        }
    }

    [Fact]
    public void RefusesAnEvaluationByTheTrainerOnAnotherThread()
    {
        using var validation = ResilienceTraining.Data(2);
        Beside((model, trainer) => Assert.Contains(
            "is running on another thread", Assert.Throws<InvalidOperationException>(() => trainer.Evaluate(validation)).Message));
    }

    [Fact]
    public void PruningAndRestoringOnAnotherThreadWaitForTheStep() => Train(
        (model, _) =>
        {
            model.Prune(new() { [Family.Gaussian] = 0 });
            model.Unprune();
            model.UseMap();
            model.UseMean();
        },
        null,
        int.MaxValue);

    [Fact]
    public void TheTrainingThreadSeesLiveTensors()
    {
        using var data = ResilienceTraining.Data();
        using var model = ResilienceTraining.Network(3);
        var state = model.state_dict();
        var isLive = false;
        using var trainer = model.CreateTrainer(ResilienceTraining.Options() with
        {
            Epochs = 1,
            Hooks = [(_, _) => isLive |= AddressIn(state) == AddressIn(model.state_dict())],
        });
        trainer.Train(data);
        Assert.True(isLive);

        static nint AddressIn(Dictionary<string, Tensor> state) => TensorMemory.AddressOf(state["first.weight.mu"]);
    }

    /// <summary>
    /// Trains on a thread while this one does something again and again, and compares with a training that is left alone.
    /// </summary>
    private static void Beside(Action<BayesianSurvivor, VariationalTrainer> act, string? folder = null)
    {
        var (steps, disturbed) = Train(act, folder, int.MaxValue);
        var (same, alone) = Train(null, null, steps);
        Assert.Equal(steps, same);
        Assert.Equal(alone, disturbed);
    }

    private static (int Steps, string State) Train(Action<BayesianSurvivor, VariationalTrainer>? act, string? folder, int steps)
    {
        using var data = ResilienceTraining.Data();
        using var model = ResilienceTraining.Network(3);
        using var enough = new CancellationTokenSource();
        using var begun = new ManualResetEventSlim();
        var taken = 0;
        using var trainer = model.CreateTrainer(ResilienceTraining.Options(folder) with
        {
            Epochs = 100_000,
            Beta = 0.1,
            Checkpoints = folder is null ? null : new CheckpointOptions { Folder = folder, EverySteps = 1 },
            Hooks = [(_, _) => { begun.Set(); if (++taken == steps) enough.Cancel(); }],
        });
        random.manual_seed(5);
        Exception? error = null;
        var thread = new Thread(() => error = Record.Exception(() => trainer.Train(data, cancellation: enough.Token)));
        thread.Start();
        begun.Wait();
        try
        {
            for (var i = 0; act is not null && i < Saves; i++)
                act(model, trainer);
        }
        finally
        {
            if (act is not null)
                enough.Cancel();
            thread.Join();
        }

        Assert.IsAssignableFrom<OperationCanceledException>(error);
        Assert.True(taken > 0);
        return (taken, Hash(model.state_dict()));
    }

    private static string Hash(Dictionary<string, Tensor> state)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var tensor in state.Values)
            hash.AppendData(tensor.detach().contiguous().bytes);
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
