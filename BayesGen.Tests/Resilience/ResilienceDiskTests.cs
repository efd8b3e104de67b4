using System.Diagnostics;

namespace BayesGen.Tests.Resilience;

/// <summary>A disk that fails costs a checkpoint and not the training; the checkpoint before stays whole, and the user is told.</summary>
[Trait("Lane", "Slow")]
public sealed partial class ResilienceDiskTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen-resilience").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void FailedWritesLeaveThePreviousCheckpointWhole()
    {
        Assert.True(OperatingSystem.IsLinux());

        // Between the steps 20 and 40 no file may grow beyond a kilobyte.
        using var process = ResilienceProcess.Start(_folder, limit: 1024);
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, process.StandardError.ReadToEnd());
        var notices = lines.Where(line => line.StartsWith(ResilienceProcess.Notice, StringComparison.Ordinal)).ToList();
        Assert.All(notices, notice => Assert.Contains("could not be written", notice));
        Assert.Contains(notices, notice => notice.Contains("after step 24 "));
        Assert.Contains(notices, notice => notice.Contains("after step 35 ") && notice.Contains("checkpoint-0000000015.safetensors"));
        Assert.Equal(ResilienceProcess.Done, lines[^1]);
        Assert.Empty(Directory.GetFiles(_folder, "*.partial"));
        EndsWhole();
    }

    [Theory]
    [InlineData("size=96k", "No space left", true)]
    [InlineData("size=1m,ro", "Read-only file system", false)]
    public void AFullOrReadOnlyDiskLeavesThePreviousCheckpointWhole(string mount, string error, bool holdsSome)
    {
        Assert.True(OperatingSystem.IsLinux());
        var disk = Directory.CreateDirectory(Path.Combine(_folder, "disk")).FullName;

        // A disk of its own in a mount namespace that goes with the process. A system that forbids such namespaces has to say so; the
        // test above, which needs no rights, has then to do.
        using var process = Process.Start(new ProcessStartInfo("unshare")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                "--map-root-user", "--mount", "sh", "-c",
                $"mount -t tmpfs -o {mount} none '{disk}' && dotnet '{typeof(ResilienceProcess).Assembly.Location}' "
                + $"{ResilienceProcess.Argument} '{disk}' -1 0 0 -1 && ls -s '{disk}' && ls '{disk}'",
            },
        });
        var lines = process!.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (errors.Contains("unshare failed") || errors.Contains("write failed /proc/self/uid_map"))
        {
            Assert.Contains("not permitted", errors);
            Assert.Empty(lines);
            return;
        }

        Assert.True(process.ExitCode == 0, errors);
        Assert.Contains(lines, line => line.StartsWith(ResilienceProcess.Notice, StringComparison.Ordinal) && line.Contains(error));
        Assert.Contains(ResilienceProcess.Done, lines);
        Assert.Equal(
            holdsSome,
            lines.Any(
            line => line.StartsWith("checkpoint-", StringComparison.Ordinal) && line.EndsWith(".safetensors", StringComparison.Ordinal)));
        Assert.DoesNotContain(lines, line => line.EndsWith(".partial", StringComparison.Ordinal));
    }

    [Fact]
    public void RecreatesAFolderThatVanishes()
    {
        var (folder, told) = (Path.Combine(_folder, "gone"), new Notices());
        Train(folder, told, step => { if (step == 22) Directory.Delete(folder, recursive: true); });
        Assert.Contains("vanished", Assert.Single(told.All));
        EndsWhole(folder);
    }

    [Fact]
    public void WarnsEveryTimeAboutAFileInPlaceOfTheFolder()
    {
        var (folder, told) = (Path.Combine(_folder, "file"), new Notices());
        File.WriteAllText(folder, "mine");
        var result = Train(folder, told);
        Assert.Equal(ResilienceTraining.Epochs, result.Epochs.Count);
        Assert.NotEmpty(told.All);
        Assert.All(told.All, notice => Assert.Contains("there is no checkpoint yet", notice));
        Assert.Equal(told.All, result.Notices);
        Assert.Equal("mine", File.ReadAllText(folder));
    }

    [Fact]
    public void AFolderReplacedByAFileDoesNotEndTheTraining()
    {
        var (folder, told) = (Path.Combine(_folder, "turns"), new Notices());
        Train(folder, told, step =>
        {
            if (step is 22 or 50)
                Swap(folder);
        });
        Assert.NotEmpty(told.All);
        Assert.All(told.All, notice => Assert.Contains("could not be written", notice));
        EndsWhole(folder);

        static void Swap(string folder)
        {
            if (Directory.Exists(folder))
            {
                Directory.Move(folder, folder + ".kept");
                File.WriteAllText(folder, "");
                return;
            }

            File.Delete(folder);
            Directory.Move(folder + ".kept", folder);
        }
    }

    [Fact]
    public void AFailedWriteLeavesNoPartialFile()
    {
        var (folder, told) = (Path.Combine(_folder, "error"), new Notices());
        var writes = 0;
        try
        {
            AtomicFile.Through = stream => ++writes % 3 == 0 ? new FailingStream(stream) : stream;
            Train(folder, told);
        }
        finally
        {
            AtomicFile.Through = null;
        }

        Assert.True(told.All.Count > 5);
        Assert.All(told.All, notice => Assert.Contains("The disk is on fire", notice));
        Assert.Empty(Directory.GetFiles(folder, "*.partial"));
        using var model = ResilienceTraining.Network(1);
        foreach (var file in Directory.GetFiles(folder))
            model.Load(file);
    }

    [Fact]
    public void ACanceledTrainingThatCannotBeSavedIsStillCanceled()
    {
        var (folder, told) = (Path.Combine(_folder, "canceled"), new Notices());
        File.WriteAllText(folder, "");
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Train(folder, told, step => { if (step == 3) source.Cancel(); }, source.Token));
        Assert.Contains("could not be written", Assert.Single(told.All));
    }

    [Fact]
    public void RemovesLeftoversOfWritesAndNothingElse()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "left")).FullName;
        const string Mark = ".0123456789abcdef.partial";
        string[] mine = ["notes.partial", "model.safetensors.partial", "best.safetensors.partial", $"model.safetensors{Mark}", "other.txt"];
        foreach (var name in (string[])[.. mine, $"checkpoint-0000000004.safetensors{Mark}", $"best.safetensors{Mark}"])
            File.WriteAllText(Path.Combine(folder, name), "part");
        Train(folder, new Notices());
        Assert.Equal(
            (string[])["best.safetensors", "checkpoint-0000000090.safetensors", "checkpoint-0000000095.safetensors",
                "checkpoint-0000000096.safetensors", .. mine],
            Directory.GetFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)
                .OrderBy(name => mine.Contains(name) ? Array.IndexOf(mine, name) : -1));
    }

    [Fact]
    public void AFailedSaveLeavesTheOldFile()
    {
        using var model = ResilienceTraining.Network(1);
        var path = Path.Combine(_folder, "model.safetensors");
        model.Save(path);
        var before = File.ReadAllBytes(path);
        using (no_grad())
            model.Posterior.First.Weight.Mu.add_(1);
        try
        {
            AtomicFile.Through = stream => new FailingStream(stream);
            Assert.Contains("on fire", Assert.Throws<IOException>(() => model.Save(path)).Message);
        }
        finally
        {
            AtomicFile.Through = null;
        }

        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Empty(Directory.GetFiles(_folder, "*.partial"));
        var error = Assert.Throws<DirectoryNotFoundException>(() => model.Save(Path.Combine(_folder, "nowhere", "model.safetensors")));
        Assert.Contains("nowhere", error.Message);
    }

    private static TrainingResult Train(string folder, Notices told, Action<long>? hook = null, CancellationToken cancellation = default)
    {
        using var data = ResilienceTraining.Data();
        using var validation = ResilienceTraining.Data(2);
        using var model = ResilienceTraining.Network(3);
        using var trainer = model.CreateTrainer(ResilienceTraining.Options(folder) with
        {
            Report = told,
            Hooks = [(_, step) => hook?.Invoke(step.GlobalStep)],
        });
        return trainer.Train(data, validation, cancellation);
    }

    [Fact]
    public void AFailedReportEndsTheTrainingAndKeepsTheEpoch()
    {
        using var data = ResilienceTraining.Data();
        using (var model = ResilienceTraining.Network(3))
        using (var trainer = model.CreateTrainer(ResilienceTraining.Options(_folder, everySteps: null) with
        {
            Report = new Best(epoch => { if (epoch.Epoch == 3) throw new IOException("The log is full."); }),
        }))
            Assert.Equal("The log is full.", Assert.Throws<IOException>(() => trainer.Train(data, ResilienceTraining.Data(2))).Message);
        using var next = ResilienceTraining.Network(4);
        using var resumed = next.CreateTrainer(ResilienceTraining.Options());
        Assert.Equal(3 * ResilienceTraining.Steps, resumed.Resume(_folder).GlobalStep);
    }

    /// <summary>The last checkpoint is there and whole.</summary>
    private void EndsWhole(string? folder = null)
    {
        using var model = ResilienceTraining.Network(4);
        using var trainer = model.CreateTrainer(ResilienceTraining.Options());
        Assert.Equal(ResilienceTraining.AllSteps, trainer.Resume(folder ?? _folder).GlobalStep);
    }

    private sealed class Best(Action<EpochResult> see) : IReport
    {
        public void OnEpoch(EpochResult epoch) => see(epoch);
    }

    private sealed class FailingStream(Stream stream) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count)
        {
            stream.Write(buffer, offset, count / 2);
            throw new IOException("The disk is on fire.");
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
