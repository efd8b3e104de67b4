using System.Globalization;

namespace BayesGen.Mpi.Native;

/// <summary>What the launcher of this process has left in its environment.</summary>
/// <param name="Flavor">Whose launcher it was; null where none is known.</param>
/// <param name="Size">The number of processes that it started; null where it does not say.</param>
internal sealed record MpiLaunch(MpiFlavor? Flavor, int? Size)
{
    public static MpiLaunch Read(Func<string, string?> variable)
    {
        if (Number("OMPI_COMM_WORLD_SIZE") is { } ofOpenMpi)
            return new MpiLaunch(MpiFlavor.OpenMpi, ofOpenMpi);
        return Number("PMI_SIZE") is { } ofMpich ? new MpiLaunch(MpiFlavor.Mpich, ofMpich) : new MpiLaunch(null, null);

        int? Number(string name) =>
            int.TryParse(variable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
