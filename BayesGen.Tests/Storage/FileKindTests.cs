using System.Diagnostics;
using System.Runtime.Versioning;
using BayesGen.Tests.Resilience;

namespace BayesGen.Tests;

/// <summary>What is no ordinary file is neither replaced nor waited for, and one that is replaced stays what it was.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class FileKindTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bayesgen").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void AReplacedFileKeepsItsModeAndANewFileGetsTheDefault()
    {
        using var model = new BayesianLine(new Line());
        var (path, usual) = (In("model.safetensors"), In("usual"));
        File.WriteAllText(usual, "");
        model.Save(path);
        Assert.Equal(File.GetUnixFileMode(usual), File.GetUnixFileMode(path));
        foreach (var mode in new[] { UnixFileMode.UserRead | UnixFileMode.UserWrite, (UnixFileMode)0b110_110_000 })
        {
            File.SetUnixFileMode(path, mode);
            model.Save(path);
            Assert.Equal(mode, File.GetUnixFileMode(path));
            model.SaveMeans(path);
            Assert.Equal(mode, File.GetUnixFileMode(path));
        }
    }

    [Fact]
    public void WritesTheTargetOfALink()
    {
        using var model = new BayesianLine(new Line());
        Directory.CreateDirectory(In("store"));
        foreach (var exists in new[] { true, false })
        {
            var (target, link) = (In($"store/{exists}"), In($"link-{exists}"));
            if (exists)
                File.WriteAllText(target, "before");
            File.CreateSymbolicLink(link, target);
            model.Save(link);
            Assert.Equal(target, new FileInfo(link).LinkTarget);
            Assert.Null(model.Load(target).Notice);
            Assert.Null(model.Load(link).Notice);
        }

        Assert.Equal(2, Directory.GetFiles(In("store")).Length);
    }

    [Fact]
    public void RefusesAPipe()
    {
        Assert.True(OperatingSystem.IsLinux());
        var pipe = Pipe("pipe.safetensors");
        using var model = ResilienceTraining.Network(1);
        using var trainer = model.CreateTrainer(ResilienceTraining.Options());
        Assert.Contains("pipe", Assert.Throws<IOException>(() => model.Save(pipe)).Message);
        Assert.Contains("pipe", Assert.Throws<IOException>(() => model.SaveMeans(pipe)).Message);
        Assert.Contains("pipe", Assert.Throws<StateFileException>(() => model.Load(pipe)).Message);
        Assert.Contains("pipe", Assert.Throws<StateFileException>(() => model.LoadMeans(pipe)).Message);
        Assert.Contains("pipe", Assert.Throws<StateFileException>(() => trainer.TryResume(pipe)).Message);
        Assert.Equal(FileKind.Other, FileEntry.At(pipe).Kind);
        Assert.Contains("device", Assert.Throws<IOException>(() => model.Save("/dev/null")).Message);
        Assert.Contains("folder", Assert.Throws<IOException>(() => model.Save(_folder)).Message);
        Assert.Equal([pipe], Directory.GetFileSystemEntries(_folder));
    }

    private string Pipe(string name)
    {
        using var process = Process.Start("mkfifo", In(name));
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return In(name);
    }

    private string In(string name) => Path.Combine(_folder, name);
}
