namespace BayesGen.Execution;

/// <summary>Who uses a network when, where a training runs on one thread and others save, evaluate or predict.</summary>
internal sealed class NetworkTurns
{
    private readonly TurnQueue _queue = new();
    private volatile int _trainingThread;

    /// <summary>Whether a training moves the network on another thread.</summary>
    public bool IsTrainedElsewhere => _trainingThread is var thread && thread != 0 && thread != Environment.CurrentManagedThreadId;

    /// <summary>
    /// Waits until no other thread is in the middle of something, such as the step of a training, and keeps others out until the returned
    /// value is disposed. No code of a user's that may wait for another thread, such as a hook or a report, runs inside.
    /// </summary>
    public TurnQueue.Turn Take() => _queue.Take();

    /// <summary>Notes that a training runs on this thread until the returned value is disposed.</summary>
    public TrainingNote NoteTraining() => new(this);

    /// <summary>The note; what was noted before holds again after it.</summary>
    internal readonly struct TrainingNote : IDisposable
    {
        private readonly NetworkTurns _turns;
        private readonly int _before;

        public TrainingNote(NetworkTurns turns)
        {
            (_turns, _before) = (turns, turns._trainingThread);
            turns._trainingThread = Environment.CurrentManagedThreadId;
        }

        public void Dispose() => _turns._trainingThread = _before;
    }
}
