using System.Runtime.InteropServices;
using System.Text;

namespace BayesGen.Mpi.Native;

/// <summary>Finds the MPI library of the machine, the one that belongs to the launcher first.</summary>
internal static class MpiLibrary
{
    /// <summary>The variable that names a library file, for one that lies where the loader does not look.</summary>
    public const string Variable = "BAYESGEN_MPI_LIBRARY";

    private const string Remedy =
        "Install one, for example by 'apt-get install openmpi-bin', and start the program by 'mpirun -np N ...'; a library in another place is "
        + "named by the environment variable " + Variable + ".";

    private static readonly string[] OpenMpiNames = ["libmpi.so.40", "libmpi.so.80", "libmpi.40.dylib"];
    private static readonly string[] MpichNames = ["libmpich.so.12", "libmpi.so.12", "libmpi.12.dylib", "msmpi"];
    private static readonly string[] EitherNames = ["libmpi.so", "libmpi.dylib"];

    /// <summary>Loads the library.</summary>
    /// <param name="launch">Who started this process.</param>
    /// <param name="named">The value of <see cref="Variable"/>, or null.</param>
    /// <param name="load">Loads a library by name; zero where there is none.</param>
    /// <exception cref="MpiException">There is none, or not the one of the launcher.</exception>
    public static (nint Library, MpiFlavor Flavor, string Version) Load(MpiLaunch launch, string? named, Func<string, nint> load)
    {
        string[] names = !string.IsNullOrEmpty(named)
            ? [named]
            : launch.Flavor == MpiFlavor.Mpich
                ? [.. MpichNames, .. EitherNames, .. OpenMpiNames]
                : [.. OpenMpiNames, .. EitherNames, .. MpichNames];
        foreach (var name in names)
        {
            if (load(name) is not (not 0 and var library))
                continue;
            var version = VersionOf(library);
            var flavor = version.StartsWith("Open MPI", StringComparison.Ordinal) ? MpiFlavor.OpenMpi : MpiFlavor.Mpich;
            RequireLauncher(launch, flavor, name, version);
            return (library, flavor, version);
        }

        throw new MpiException($"No MPI library was found (looked for {string.Join(", ", names)}). {Remedy}");
    }

    /// <summary>The library by its own words, in one line.</summary>
    private static unsafe string VersionOf(nint library)
    {
        if (!NativeLibrary.TryGetExport(library, "MPI_Get_library_version", out var address))
            return "";

        // MPI_MAX_LIBRARY_VERSION_STRING is 8192 in MPICH, 256 in Open MPI.
        var text = stackalloc byte[8192];
        var length = 0;
        ((delegate* unmanaged<byte*, int*, int>)address)(text, &length);
        var line = Encoding.UTF8.GetString(text, Math.Clamp(length, 0, 8192)).TrimEnd('\0').Split('\n')[0];
        return line.Split(',')[0].Replace('\t', ' ').Trim();
    }

    private static void RequireLauncher(MpiLaunch launch, MpiFlavor flavor, string name, string version)
    {
        if (launch.Flavor is { } launcher && launcher != flavor)
            throw new MpiException(
                $"This process was started by the mpirun of {NameOf(launcher)}, and the library that was found is another one: '{name}', {version}. "
                + "Each process would be a world of its own. Install both from one MPI, or call the mpirun that belongs to the library "
                + $"('mpirun.openmpi' or 'mpirun.mpich' on Debian); {Variable} names a library file.");
    }

    private static string NameOf(MpiFlavor flavor) => flavor == MpiFlavor.OpenMpi ? "Open MPI" : "MPICH";
}
