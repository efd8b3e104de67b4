using System.Diagnostics;
using BayesGen.Data;

namespace BayesGen.Tests.Resilience;

/// <summary>One folder, one training: a second one neither writes there nor renames what the first one needs.</summary>
public sealed class ResilienceLockTests : ResilienceLives
{
    [Fact]
    public void RefusesASecondTrainingInTheFolderOfARunningOne()
    {
        var folder = NewFolder();
        var told = new List<string>();
        Train(folder, (data, step) =>
        {
            if (step != 17)
                return;
            using var model = ResilienceTraining.Network(4);
            using var second = model.CreateTrainer(ResilienceTraining.Options(folder));
            Assert.NotNull(second.TryResume(folder));
            told.Add(Assert.Throws<InvalidOperationException>(() => second.Train(data, data)).Message);
        });
        Assert.Contains("at this moment", Assert.Single(told));
        Assert.DoesNotContain(Directory.GetFileSystemEntries(folder), path => path.EndsWith(".lock", StringComparison.Ordinal));

        // After it the folder is free.
        using var data = ResilienceTraining.Data();
        using var other = ResilienceTraining.Network(5);
        using var next = other.CreateTrainer(ResilienceTraining.Options(folder) with { Epochs = 9 });
        next.Resume(folder);
        Assert.Single(next.Train(data, data).Epochs);
    }

    [Fact]
    public void ReadingTheFolderOfARunningTrainingRenamesNothing()
    {
        var folder = Run(Saved).Folder;
        var newest = ResilienceTraining.LastFile(folder);
        File.WriteAllText(newest, "half written by a program of another kind");
        using var model = ResilienceTraining.Network(4);
        using var trainer = model.CreateTrainer(ResilienceTraining.Options(folder));
        using (new CheckpointFolder(folder).Hold())
        {
            var notices = trainer.Resume(folder).Notices;
            Assert.Contains(notices, notice => notice.Contains("left where it is"));
            Assert.True(File.Exists(newest));
        }

        Assert.Contains(trainer.Resume(folder).Notices, notice => notice.Contains(".set-aside"));
        Assert.False(File.Exists(newest));
    }

    [Fact]
    public void IgnoresTheLockOfADeadProcess()
    {
        var folder = NewFolder();
        File.WriteAllText(Path.Combine(folder, FolderLock.FileName), "process 1 on a machine that lost its power");
        Train(folder, (_, _) => { });
        Assert.True(File.Exists(ResilienceTraining.LastFile(folder)));
    }

    [Fact]
    public void ARelativeFolderIsResolvedWhenTheOptionsAreMade()
    {
        var (first, second, before) = (NewFolder(), NewFolder(), Environment.CurrentDirectory);
        try
        {
            Environment.CurrentDirectory = first;
            var options = ResilienceTraining.Options("checkpoints");
            using var data = ResilienceTraining.Data();
            using var model = ResilienceTraining.Network(3);
            using var trainer = model.CreateTrainer(options with
            {
                Hooks = [(_, step) => { if (step.GlobalStep == 7) Environment.CurrentDirectory = second; }],
            });
            trainer.Train(data, data);
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }

        Assert.True(File.Exists(ResilienceTraining.LastFile(Path.Combine(first, "checkpoints"))));
        Assert.Empty(Directory.GetFileSystemEntries(second));
    }

    [Theory]
    [InlineData("link")]
    [InlineData("pipe")]
    [InlineData("vanishes")]
    public void AnUnreadableNewestFileIsSkipped(string kind)
    {
        var folder = Run(Saved).Folder;
        var newest = ResilienceTraining.Checkpoint(folder, 200);
        if (kind == "link")
            File.CreateSymbolicLink(newest, Path.Combine(folder, "nowhere"));
        else if (kind == "pipe")
            Process.Start("mkfifo", newest).WaitForExit();
        else
            File.Delete(ResilienceTraining.LastFile(folder));
        using var model = ResilienceTraining.Network(4);
        using var trainer = model.CreateTrainer(ResilienceTraining.Options(folder));
        var report = trainer.TryResume(folder);
        Assert.Equal(kind == "vanishes" ? 95 : ResilienceTraining.AllSteps, report?.GlobalStep);
        Assert.Equal(kind != "vanishes", report!.Notices.Any(notice => notice.Contains(newest)));
    }

    [Fact]
    public void RefusesAFolderThatIsABrokenLink()
    {
        var folder = NewFolder();
        var link = Path.Combine(folder, "disk");
        Directory.CreateSymbolicLink(link, Path.Combine(folder, "not-mounted"));
        using var model = ResilienceTraining.Network(4);
        using var trainer = model.CreateTrainer(ResilienceTraining.Options());
        Assert.Contains("not-mounted", Assert.Throws<FileNotFoundException>(() => trainer.TryResume(link)).Message);
    }

    private static void Train(string folder, Action<TensorDataSet, long> hook)
    {
        using var data = ResilienceTraining.Data();
        using var model = ResilienceTraining.Network(3);
        using var trainer = model.CreateTrainer(
            ResilienceTraining.Options(folder) with { Hooks = [(_, step) => hook(data, step.GlobalStep)] });
        trainer.Train(data, data);
    }
}
