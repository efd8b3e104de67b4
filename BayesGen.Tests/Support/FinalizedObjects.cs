using System.Collections.Concurrent;
using System.Diagnostics.Tracing;

namespace BayesGen.Tests;

/// <summary>
/// Counts, by their type, the objects that are left to finalizers. It hears the whole process, so nothing else may run meanwhile.
/// </summary>
internal sealed class FinalizedObjects : EventListener
{
    private const EventKeywords Collections = (EventKeywords)1;

    // Asked for before the fields are there: the base constructor tells of the sources.
    private static readonly ConcurrentDictionary<string, int> Counts = new();

    private FinalizedObjects()
    {
    }

    /// <summary>What the work leaves behind.</summary>
    public static IReadOnlyDictionary<string, int> Of(Action work)
    {
        Collect();
        Counts.Clear();
        using (new FinalizedObjects())
        {
            work();
            Collect();
        }

        return Counts.ToDictionary();
    }

    protected override void OnEventSourceCreated(EventSource source)
    {
        if (source.Name == "Microsoft-Windows-DotNETRuntime")
            EnableEvents(source, EventLevel.Verbose, Collections);
    }

    /// <summary>The type is told by the address of its method table.</summary>
    protected override void OnEventWritten(EventWrittenEventArgs written)
    {
        if (written.EventName?.StartsWith("FinalizeObject", StringComparison.Ordinal) != true)
            return;
        var type = Type.GetTypeFromHandle(RuntimeTypeHandle.FromIntPtr((nint)written.Payload![0]!))!;
        Counts.AddOrUpdate(type.Name, 1, (_, count) => count + 1);
    }

    private static void Collect()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        // Events of the runtime come by a thread of their own.
        Thread.Sleep(500);
    }
}
