using System.Diagnostics;
using BayesGen.Tests.Resilience;

namespace BayesGen.Tests;

/// <summary>Several writers of one path: whoever is killed or comes second, the file loads, and nobody's other files are touched.</summary>
public sealed class SharedPathTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen").FullName;

    public void Dispose()
    {
        WholeFile.Through = null;
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The full run has 27 MB a file and 20 kills.</summary>
    [Fact]
    public void KilledProcessesThatSaveToOnePathLeaveAFileThatLoads()
    {
        long outputs = ResilienceScale.IsFull ? 3000 : 300;
        var kills = ResilienceScale.IsFull ? 20 : 4;
        var path = Path.Combine(_folder, "model.safetensors");
        var random = new Random(20261128);
        using var model = new BayesianBroad(new Broad(1000, outputs));
        Process[] processes = [Start(), Start()];
        try
        {
            foreach (var process in processes)
                WaitForSave(process);
            for (var kill = 0; kill < kills; kill++)
            {
                Thread.Sleep(random.Next(200));
                var at = kill % 2;
                processes[at].Kill();
                processes[at].WaitForExit();
                processes[at].Dispose();
                Assert.Null(model.Load(path).Notice);
                processes[at] = Start();
                WaitForSave(processes[at]);
                Assert.Null(model.Load(path).Notice);
            }
        }
        finally
        {
            foreach (var process in processes)
            {
                process.Kill();
                process.WaitForExit();
                process.Dispose();
            }
        }

        model.Save(path);
        Assert.Equal([path], Directory.GetFiles(_folder));

        Process Start() => Process.Start(SecondProcess.With(SharedPathProcess.Argument, path, outputs))!;

        static void WaitForSave(Process process) => Assert.Equal(SharedPathProcess.Saved, process.StandardOutput.ReadLine());
    }

    [Fact]
    public void ASaveDuringAnotherSaveLeavesItsFileAlone()
    {
        var path = Path.Combine(_folder, "line.safetensors");
        using var first = new BayesianLine(new Line());
        using var second = new BayesianLine(new Line());
        using var started = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        WholeFile.Through = stream =>
        {
            WholeFile.Through = null;
            started.Set();
            go.Wait();
            return stream;
        };
        Exception? error = null;
        var thread = new Thread(() => error = Record.Exception(() => first.Save(path)));
        thread.Start();
        started.Wait();
        second.Save(path);
        using var loaded = new BayesianLine(new Line());
        Assert.Null(loaded.Load(path).Notice);
        Assert.Single(Directory.GetFiles(_folder, "*.partial"));
        go.Set();
        thread.Join();
        Assert.Null(error);
        Assert.Null(loaded.Load(path).Notice);
        Assert.True(TensorBits.Same(first.Posterior.Line.Weight.Mu, loaded.Posterior.Line.Weight.Mu));
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void RemovesLeftoversOfDeadProcessesAndKeepsUserFiles()
    {
        var path = Path.Combine(_folder, "model.safetensors");
        File.WriteAllText(path + ".0123456789abcdef.partial", "left by a process that was killed");
        File.WriteAllText(path + ".partial", "mine");
        File.WriteAllText(path + ".0123456789ABCDEF.partial", "mine too");
        File.WriteAllText(Path.Combine(_folder, "other.safetensors.0123456789abcdef.partial"), "another's");
        File.WriteAllText(Path.Combine(_folder, "target"), "precious");
        File.CreateSymbolicLink(path + ".00000000000000aa.partial", Path.Combine(_folder, "target"));
        using var model = new BayesianLine(new Line());
        model.Save(path);
        Assert.False(File.Exists(path + ".0123456789abcdef.partial"));
        Assert.Equal("mine", File.ReadAllText(path + ".partial"));
        Assert.Equal("mine too", File.ReadAllText(path + ".0123456789ABCDEF.partial"));
        Assert.Equal("precious", File.ReadAllText(Path.Combine(_folder, "target")));
        Assert.Equal(6, Directory.GetFileSystemEntries(_folder).Length);
    }

    [Fact]
    public void SavesUnderTheLongestNameThatTheSystemAllows()
    {
        var path = Path.Combine(_folder, new string('n', 255));
        using var model = new BayesianLine(new Line());
        model.Save(path);
        model.Save(path);
        Assert.Null(model.Load(path).Notice);
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void RefusesANetworkThatChangesDuringTheSaveAndKeepsTheOldFile()
    {
        var path = Path.Combine(_folder, "line.safetensors");
        using var model = new BayesianLine(new Line());
        model.Save(path);
        var before = File.ReadAllBytes(path);
        WholeFile.Through = stream =>
        {
            // As a loop of a user's own does on another thread; the hash is made when the first byte is written.
            return new FirstWrite(stream, () =>
            {
                using var _ = no_grad();
                model.Posterior.Line.Weight.Mu.add_(1);
            });
        };
        Assert.Contains("changed while it was being saved", Assert.Throws<InvalidOperationException>(() => model.Save(path)).Message);
        WholeFile.Through = null;
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    private sealed class FirstWrite(Stream stream, Action act) : MemoryStream
    {
        private Action? _act = act;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _act?.Invoke();
            _act = null;
            stream.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
    }
}
