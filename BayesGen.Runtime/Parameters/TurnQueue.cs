namespace BayesGen.Parameters;

/// <summary>
/// Lets threads use a network one after the other, in the order in which they came: a training that takes one turn after another lets a
/// save in between two steps. A thread may take a turn inside its own.
/// </summary>
internal sealed class TurnQueue
{
    private readonly object _lock = new();
    private long _given;
    private long _served;
    private int _holder;
    private int _depth;

    /// <summary>Waits for a turn, which lasts until the returned value is disposed, on the same thread.</summary>
    public Turn Take()
    {
        lock (_lock)
        {
            if (_holder == Environment.CurrentManagedThreadId)
            {
                _depth++;
                return new Turn(this);
            }

            var number = _given++;
            while (number != _served)
                Monitor.Wait(_lock);
            (_holder, _depth) = (Environment.CurrentManagedThreadId, 1);
            return new Turn(this);
        }
    }

    private void End()
    {
        lock (_lock)
        {
            if (--_depth > 0)
                return;
            _holder = 0;
            _served++;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>A turn.</summary>
    internal readonly struct Turn(TurnQueue queue) : IDisposable
    {
        public void Dispose() => queue.End();
    }
}
