using System.Globalization;

namespace BayesGen;

/// <summary>
/// A folder of checkpoints: <c>checkpoint-0000000120.safetensors</c> after 120 steps, and <c>best.safetensors</c>. The newest few stay.
/// </summary>
internal sealed class CheckpointFolder(string folder)
{
    private const string Prefix = "checkpoint-";
    private const string Extension = ".safetensors";
    private const string BestName = "best" + Extension;

    /// <summary>The ending of a file that is kept, but not gone on from.</summary>
    private const string SetAsideEnding = ".set-aside";

    private bool _wasThere = Directory.Exists(folder);

    /// <summary>The checkpoint of the best validation.</summary>
    public string BestPath => Path.Combine(folder, BestName);

    /// <summary>Whether a file lies in this folder; null does not.</summary>
    public bool Holds(string? path) =>
        path is not null && Path.GetFullPath(Path.GetDirectoryName(Path.GetFullPath(path))!) == Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    /// <summary>Every numbered checkpoint, newest first.</summary>
    public IReadOnlyList<string> Newest() => !Directory.Exists(folder)
        ? []
        : [.. Directory.GetFiles(folder, Prefix + "*" + Extension)
            .Where(path => StepOf(path) is not null)
            .OrderByDescending(StepOf)];

    /// <summary>Writes a checkpoint, then lets go of all but the newest few.</summary>
    /// <param name="content">What it holds.</param>
    /// <param name="step">The steps that were done, which name the file.</param>
    /// <param name="keep">The number of checkpoints to keep.</param>
    /// <param name="notices">Is told what the user should know.</param>
    /// <returns>The path of the file.</returns>
    /// <exception cref="IOException">It cannot be written; what was there before is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public string Write(CheckpointContent content, long step, int keep, Action<string> notices)
    {
        var path = Path.Combine(folder, $"{Prefix}{step.ToString("D10", CultureInfo.InvariantCulture)}{Extension}");
        Make(notices);
        CheckpointFile.Write(path, content);

        // Later ones belong to a training that this one has left, from an earlier checkpoint that was named by its file.
        foreach (var later in Newest().Where(other => StepOf(other) > step))
            SetAside(later);
        foreach (var old in Newest().Skip(keep))
            if (!WholeFile.Remove(old))
                notices($"The old checkpoint '{old}' cannot be deleted.");
        return path;
    }

    /// <summary>Writes the checkpoint of the best validation.</summary>
    /// <param name="content">What it holds.</param>
    /// <param name="notices">Is told what the user should know.</param>
    public void WriteBest(CheckpointContent content, Action<string> notices)
    {
        Make(notices);
        CheckpointFile.Write(BestPath, content);
    }

    /// <summary>
    /// Reads the newest whole checkpoint. Damaged ones before it are set aside, so that they are not met again, and told. Where none can be
    /// read nothing is renamed: a program that is started again must not find a folder that looks empty.
    /// </summary>
    /// <param name="notices">Is told what the user should know.</param>
    /// <returns>The content, to be disposed, and its file; null where the folder holds no checkpoint.</returns>
    /// <exception cref="StateFileException">There are checkpoints, and none is whole.</exception>
    public (CheckpointContent Content, string Path)? ReadNewest(Action<string> notices)
    {
        IReadOnlyList<string> candidates = [.. Newest(), .. File.Exists(BestPath) ? [BestPath] : Array.Empty<string>()];
        var damaged = new List<(string Path, StateFileException Exception)>();
        foreach (var path in candidates)
        {
            try
            {
                var content = CheckpointFile.Read(path);
                foreach (var (bad, exception) in damaged)
                {
                    var aside = SetAside(bad);
                    notices(
                        $"The checkpoint '{bad}' cannot be read and was {(aside is null ? "left where it is" : $"renamed to '{aside}'")}: {exception.Message}");
                }

                if (damaged.Count > 0)
                    notices($"Going on from the checkpoint before that, '{path}'.");
                return (content, path);
            }
            catch (StateFileException exception)
            {
                damaged.Add((path, exception));
            }
        }

        return damaged.Count == 0
            ? null
            : throw new StateFileException(folder, "it holds no checkpoint that is whole.", damaged[0].Exception);
    }

    /// <summary>Makes ready for a training: tries what a write needs, and deletes what one left behind that was cut off.</summary>
    public void Prepare()
    {
        FileSeal.RequireHashes();
        if (!Directory.Exists(folder))
            return;
        foreach (var leftover in Directory.GetFiles(folder, "*" + Extension + WholeFile.Partial))
            if (Path.GetFileName(leftover) is var name && (name == BestName + WholeFile.Partial || name.StartsWith(Prefix, StringComparison.Ordinal)))
                WholeFile.Remove(leftover);
    }

    private void Make(Action<string> notices)
    {
        if (Directory.Exists(folder))
            return;
        Directory.CreateDirectory(folder);
        if (_wasThere)
            notices($"The folder of checkpoints '{folder}' had vanished and was made again.");
        _wasThere = true;
    }

    private static string? SetAside(string path)
    {
        var aside = path + SetAsideEnding;
        try
        {
            File.Move(path, aside, overwrite: true);
            return aside;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A read-only folder can be gone on from all the same.
            return null;
        }
    }

    private static long? StepOf(string path)
    {
        var name = Path.GetFileName(path);
        return name.StartsWith(Prefix, StringComparison.Ordinal)
            && long.TryParse(name[Prefix.Length..^Extension.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var step)
            ? step
            : null;
    }
}
