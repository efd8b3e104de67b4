namespace BayesGen.Mpi;

/// <summary>How the gradients of several processes are summed.</summary>
public enum MpiMode
{
    /// <summary>
    /// The same bits at any number of processes: each batch is cut into a fixed number of shards, each shard's gradient is computed by
    /// itself, and the gradients are summed in a fixed balanced tree.
    /// </summary>
    Exact,

    /// <summary>
    /// One part of the batch for each process and one all-reduce of the MPI library. The numbers are others at every number of processes.
    /// </summary>
    Fast,
}
