namespace BayesGen.Parameters;

/// <summary>Who uses the network when, where a training runs on one thread and others save, evaluate or predict.</summary>
public sealed partial class NetworkArena
{
    private readonly TurnQueue _turns = new();
    private volatile int _trainingThread;

    /// <summary>
    /// Waits until no other thread is in the middle of something, such as the step of a training, and keeps others out until the returned
    /// value is disposed. No code of a user's that may wait for another thread, such as a hook or a report, runs inside.
    /// </summary>
    internal TurnQueue.Turn TakeTurn() => _turns.Take();

    /// <summary>Notes that a training runs on this thread until the returned value is disposed.</summary>
    internal TrainingNote NoteTraining() => new(this);

    /// <summary>Whether a training moves the network on another thread.</summary>
    private bool IsTrainedElsewhere => _trainingThread is var thread && thread != 0 && thread != Environment.CurrentManagedThreadId;

    /// <summary>The state for a thread that a training continues beside: copies, since the live tensors change at the next step.</summary>
    private List<KeyValuePair<string, Tensor>> CopyState()
    {
        using var turn = TakeTurn();
        using var _ = no_grad();
        return [.. LiveState().Select(entry =>
        {
            using var plain = entry.Value.detach();
            return KeyValuePair.Create(entry.Key, plain.clone());
        })];
    }

    /// <summary>The note; what was noted before holds again after it.</summary>
    internal readonly struct TrainingNote : IDisposable
    {
        private readonly NetworkArena _arena;
        private readonly int _before;

        public TrainingNote(NetworkArena arena)
        {
            (_arena, _before) = (arena, arena._trainingThread);
            arena._trainingThread = Environment.CurrentManagedThreadId;
        }

        public void Dispose() => _arena._trainingThread = _before;
    }
}
