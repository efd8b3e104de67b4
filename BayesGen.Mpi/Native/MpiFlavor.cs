namespace BayesGen.Mpi.Native;

/// <summary>The two binary interfaces that MPI libraries have.</summary>
internal enum MpiFlavor
{
    /// <summary>Open MPI: a handle is the address of an exported symbol.</summary>
    OpenMpi,

    /// <summary>MPICH and what shares its interface (Intel MPI, MVAPICH): a handle is a number.</summary>
    Mpich,
}
