using System.Diagnostics;
using System.Runtime.InteropServices;

namespace BayesGen;

/// <summary>
/// Settles how the C library of Linux keeps freed memory while a network runs. Left alone it hands the large buffers of every batch back
/// to the system and asks for them again, which costs thousands of page faults a batch; told to keep them, it keeps fragments too, so that
/// a long training grows by hundreds of megabytes though no tensor lives. So it keeps them, and is swept every so often.
/// </summary>
internal static class ProcessMemory
{
    // The parameters of mallopt(3).
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MmapThreshold = -3;

    /// <summary>Larger than any buffer of a step, so that none is handed back between two.</summary>
    private const int Large = 1 << 30;

    /// <summary>What the heap grows by: a step's worth of buffers at once.</summary>
    private const int Growth = 64 << 20;

    /// <summary>How many times as long as a sweep the pause after it is.</summary>
    private const double PauseFactor = 100;

    /// <summary>Milliseconds. Fragments gather over minutes, and what a sweep hands back the next batch has to fetch again.</summary>
    private const long ShortestPause = 5_000;

    /// <summary>Zero as long as nothing is kept.</summary>
    private static long _nextSweep;

    private static readonly unsafe delegate* unmanaged<nuint, int> Trim = (delegate* unmanaged<nuint, int>)Find("malloc_trim");
    private static readonly unsafe delegate* unmanaged<int, int, int> Option = (delegate* unmanaged<int, int, int>)Find("mallopt");

    /// <summary>Keeps freed buffers from now on, where the platform has a way to.</summary>
    public static unsafe void Keep()
    {
        if (Option is null || Trim is null)
            return;
        Option(MmapThreshold, Large);
        Option(TrimThreshold, Large);
        Option(TopPad, Growth);

        // Nothing to hand back yet: the buffers of the first call are those of the second.
        Interlocked.CompareExchange(ref _nextSweep, Environment.TickCount64 + ShortestPause, 0);
    }

    /// <summary>Keeps freed buffers from now on, and sweeps when the result is disposed, unless that was done a moment ago.</summary>
    /// <param name="isWanted">Whether memory is managed at all; nothing happens where it is not.</param>
    public static Work During(bool isWanted)
    {
        if (isWanted)
            Keep();
        return new Work(isWanted);
    }

    /// <summary>
    /// Hands back what is free, fragments included; now and then, since a sweep takes milliseconds: so seldom that all sweeps together take
    /// one part in a hundred of the time.
    /// </summary>
    public static unsafe void Sweep()
    {
        if (Trim is null || Environment.TickCount64 < Interlocked.Read(ref _nextSweep))
            return;
        var clock = Stopwatch.StartNew();
        Trim(0);
        Interlocked.Exchange(ref _nextSweep, Environment.TickCount64 + Math.Max(ShortestPause, (long)(clock.Elapsed.TotalMilliseconds * PauseFactor)));
    }

    /// <summary>Work that uses large buffers again and again.</summary>
    internal readonly struct Work(bool isManaged) : IDisposable
    {
        public void Dispose()
        {
            if (isManaged)
                Sweep();
        }
    }

    private static nint Find(string name) =>
        OperatingSystem.IsLinux()
        && NativeLibrary.TryLoad("libc.so.6", out var library)
        && NativeLibrary.TryGetExport(library, name, out var address)
            ? address
            : 0;
}
