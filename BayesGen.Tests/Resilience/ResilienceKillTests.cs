using System.Diagnostics;
using Xunit.Abstractions;

namespace BayesGen.Tests.Resilience;

/// <summary>A training whose process is killed again and again ends in the very files of one that nobody disturbed.</summary>
[Trait("Lane", "Slow")]
public sealed class ResilienceKillTests(ITestOutputHelper output) : IDisposable
{
    /// <summary>A process that says nothing for so long hangs.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen-survival").FullName;
    private readonly Random _random = new(20260701);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ATrainingKilledAtRandomMomentsEndsInTheSameBits()
    {
        var undisturbed = Path.Combine(_folder, "undisturbed");
        var expected = Finish(undisturbed);
        Assert.Equal(ResilienceTraining.Epochs, expected.Count);
        var size = new FileInfo(ResilienceTraining.LastFile(undisturbed)).Length;

        int atRandom = 0, inWrites = 0, trainings = 0, resumed = 0;
        while (atRandom + inWrites < ResilienceScale.Kills)
        {
            var folder = Path.Combine(_folder, $"killed{trainings++}");
            var epochs = new Dictionary<string, string>();
            for (var kill = _random.Next(2, 6); kill > 0 && atRandom + inWrites < ResilienceScale.Kills; kill--)
            {
                resumed += Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.safetensors").Any() ? 1 : 0;
                var isInWrite = inWrites <= atRandom;
                using var process = isInWrite
                    ? ResilienceProcess.Start(folder, held: _random.Next(5), bytes: _random.NextInt64(size + 1))
                    : ResilienceProcess.Start(folder, pace: 5);
                var isDone = !KillAt(process, isInWrite, epochs);
                if (isDone)
                    break;
                if (isInWrite)
                    inWrites++;
                else
                    atRandom++;
            }

            foreach (var epoch in Finish(folder))
                epochs[epoch.Split(' ')[0]] = epoch;
            Assert.Equal(expected, epochs.OrderBy(epoch => int.Parse(epoch.Key)).Select(epoch => epoch.Value));
            AssertSameFiles(undisturbed, folder);
        }

        output.WriteLine(
            $"{atRandom + inWrites} kills of {trainings} trainings, {inWrites} of them during the write of a checkpoint; {resumed} of the killed "
            + "processes had resumed. Every training ended in the files of the undisturbed one.");
        Assert.True(atRandom + inWrites >= ResilienceScale.Kills);
        Assert.True(Math.Abs(atRandom - inWrites) <= trainings + 1, $"{atRandom} at random, {inWrites} in writes");
        Assert.True(resumed > 0);
        if (ResilienceScale.IsFull)
            Assert.True(atRandom + inWrites >= 100);
    }

    /// <summary>Kills a process at a random moment, or in the write that it holds.</summary>
    /// <returns>False where it came to its end before.</returns>
    private bool KillAt(Process process, bool isInWrite, Dictionary<string, string> epochs)
    {
        using var kill = new Timer(_ => Kill(process));
        var wasKilled = false;
        kill.Change(Patience, Timeout.InfiniteTimeSpan);
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith(ResilienceProcess.Epoch, StringComparison.Ordinal) && line[ResilienceProcess.Epoch.Length..] is var epoch)
                epochs[epoch.Split(' ')[0]] = epoch;
            if (line == ResilienceProcess.Writing || (line == ResilienceProcess.Begun && !isInWrite && !wasKilled))
            {
                // What it still says until then is read: an epoch that it has told is an epoch that has ended.
                wasKilled = true;
                kill.Change(isInWrite ? _random.Next(10) : _random.Next(400), Timeout.Infinite);
            }
        }

        process.WaitForExit();
        if (process.ExitCode == 0)
            return false;
        Assert.True(
            wasKilled && process.ExitCode == 128 + 9, $"The process ended with {process.ExitCode}: {process.StandardError.ReadToEnd()}");
        return true;
    }

    private static void Kill(Process process)
    {
        if (!process.HasExited)
            process.Kill();
    }

    /// <summary>Lets a training run to its end.</summary>
    private static List<string> Finish(string folder)
    {
        using var process = ResilienceProcess.Start(folder);
        List<string> lines = [.. process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        process.WaitForExit();
        Assert.True(
            process.ExitCode == 0 && lines[^1] == ResilienceProcess.Done, process.StandardError.ReadToEnd() + string.Join('\n', lines));
        Assert.DoesNotContain(lines, line => line.StartsWith(ResilienceProcess.Notice, StringComparison.Ordinal));
        Assert.Empty(Directory.GetFiles(folder, "*.partial"));
        return [.. lines.Where(line => line.StartsWith(ResilienceProcess.Epoch, StringComparison.Ordinal))
            .Select(line => line[ResilienceProcess.Epoch.Length..])];
    }

    private static void AssertSameFiles(string expected, string actual)
    {
        foreach (var name in new[] { Path.GetFileName(ResilienceTraining.LastFile(expected)), "best.safetensors" })
            Assert.True(
                File.ReadAllBytes(Path.Combine(expected, name)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(actual, name))),
                $"{name} of {actual} is another one.");
        Assert.Equal(
            Directory.GetFiles(expected).Select(Path.GetFileName).Order(), Directory.GetFiles(actual).Select(Path.GetFileName).Order());
    }
}
