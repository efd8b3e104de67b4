namespace BayesGen.Mpi;

/// <summary>How several processes train together: a value that never changes, the same on every process.</summary>
public sealed record MpiOptions
{
    /// <summary>The seconds that <see cref="StallTimeout"/> is by default.</summary>
    internal const int UsualStallSeconds = 60;

    /// <summary>How the gradients of the processes are summed.</summary>
    public MpiMode Mode { get; init; } = MpiMode.Exact;

    /// <summary>
    /// The number S of shards of each batch under <see cref="MpiMode.Exact"/>; at least the number of processes, and at most the batch
    /// size. It belongs to the result as a seed does: another number of shards gives other numbers, another number of processes does not.
    /// </summary>
    public int Shards { get; init; } = 8;

    /// <summary>
    /// The number of threads that Torch and the kernels of BayesGen compute with in each process while it trains; at least 1. Torch gives
    /// other bits at another number.
    /// </summary>
    public int Threads { get; init; } = 1;

    /// <summary>
    /// How long a process is waited for; positive. A rank that has not come to a step or another meeting of all by then is named
    /// as stalled, and the job ends. Longer than everything that one rank does alone, such as writing a checkpoint.
    /// </summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(UsualStallSeconds);

    internal void Validate()
    {
        if (!Enum.IsDefined(Mode))
            throw new ArgumentOutOfRangeException(nameof(Mode), Mode, "MpiOptions.Mode is Exact or Fast.");
        ArgumentOutOfRangeException.ThrowIfLessThan(Shards, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Threads, 1);
        if (StallTimeout <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(StallTimeout), StallTimeout, "MpiOptions.StallTimeout is positive.");
    }
}
