using TorchSharp.Modules;

namespace BayesGen.Tests.Resilience;

/// <summary>Nothing of a training that looks after itself stays behind, whatever happens in it.</summary>
[Trait("Lane", "Slow")]
public sealed class ResilienceMemoryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen-survival").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void HundredsOfStepsWithEveryFeatureLeakNoTensor()
    {
        using var data = ResilienceTraining.Data();
        using var validation = ResilienceTraining.Data(2);
        using var model = ResilienceTraining.Network(3);
        var evaluations = 0;
        using var trainer = model.CreateTrainer(ResilienceTraining.Options(_folder, everySteps: 1) with
        {
            Threshold = new() { [Family.LogUniform] = 0, [Family.Gaussian] = -3, [Family.SparseDropout] = -3 },
            Hooks = [(self, step) => { if (step.GlobalStep % 7 == 0) evaluations += self.Evaluate(validation).Examples > 0 ? 1 : 0; }],
        });
        trainer.Train(data, validation);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 4; i++)
            trainer.Train(data, validation);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal(5 * ResilienceTraining.AllSteps / 7, evaluations);
    }

    [Fact]
    public void AStepFreesItsTensorsBeforeTheNext()
    {
        using var data = ResilienceTraining.Data();
        using var model = ResilienceTraining.Network(3);
        var atForward = new List<long>();
        using var trainer = new VariationalTrainer(
            model,
            x =>
            {
                atForward.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
                return model.call(x);
            },
            new ElboLoss(),
            ResilienceTraining.Options(_folder) with { Samples = 4, Checkpoints = null });
        trainer.Train(data);
        Assert.Equal(4 * ResilienceTraining.AllSteps, atForward.Count);

        // The sums over the draws so far are there from the second on.
        Assert.All(atForward.Chunk(4), step => Assert.Single(step.Skip(1).Distinct()));
    }

    /// <summary>Arrays of the size of the weights, at every checkpoint, would stay with the process for as long as .NET likes.</summary>
    [Fact]
    public void ACheckpointDoesNotCopyTensorsToTheManagedHeap()
    {
        const int Count = 1_000_000;
        using var scope = NewDisposeScope();
        foreach (var make in (OptimizerFactory[])[
            (parameters, rate) => new FlatAdam(parameters, rate),
            (parameters, rate) => new FlatSgd(parameters, rate, momentum: 0.9),
            (parameters, rate) => optim.AdamW(parameters, rate)])
        {
            using var parameter = new Parameter(zeros(Count));
            using var optimizer = make([parameter], 0.1);
            parameter.grad = ones(Count);
            optimizer.step();
            var path = Path.Combine(_folder, "checkpoint");
            for (var i = 0; i < 2; i++)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                using (var saved = new CheckpointContent())
                {
                    SavedOptimizer.Save(optimizer, saved, "optimizer");
                    CheckpointFile.Write(path, saved);
                }

                var size = new FileInfo(path).Length;
                Assert.True(size > 4 * Count);
                Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < size / 10);
            }

            using var content = CheckpointFile.Read(path);
            var start = GC.GetAllocatedBytesForCurrentThread();
            Assert.True(SavedOptimizer.Load(optimizer, content, "optimizer"));
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - start < Count);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void SkippingRollingBackStoppingAndResumingLeakNoTensor(bool goesBack)
    {
        using var data = ResilienceTraining.Data();
        using (no_grad())
            data.Inputs[11, 2] = float.NaN;
        using var model = ResilienceTraining.Network(3);
        long Live() => DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        void Life(string folder, int stop)
        {
            using var source = new CancellationTokenSource();
            using var trainer = model.CreateTrainer(ResilienceTraining.Options(folder) with
            {
                NonFinite = goesBack ? NonFinitePolicy.RollBack(atMost: 3) : NonFinitePolicy.Skip(),
                Optimizer = (parameters, rate) => new FlatSgd(parameters, rate, momentum: 0.9),
                Hooks = [(_, step) => { if (step.GlobalStep == stop) source.Cancel(); }],
            });
            trainer.TryResume(folder);
            var error = Record.Exception(() => trainer.Train(data, data, source.Token));
            Assert.True(error is OperationCanceledException or NonFiniteLossException, error?.ToString());
        }

        Life(Path.Combine(_folder, "warm"), 9);
        var before = Live();
        for (var i = 0; i < 3; i++)
            Life(Path.Combine(_folder, $"life{i % 2}"), 10 + 20 * i);
        Assert.Equal(before, Live());
    }

    [Fact]
    public void ResumingTwiceLeaksNothingOfTheFirstResume()
    {
        using var data = ResilienceTraining.Data();
        using (var model = ResilienceTraining.Network(3))
        using (var trainer = model.CreateTrainer(ResilienceTraining.Options(_folder)))
            trainer.Train(data, data);
        using var other = ResilienceTraining.Network(4);
        using var resumed = other.CreateTrainer(ResilienceTraining.Options(_folder));
        resumed.Resume(ResilienceTraining.Checkpoint(_folder, 95));
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 5; i++)
            resumed.Resume(ResilienceTraining.Checkpoint(_folder, 95));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
