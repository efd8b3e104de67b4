namespace BayesGen.Tests.NativeShim;

public sealed class TorchLoadsTests
{
    [Fact]
    public void TorchComputesWithTheLibraryBesideTheTests()
    {
        using Tensor sum = torch.ones(3).sum();

        Assert.Equal(3f, sum.item<float>());
    }

    [Fact]
    public void TheLoadedLibraryIsTheOneBesideTheTests()
    {
        if (!OperatingSystem.IsLinux())
            return;
        using Tensor touched = torch.ones(1);

        // Where the library beside the application fails, TorchSharp falls back to the package cache and hides the failure.
        string loaded = System.Diagnostics.Process.GetCurrentProcess().Modules
            .Cast<System.Diagnostics.ProcessModule>()
            .Single(m => Path.GetFileName(m.FileName) == "libLibTorchSharp.so")
            .FileName;

        Assert.Equal(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar), Path.GetDirectoryName(loaded));
    }
}
