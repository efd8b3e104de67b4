using System.Runtime.InteropServices;

namespace BayesGen;

/// <summary>
/// Hands freed memory back to the system. The C library of Linux keeps fragments of large temporaries, so that a long training grows by
/// hundreds of megabytes though no tensor lives; a trim every so often costs milliseconds and keeps it flat.
/// </summary>
internal static class MemoryTrimmer
{
    private static readonly unsafe delegate* unmanaged<nuint, int> Trim = Find();

    /// <summary>Trims, where the platform has a way to.</summary>
    public static unsafe void Run()
    {
        if (Trim is not null)
            Trim(0);
    }

    private static unsafe delegate* unmanaged<nuint, int> Find() =>
        OperatingSystem.IsLinux()
        && NativeLibrary.TryLoad("libc.so.6", out var library)
        && NativeLibrary.TryGetExport(library, "malloc_trim", out var address)
            ? (delegate* unmanaged<nuint, int>)address
            : null;
}
