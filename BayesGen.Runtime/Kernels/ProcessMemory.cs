using System.Diagnostics;
using System.Runtime.InteropServices;

namespace BayesGen.Kernels;

/// <summary>
/// Settles how the C library of Linux keeps freed memory while a network runs. Left alone it hands the large buffers of every batch back
/// to the system and asks for them again, which costs thousands of page faults a batch; told to keep them, it keeps fragments too, so that
/// a long training grows by hundreds of megabytes though no tensor lives. So it keeps them, and is swept when the process has grown.
/// </summary>
/// <remarks>
/// A sweep takes milliseconds, and what it hands back the next batch has to fetch again, which takes ten times as long. What is there again
/// soon after one is in use, and is no growth from then on.
/// </remarks>
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

    /// <summary>How many times what is in use the resident set may be.</summary>
    private const double Allowance = 1.03;

    /// <summary>Milliseconds between two looks at the resident set.</summary>
    private const long Pause = 1_000;

    /// <summary>Milliseconds after a sweep within which the resident set is what is in use.</summary>
    private const long Soon = 3_000;

    /// <summary>How many times as long as what a sweep costs the pause after it is at least.</summary>
    private const double PauseFactor = 50;

    /// <summary>
    /// Milliseconds that it costs to fetch a megabyte again: 5 microseconds a page of 4 KB. A virtual machine took 8, others take less.
    /// </summary>
    private const double FetchingAgain = 1.25;

    private static bool _isKept;
    private static long _nextLook;
    private static long _lastSweep;
    private static long _nextSweep;

    /// <summary>Bytes.</summary>
    private static double _inUse;

    private static readonly unsafe delegate* unmanaged<nuint, int> Trim = (delegate* unmanaged<nuint, int>)Find("malloc_trim");
    private static readonly unsafe delegate* unmanaged<int, int, int> Option = (delegate* unmanaged<int, int, int>)Find("mallopt");

    /// <summary>Keeps freed buffers from the first call on, where the platform has a way to.</summary>
    public static unsafe void Keep()
    {
        if (Option is null || Trim is null || Interlocked.Exchange(ref _isKept, true))
            return;
        Option(MmapThreshold, Large);
        Option(TrimThreshold, Large);
        Option(TopPad, Growth);
    }

    /// <summary>Keeps freed buffers from now on, and sweeps, where they are too many, when the result is disposed.</summary>
    /// <param name="isWanted">Whether memory is managed at all; nothing happens where it is not.</param>
    public static Work During(bool isWanted)
    {
        if (isWanted)
            Keep();
        return new Work(isWanted);
    }

    /// <summary>
    /// Hands back what is free, fragments included, where the process has grown; so seldom that all sweeps together, with the fetching
    /// again of what the next batch needs, take about two parts in a hundred of the time at most.
    /// </summary>
    public static void Sweep()
    {
        // Asked after every step, and by any number of threads: whoever sets the next time is the one who looks.
        var (now, next) = (Environment.TickCount64, Interlocked.Read(ref _nextLook));
        if (now >= next && Interlocked.CompareExchange(ref _nextLook, now + Pause, next) == next)
            Look(now);
    }

    private static unsafe void Look(long now)
    {
        if (Trim is null)
            return;
        double resident = Environment.WorkingSet;
        if (resident <= Allowance * _inUse)
            return;
        if (_inUse == 0 || now < _lastSweep + Soon)
        {
            _inUse = resident;
            return;
        }

        if (now < _nextSweep)
            return;
        var clock = Stopwatch.StartNew();
        Trim(0);
        var cost = clock.Elapsed.TotalMilliseconds + Math.Max(0, resident - Environment.WorkingSet) / 1e6 * FetchingAgain;
        _lastSweep = now;
        _nextSweep = now + (long)(cost * PauseFactor);
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
