using System.Collections.Concurrent;

namespace ServingSample;

/// <summary>
/// The threads that call Torch, as many as predict at once and no others. The threads of ASP.NET come and go, and each that has called
/// Torch once keeps memory of its own: caches, and an arena of the C library.
/// </summary>
public sealed class PredictionThreads : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly List<Thread> _threads = [];

    /// <param name="count">How many, at least 1.</param>
    public PredictionThreads(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        for (var i = 0; i < count; i++)
        {
            var thread = new Thread(Work) { IsBackground = true, Name = $"predictions {i + 1}" };
            _threads.Add(thread);
            thread.Start();
        }
    }

    /// <summary>Runs a function on one of the threads, as soon as one is free.</summary>
    /// <exception cref="InvalidOperationException">There are no threads any more.</exception>
    public Task<T> Run<T>(Func<T> function)
    {
        // What goes on after the result does so elsewhere: it would keep the thread from the next prediction.
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                result.SetResult(function());
            }
            catch (OperationCanceledException exception)
            {
                result.SetCanceled(exception.CancellationToken);
            }
            catch (Exception exception)
            {
                result.SetException(exception);
            }
        });
        return result.Task;
    }

    /// <summary>Ends the threads, after what they run. A second time it does nothing.</summary>
    public void Dispose()
    {
        if (_threads.Count == 0)
            return;
        _work.CompleteAdding();
        foreach (var thread in _threads)
            thread.Join();
        _threads.Clear();
        _work.Dispose();
    }

    private void Work()
    {
        foreach (var work in _work.GetConsumingEnumerable())
            work();
    }
}
