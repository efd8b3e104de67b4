namespace BayesGen.Mpi;

/// <summary>
/// Several processes cannot train together: there is no MPI library, a rank has failed or sees something else than rank 0, or an option
/// does not fit the number of processes. The message names the rank, the cause and what to do.
/// </summary>
public sealed class MpiException : Exception
{
    internal MpiException(string message, int? rank = null, Exception? inner = null)
        : base(message, inner) => Rank = rank;

    /// <summary>The rank that the message is about; null where it is about none.</summary>
    public int? Rank { get; }
}
