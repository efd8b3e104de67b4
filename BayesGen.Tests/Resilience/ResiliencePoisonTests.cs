namespace BayesGen.Tests.Resilience;

/// <summary>Going back where the newest checkpoint is itself the trouble: older good ones lie beside it.</summary>
public sealed class ResiliencePoisonTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen-resilience").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void RollsBackToOlderCheckpointsWhereNewerOnesFailAgain()
    {
        var (told, done, failures) = (new Told(), 0L, 0);
        using var data = ResilienceTraining.Data();
        using var model = ResilienceTraining.Network(3);

        // Four times the step after the thirteenth comes out as NaN, wherever the training started over.
        var bad = new FitLoss("bad", (output, target) =>
            nn.functional.cross_entropy(output, target) * (output.requires_grad && done == 13 && failures++ < 4 ? float.NaN : 1));
        told.OnBack = () => done = 0;
        using var trainer = model.CreateTrainer(ResilienceTraining.Options(_folder) with
        {
            Samples = 1,
            Antithetic = false,
            Epochs = 2,
            FitLoss = bad,
            NonFinite = NonFinitePolicy.RollBack(atMost: 4),
            Report = told,
            Hooks = [(_, step) => done = step.GlobalStep],
        });
        trainer.Train(data, data);
        Assert.Equal(
            [12, 10, 5, 5],
            told.All.Where(notice => notice.Contains("went back")).Select(notice => int.Parse(notice.Split("checkpoint-")[1][..10])));
    }

    [Fact]
    public void SkipsACheckpointWithNaNWeights()
    {
        var (told, isPoisoned) = (new Told(), false);
        using var data = ResilienceTraining.Data();
        using var model = ResilienceTraining.Network(3);
        var newest = ResilienceTraining.Checkpoint(_folder, 15);
        var bad = new FitLoss("bad", (output, target) =>
        {
            if (!output.requires_grad || isPoisoned || !File.Exists(newest))
                return nn.functional.cross_entropy(output, target);
            isPoisoned = true;
            using (var content = CheckpointFile.Read(newest))
            {
                content.Network["second.weight.mu"].fill_(float.NaN);
                CheckpointFile.Write(newest, content);
            }

            return nn.functional.cross_entropy(output, target) * float.NaN;
        });
        using var trainer = model.CreateTrainer(ResilienceTraining.Options(_folder) with
        {
            Epochs = 2,
            FitLoss = bad,
            NonFinite = NonFinitePolicy.RollBack(atMost: 1),
            Report = told,
        });
        var result = trainer.Train(data, data);
        Assert.Contains(
            told.All, notice => notice.Contains("passed over") && notice.Contains("second.weight.mu") && notice.Contains(newest));
        Assert.Contains(told.All, notice => notice.Contains("went back to") && notice.Contains("checkpoint-0000000012"));
        Assert.All(result.Epochs, epoch => Assert.True(double.IsFinite(epoch.Fit)));
    }

    [Fact]
    public void WarnsAboutAResumeFromNaNWeights()
    {
        using var data = ResilienceTraining.Data();
        using var model = ResilienceTraining.Network(3);
        using (var trainer = model.CreateTrainer(ResilienceTraining.Options(_folder) with { Epochs = 1 }))
            trainer.Train(data, data);
        var newest = ResilienceTraining.Checkpoint(_folder, 12);
        using (var content = CheckpointFile.Read(newest))
        {
            content.Network["norm.running_var"].fill_(float.NaN);
            CheckpointFile.Write(newest, content);
        }

        using var next = model.CreateTrainer(ResilienceTraining.Options(_folder) with { Epochs = 1 });
        Assert.Contains(next.Resume(_folder).Notices, notice => notice.Contains("norm.running_var"));
    }

    private sealed class Told : IReport
    {
        public List<string> All { get; } = [];

        public Action? OnBack { get; set; }

        public void OnNotice(string notice)
        {
            All.Add(notice);
            if (notice.Contains("went back"))
                OnBack?.Invoke();
        }
    }
}
