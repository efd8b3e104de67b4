using System.Runtime.InteropServices;

namespace BayesGen.Training;

/// <summary>How Torch's threads wait for each other.</summary>
public static class ComputeThreads
{
    /// <summary>
    /// Lets Torch's OpenMP threads go to sleep soon after they have nothing to do, instead of spinning. On a quiet machine nothing changes;
    /// on one that other programs use too, threads that spin keep the processor from the very thread they wait for, and a training can
    /// take several times as long.
    /// </summary>
    /// <remarks>
    /// Linux with GNU OpenMP, which Torch brings. The setting is read when Torch is loaded, so call this first in the program, before the
    /// first tensor. It does nothing where the user has set GOMP_SPINCOUNT or OMP_WAIT_POLICY.
    /// </remarks>
    public static void SleepWhenIdle()
    {
        // Spins for about a tenth of a millisecond, which covers the gap between two operations of a step.
        const string Spins = "10000";
        if (!OperatingSystem.IsLinux()
            || Environment.GetEnvironmentVariable("GOMP_SPINCOUNT") is not null
            || Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is not null)
            return;

        // .NET keeps an environment of its own; a native library reads the C library's.
        if (NativeLibrary.TryLoad("libc.so.6", out var library) && NativeLibrary.TryGetExport(library, "setenv", out var address))
            SetEnvironment(address, "GOMP_SPINCOUNT", Spins);
    }

    private static unsafe void SetEnvironment(nint setenv, string name, string value)
    {
        var nativeName = Marshal.StringToCoTaskMemUTF8(name);
        var nativeValue = Marshal.StringToCoTaskMemUTF8(value);
        try
        {
            ((delegate* unmanaged<nint, nint, int, int>)setenv)(nativeName, nativeValue, 0);
        }
        finally
        {
            Marshal.FreeCoTaskMem(nativeName);
            Marshal.FreeCoTaskMem(nativeValue);
        }
    }
}
