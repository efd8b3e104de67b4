namespace BayesGen.Mpi;

/// <summary>What a rank computes on, without its number: each rank of a machine may have a device of its own.</summary>
internal static class RankDevice
{
    private const string Drivers = "/proc/driver/nvidia/gpus";
    private const string ModelLine = "Model:";

    /// <summary>The kind of a device, and of one that is not the processor the models that the machine has.</summary>
    /// <param name="type">The kind.</param>
    /// <param name="models">The models of the machine.</param>
    public static string NameOf(DeviceType type, IEnumerable<string> models)
    {
        var kind = type.ToString().ToLowerInvariant();
        return type == DeviceType.CPU
            ? kind
            : string.Join(", ", models.Distinct().Order(StringComparer.Ordinal).Prepend(kind));
    }

    /// <summary>The models of the devices of this machine, by the words of their driver; none where it tells nothing.</summary>
    public static IReadOnlyList<string> Models()
    {
        try
        {
            return !Directory.Exists(Drivers)
                ? []
                : [.. Directory.GetDirectories(Drivers)
                    .SelectMany(gpu => File.ReadLines(Path.Combine(gpu, "information")))
                    .Where(line => line.StartsWith(ModelLine, StringComparison.Ordinal))
                    .Select(line => line[ModelLine.Length..].Trim())];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
