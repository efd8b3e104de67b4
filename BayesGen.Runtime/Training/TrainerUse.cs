namespace BayesGen.Training;

/// <summary>Who uses a trainer now: one call after another, from one thread, and none after Dispose.</summary>
internal sealed class TrainerUse
{
    private readonly Lock _lock = new();
    private int _thread;
    private int _depth;
    private string _what = "";
    private bool _isDisposed;

    /// <summary>Begins a call that changes the network; it is the only one.</summary>
    /// <param name="what">The name of the method.</param>
    /// <exception cref="ObjectDisposedException">The trainer was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another call is running.</exception>
    public Turn Change(string what) => Begin(what, isAlone: true);

    /// <summary>Begins a call that reads the network: a hook may read while it trains.</summary>
    /// <param name="what">The name of the method.</param>
    /// <exception cref="ObjectDisposedException">The trainer was disposed.</exception>
    /// <exception cref="InvalidOperationException">A call of another thread is running.</exception>
    public Turn Read(string what) => Begin(what, isAlone: false);

    /// <summary>Refuses every call from now on.</summary>
    /// <returns>Whether it is the first time.</returns>
    /// <exception cref="InvalidOperationException">A call is running.</exception>
    public bool End()
    {
        lock (_lock)
        {
            if (_depth > 0)
                throw new InvalidOperationException(
                    $"Dispose was called while {_what} of the same trainer is running. To end a training from a hook or from another thread, "
                    + "cancel the token that Train was given, and dispose the trainer when Train has returned.");
            var isFirst = !_isDisposed;
            _isDisposed = true;
            return isFirst;
        }
    }

    private Turn Begin(string what, bool isAlone)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(VariationalTrainer));
            var thread = Environment.CurrentManagedThreadId;
            if (_depth > 0 && thread != _thread)
                throw new InvalidOperationException(
                    $"{what} was called while {_what} of the same trainer is running on another thread, which has the weights of the network. "
                    + "Wait until it has returned; to look at a training from inside, use a hook.");
            if (_depth > 0 && isAlone)
                throw new InvalidOperationException(
                    $"{what} was called inside {_what} of the same trainer, by a hook, a report or a data source. Call it when {_what} has "
                    + "returned.");
            if (_depth == 0)
                (_thread, _what) = (thread, what);
            _depth++;
            return new Turn(this);
        }
    }

    private void Leave()
    {
        lock (_lock)
            _depth--;
    }

    /// <summary>A call that is running.</summary>
    public readonly struct Turn(TrainerUse use) : IDisposable
    {
        public void Dispose() => use.Leave();
    }
}
