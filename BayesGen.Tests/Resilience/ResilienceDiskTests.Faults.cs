using System.Diagnostics;

namespace BayesGen.Tests.Resilience;

public sealed partial class ResilienceDiskTests
{
    [Fact]
    public void ADamagedCheckpointIsSkippedWithANotice()
    {
        var folder = Path.Combine(_folder, "damaged");
        using (var source = new CancellationTokenSource())
            Assert.Throws<OperationCanceledException>(
                () => Train(folder, new Notices(), step => { if (step == 33) source.Cancel(); }, source.Token));
        string[] files = [.. Directory.GetFiles(folder, "checkpoint-*").OrderDescending(StringComparer.Ordinal)];
        Assert.Equal([33, 30, 25], files.Select(file => int.Parse(Path.GetFileName(file)[11..21])));
        using (var stream = File.OpenWrite(files[0]))
            stream.SetLength(stream.Length / 2);

        using var data = ResilienceTraining.Data();
        using var model = ResilienceTraining.Network(4);
        var told = new Notices();
        using (var trainer = model.CreateTrainer(ResilienceTraining.Options(folder) with { Report = told }))
        {
            var report = trainer.Resume(folder);
            Assert.Equal((files[1], 3, 6, 30L), (report.File, report.Epoch, report.Step, report.GlobalStep));
            Assert.Equal(report.Notices, told.All);
            Assert.Contains(told.All, notice => notice.Contains(files[0]) && notice.Contains("damaged") && notice.Contains(".set-aside"));
            trainer.Train(data, data);
        }

        Assert.True(File.Exists(files[0] + ".set-aside"));

        // Nothing whole is left.
        foreach (var file in Directory.GetFiles(folder, "*.safetensors"))
            File.WriteAllText(file, "rubbish");
        using var last = ResilienceTraining.Network(5);
        var before = last.state_dict().Values.Select(tensor => tensor.detach().clone()).ToList();
        using (var trainer = last.CreateTrainer(ResilienceTraining.Options(folder)))
            Assert.Contains("no checkpoint that is whole", Assert.Throws<StateFileException>(() => trainer.Resume(folder)).Message);
        Assert.All(before.Zip(last.state_dict().Values), pair => Assert.True(TensorBits.Same(pair.First, pair.Second)));
    }

    [Fact]
    public void KeepsTheLastCheckpointsAndTheBest()
    {
        var folder = Path.Combine(_folder, "kept");
        using var data = ResilienceTraining.Data();
        using var validation = ResilienceTraining.Data(2);
        using var model = ResilienceTraining.Network(3);
        var fits = new List<(double Fit, List<Tensor> State)>();
        using var scope = NewDisposeScope();
        using var trainer = model.CreateTrainer(ResilienceTraining.Options() with
        {
            Checkpoints = new CheckpointOptions { Folder = folder, EveryEpochs = 3, KeepLast = 2, KeepBest = CheckpointScore.Fit },
            LearningRate = 0.1,
            Report = new Best(
                epoch => fits.Add((epoch.Validation!.Fit, [.. model.state_dict().Values.Select(tensor => tensor.detach().clone())]))),
        });
        trainer.Train(data, validation);
        Assert.Equal(
            ["best.safetensors", "checkpoint-0000000072.safetensors", "checkpoint-0000000096.safetensors"],
            Directory.GetFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));

        var best = fits.MinBy(entry => entry.Fit);
        Assert.NotSame(fits[^1].State, best.State);
        using var loaded = ResilienceTraining.Network(8);
        Assert.Null(loaded.Load(Path.Combine(folder, "best.safetensors")).Notice);
        Assert.All(best.State.Zip(loaded.state_dict().Values), pair => Assert.True(TensorBits.Same(pair.First, pair.Second)));

        using var other = ResilienceTraining.Network(9);
        using var without = other.CreateTrainer(ResilienceTraining.Options(Path.Combine(_folder, "none")));
        Assert.Contains("validation", Assert.Throws<ArgumentException>(() => without.Train(data)).Message);
    }

    [Fact]
    public void ResumingFromAnEarlierCheckpointSetsLaterOnesAside()
    {
        var folder = Path.Combine(_folder, "earlier");
        Train(folder, new Notices());
        using var data = ResilienceTraining.Data();
        using var model = ResilienceTraining.Network(4);
        using var source = new CancellationTokenSource();
        using var trainer = model.CreateTrainer(ResilienceTraining.Options(folder) with { Hooks = [(_, _) => source.Cancel()] });
        trainer.Resume(ResilienceTraining.Checkpoint(folder, 90));
        Assert.Throws<OperationCanceledException>(() => trainer.Train(data, data, source.Token));
        using var next = model.CreateTrainer(ResilienceTraining.Options(folder));
        Assert.Equal(91, next.Resume(folder).GlobalStep);
        Assert.True(File.Exists(ResilienceTraining.Checkpoint(folder, 96) + ".set-aside"));
    }
}
