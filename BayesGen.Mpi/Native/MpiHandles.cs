using System.Runtime.InteropServices;

namespace BayesGen.Mpi.Native;

/// <summary>The constants of an MPI library: they are not functions, so each interface has its own.</summary>
/// <param name="World">MPI_COMM_WORLD.</param>
/// <param name="Byte">MPI_BYTE.</param>
/// <param name="Float">MPI_FLOAT.</param>
/// <param name="Double">MPI_DOUBLE.</param>
/// <param name="Sum">MPI_SUM.</param>
/// <param name="ErrorsReturn">MPI_ERRORS_RETURN.</param>
/// <param name="IgnoreStatus">MPI_STATUS_IGNORE.</param>
/// <param name="InPlace">MPI_IN_PLACE.</param>
internal sealed record MpiHandles(
    nint World, nint Byte, nint Float, nint Double, nint Sum, nint ErrorsReturn, nint IgnoreStatus, nint InPlace)
{
    public static MpiHandles Of(MpiFlavor flavor, nint library) => flavor == MpiFlavor.OpenMpi
        ? new MpiHandles(
            NativeLibrary.GetExport(library, "ompi_mpi_comm_world"), NativeLibrary.GetExport(library, "ompi_mpi_byte"),
            NativeLibrary.GetExport(library, "ompi_mpi_float"), NativeLibrary.GetExport(library, "ompi_mpi_double"),
            NativeLibrary.GetExport(library, "ompi_mpi_op_sum"), NativeLibrary.GetExport(library, "ompi_mpi_errors_return"),
            IgnoreStatus: 0, InPlace: 1)
        : new MpiHandles(
            World: 0x44000000, Byte: 0x4c00010d, Float: 0x4c00040a, Double: 0x4c00080b, Sum: 0x58000003, ErrorsReturn: 0x54000001,
            IgnoreStatus: 1, InPlace: -1);
}
