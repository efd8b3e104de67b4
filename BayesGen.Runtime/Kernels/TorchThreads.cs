using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace BayesGen.Kernels;

/// <summary>Runs work of our own on the threads that Torch computes with.</summary>
/// <remarks>
/// They are OpenMP's, and after each operation of Torch they spin for a while in wait for the next. A thread of another pool has to be
/// woken, and then shares its processor with one that spins, which takes tenths of a millisecond; a thread that spins for work already
/// takes some microseconds. Where Torch comes with another OpenMP than GNU's (Windows, macOS), or a program loads the library from where
/// the runtime does not look for it, .NET's own pool does the work.
/// </remarks>
internal static unsafe class TorchThreads
{
    private static readonly delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void> Parallel;
    private static readonly delegate* unmanaged[SuppressGCTransition]<int> Number;
    private static readonly delegate* unmanaged[SuppressGCTransition]<int> Count;

    static TorchThreads()
    {
        // A search for a symbol continues through the libraries that a library needs, so OpenMP is found behind Torch, whatever it is
        // called.
        if (!OperatingSystem.IsLinux()
            || !NativeLibrary.TryLoad("LibTorchSharp", typeof(TorchThreads).Assembly, null, out var library)
            || !NativeLibrary.TryGetExport(library, "GOMP_parallel", out var parallel)
            || !NativeLibrary.TryGetExport(library, "omp_get_thread_num", out var number)
            || !NativeLibrary.TryGetExport(library, "omp_get_num_threads", out var count))
            return;
        Parallel = (delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void>)parallel;
        Number = (delegate* unmanaged[SuppressGCTransition]<int>)number;
        Count = (delegate* unmanaged[SuppressGCTransition]<int>)count;
    }

    /// <summary>Whether work runs on Torch's threads, and not on .NET's.</summary>
    public static bool AreOurs => Parallel is not null;

    /// <summary>Runs work on a team of threads, the calling one among them, and returns when all are done.</summary>
    /// <param name="threads">The number of threads that are wished for; within another team's work there is one.</param>
    /// <param name="run">Called once by each thread with its number from 0 on and the number of threads there are.</param>
    /// <exception cref="Exception">What one of the threads threw.</exception>
    public static void Run(int threads, Action<int, int> run)
    {
        if (!AreOurs)
        {
            System.Threading.Tasks.Parallel.For(0, threads, thread => run(thread, threads));
            return;
        }

        var work = new Work(run);
        var handle = GCHandle.Alloc(work);
        try
        {
            Parallel(&Enter, GCHandle.ToIntPtr(handle), (uint)threads, 0);
        }
        finally
        {
            handle.Free();
        }

        work.Failure?.Throw();
    }

    [UnmanagedCallersOnly]
    private static void Enter(nint handle)
    {
        var work = (Work)GCHandle.FromIntPtr(handle).Target!;
        try
        {
            work.Run(Number(), Count());
        }
        catch (Exception exception)
        {
            // No exception finds its way through native frames.
            work.Failure = ExceptionDispatchInfo.Capture(exception);
        }
    }

    private sealed class Work(Action<int, int> run)
    {
        public Action<int, int> Run { get; } = run;

        public ExceptionDispatchInfo? Failure { get; set; }
    }
}
