namespace BayesGen.Mpi.Peers;

/// <summary>A process of the group.</summary>
/// <param name="Host">The name of its machine.</param>
/// <param name="Machine">What tells machines apart, and what is a machine to a process number.</param>
/// <param name="Process">The number of the process.</param>
/// <param name="Library">Its MPI library.</param>
internal sealed record Peer(string Host, string Machine, int Process, string Library)
{
    /// <summary>This process.</summary>
    public static Peer Self(string library) => new(Environment.MachineName, MachineOfThis(), Environment.ProcessId, library);

    public string Written() => string.Join('\t', Host, Machine, Process, Library);

    public static Peer Read(string text) => text.Split('\t') is [var host, var machine, var process, var library]
        ? new Peer(host, machine, int.Parse(process, System.Globalization.CultureInfo.InvariantCulture), library)
        : throw new MpiException("A process of the group is of another version of BayesGen.Mpi. Start the same program on every machine.");

    /// <summary>A machine that runs now, and within it the name space of process numbers.</summary>
    private static string MachineOfThis()
    {
        try
        {
            return File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim() + File.ResolveLinkTarget("/proc/self/ns/pid", false)?.Name;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Environment.MachineName;
        }
    }
}
