using System.Diagnostics;
using System.Runtime.InteropServices;

namespace BayesGen.Tests.Resilience;

/// <summary>SIGTERM and Ctrl-C end a step, save and leave; a second Ctrl-C leaves at once.</summary>
[Trait("Lane", "Slow")]
public sealed class ResilienceSignalTests : IDisposable
{
    private const int Interrupt = 2;
    private const int Terminate = 15;

    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen-survival").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(Interrupt, 130, "Ctrl-C")]
    [InlineData(Terminate, 143, "SIGTERM")]
    public void ASignalEndsTheStepSavesAndExits(int signal, int exitCode, string name)
    {
        RequireSignals();
        using var process = ResilienceProcess.Start(_folder, pace: 20);
        var steps = 0;
        var lines = new List<string>();
        while (process.StandardOutput.ReadLine() is { } line)
        {
            lines.Add(line);

            // In the third step, where no checkpoint is due.
            if (line == ResilienceProcess.Begun && ++steps == 3)
                Assert.Equal(0, Send(process.Id, signal));
        }

        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(exitCode, process.ExitCode);
        Assert.Contains(name, errors);
        Assert.DoesNotContain("Unhandled", errors);
        var notice = Assert.Single(lines, line => line.StartsWith(ResilienceProcess.Notice, StringComparison.Ordinal));
        Assert.Contains("canceled in epoch 1 after step", notice);
        var file = Assert.Single(Directory.GetFiles(_folder));
        Assert.Contains(file, notice);

        using var model = ResilienceTraining.Network(4);
        using var trainer = model.CreateTrainer(ResilienceTraining.Options(_folder));
        var report = trainer.Resume(_folder);
        Assert.Equal(1, report.Epoch);
        Assert.InRange(report.Step, 3, ResilienceTraining.Steps);
    }

    [Fact]
    public void ASecondSignalExitsAtOnceEvenDuringAWrite()
    {
        RequireSignals();

        // The third write takes forever.
        using var process = ResilienceProcess.Start(_folder, held: 2, bytes: 100);
        while (process.StandardOutput.ReadLine() is { } line && line != ResilienceProcess.Writing)
        {
        }

        Assert.Equal(0, Send(process.Id, Interrupt));
        Assert.Contains("once more", process.StandardError.ReadLine());
        Assert.False(process.HasExited);
        Assert.Equal(0, Send(process.Id, Interrupt));
        process.WaitForExit();
        Assert.Equal(130, process.ExitCode);
        Assert.Single(Directory.GetFiles(_folder, "*.partial"));

        using var model = ResilienceTraining.Network(4);
        using var trainer = model.CreateTrainer(ResilienceTraining.Options(_folder));
        Assert.Equal(10, trainer.Resume(_folder).GlobalStep);
        using var data = ResilienceTraining.Data();
        trainer.Train(data, data);
        Assert.Empty(Directory.GetFiles(_folder, "*.partial"));
    }

    [Fact]
    public void NoSignalIsCaughtByDefault()
    {
        using (var signals = new StopSignals(TextWriter.Null))
        {
            Assert.Null(signals.Received);
            Assert.Equal(0, signals.ExitCode);
            Assert.False(signals.Token.IsCancellationRequested);
        }

        var runtime = Directory.GetFiles(Path.Combine(Root(), "BayesGen.Runtime"), "*.cs", SearchOption.AllDirectories)
            .Where(path => File.ReadAllText(path).Contains("PosixSignalRegistration.Create")
                || File.ReadAllText(path).Contains("CancelKeyPress"));
        Assert.Equal(["StopSignals.cs"], runtime.Select(Path.GetFileName));
    }

    /// <summary>
    /// A program that a shell put into the background ignores Ctrl-C, and so do all that it starts: the tests would wait forever.
    /// </summary>
    private static void RequireSignals()
    {
        const string Ignored = "SigIgn:";
        Assert.True(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS());
        if (!OperatingSystem.IsLinux())
            return;
        var line = File.ReadLines("/proc/self/status").Single(line => line.StartsWith(Ignored, StringComparison.Ordinal));
        var mask = Convert.ToUInt64(line[Ignored.Length..].Trim(), 16);
        Assert.True(
            (mask & (1UL << (Interrupt - 1))) == 0,
            "Ctrl-C is ignored by this process, as by all that a script starts with '&': run the tests in front.");
    }

    private static string Root()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "BayesGen.sln")))
            root = root.Parent ?? throw new DirectoryNotFoundException("The tests run outside the repository.");
        return root.FullName;
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Send(int process, int signal);
}
