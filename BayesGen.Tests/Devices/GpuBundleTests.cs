using BayesGen.Tests.Package;

namespace BayesGen.Tests.Devices;

/// <summary>The bundle for a machine with a GPU, tried on this one.</summary>
[Trait("Lane", "Slow")]
public sealed class GpuBundleTests
{
    /// <summary>The libraries beside the tests stand for those of a PyTorch; everything else is as it will be there.</summary>
    [Fact]
    public void DryRunOfTheBundlePasses()
    {
        if (!OperatingSystem.IsLinux())
            return;
        using var folder = new TemporaryFolder();
        var output = ShellCommand.Run(
            folder.Root, new() { ["TORCH_LIB"] = AppContext.BaseDirectory },
            "bash", Path.Combine(PackedRepository.Root, "bench", "gpu.sh"), "--dry-run", folder.Root).Succeeds().Output;

        Assert.Contains("missing: 0 of Torch", output);
        Assert.Matches(@"asks for 1,\d{3} symbols", output);
        Assert.DoesNotContain("FAILED", output);
        Assert.Matches(@"\d{3} checks held, 0 failed", output);
        Assert.Matches(@"\| plain \| \d", output);
        Assert.Contains("All of it held.", output);
        var bundle = Path.Combine(folder.Root, "bayesgen-gpu");
        Assert.Empty(Directory.EnumerateFiles(bundle, "libtorch*", SearchOption.AllDirectories));
        Assert.Empty(Directory.EnumerateFiles(bundle, "libc10*", SearchOption.AllDirectories));
        Assert.True(new FileInfo(bundle + ".tar.gz").Length < 60 << 20, "The bundle has to fit beside a checkout into 64 MiB.");

        // A PyTorch that lacks what is needed is told by name, and the bundle says no.
        var empty = Directory.CreateDirectory(Path.Combine(folder.Root, "empty")).FullName;
        var refusal = ShellCommand.Run(
            folder.Root, [], Path.Combine(bundle, "app", "BayesGen.Benchmarks.Gpu"), "symbols", "--torch", empty).Fails().Output;
        Assert.Contains("MISSING at::", refusal);
        Assert.Contains("MISSING c10::", refusal);
        Assert.Contains("libtorch_cpu.so",
            ShellCommand.Run(folder.Root, new() { ["TORCH_LIB"] = empty }, Path.Combine(bundle, "run.sh")).Fails().Output);
    }
}
