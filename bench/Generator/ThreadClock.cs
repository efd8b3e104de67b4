using System.Diagnostics;
using System.Runtime.InteropServices;

namespace BayesGen.Benchmarks.SourceGeneration;

/// <summary>What the thread has computed so far: other programs that share its processor do not count. Only Linux tells.</summary>
internal static class ThreadClock
{
    private const int ThreadTime = 3;

    public static double Milliseconds
    {
        get
        {
            if (!OperatingSystem.IsLinux())
                return Stopwatch.GetTimestamp() * 1e3 / Stopwatch.Frequency;
            var time = new long[2];
            return Read(ThreadTime, time) == 0
                ? (time[0] * 1e3) + (time[1] * 1e-6)
                : throw new InvalidOperationException("The clock of the thread cannot be read.");
        }
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int Read(int clock, [Out] long[] time);
}
