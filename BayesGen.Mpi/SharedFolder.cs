using BayesGen.Training;

namespace BayesGen.Mpi;

/// <summary>The folder of checkpoints, which rank 0 writes and every rank reads.</summary>
internal static class SharedFolder
{
    private const string Prefix = ".bayesgen-ranks-";

    /// <summary>Looks whether every rank sees what rank 0 writes.</summary>
    /// <param name="folder">The folder; null where there are no checkpoints.</param>
    /// <param name="group">The ranks.</param>
    /// <exception cref="MpiException">One does not.</exception>
    public static void Require(string? folder, TrainingGroup group)
    {
        if (folder is null)
            return;
        var name = group.FromFirst(group.IsFirst ? Written(folder) : "");
        if (name.Length == 0)
            return; // It cannot be written now, and the first checkpoint tells so.
        var isMissing = !File.Exists(Path.Combine(folder, name));
        var missing = group.FromAll([isMissing ? 1 : 0], fingerprint: 0);
        if (group.IsFirst)
            File.Delete(Path.Combine(folder, name));
        for (var rank = 0; rank < missing.Count; rank++)
            if (missing[rank][0] > 0)
                throw new MpiException(
                    $"Rank {rank} of {group.Size} does not see what rank 0 writes into '{folder}': the folder of CheckpointOptions has to be on a disk that "
                    + "all machines share, under one path. Nothing was written.", rank);
    }

    private static string Written(string folder)
    {
        var name = Prefix + Guid.NewGuid().ToString("N");
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, name), "");
            return name;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
