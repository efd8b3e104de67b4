using System.Globalization;

namespace BayesGen.Serialization;

/// <summary>
/// A folder of checkpoints: <c>checkpoint-0000000120.safetensors</c> after 120 steps, and <c>best.safetensors</c>. The newest few stay.
/// </summary>
internal sealed class CheckpointFolder
{
    private const string Prefix = "checkpoint-";
    private const string Extension = ".safetensors";
    private const string BestName = "best" + Extension;

    /// <summary>The ending of a file that is kept, but not gone on from.</summary>
    private const string SetAsideEnding = ".set-aside";

    /// <summary>How often a folder is listed that another training writes into meanwhile.</summary>
    private const int Listings = 5;

    private readonly string _folder;
    private FolderLock? _lock;
    private bool _wasThere;

    /// <param name="folder">The folder; a relative one is that of the present directory from now on.</param>
    public CheckpointFolder(string folder)
    {
        _folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        _wasThere = Directory.Exists(_folder);
    }

    /// <summary>The checkpoint of the best validation.</summary>
    public string BestPath => Path.Combine(_folder, BestName);

    /// <summary>Whether a file lies in this folder; null does not.</summary>
    public bool Holds(string? path) => path is not null && Path.GetDirectoryName(Path.GetFullPath(path)) == _folder;

    /// <summary>
    /// Keeps other trainings from writing here until the returned value is disposed. The folder is made; where that or the lock is
    /// impossible the training continues without, as it does with a disk that fails.
    /// </summary>
    /// <exception cref="InvalidOperationException">A training writes here at this moment.</exception>
    public IDisposable Hold()
    {
        try
        {
            Directory.CreateDirectory(_folder);
            _wasThere = true;
            var mine = FolderLock.Take(_folder, out var isHeld);
            _lock ??= mine;
            if (isHeld)
                throw new InvalidOperationException(
                    $"Another training writes its checkpoints into '{_folder}' at this moment; the file '{FolderLock.FileName}' in it names its "
                    + "process. Wait for its end or stop it, or name a folder of its own in CheckpointOptions.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Told by the first checkpoint that cannot be written.
        }

        return new Holding(this);
    }

    /// <summary>Every numbered checkpoint, newest first.</summary>
    public IReadOnlyList<string> Newest() => !Directory.Exists(_folder)
        ? []
        : [.. Directory.GetFiles(_folder, Prefix + "*" + Extension)
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
        var path = Path.Combine(_folder, $"{Prefix}{step.ToString("D10", CultureInfo.InvariantCulture)}{Extension}");
        Make(notices);
        CheckpointFile.Write(path, content);

        // Later ones belong to a training that this one has left, from an earlier checkpoint that was named by its file.
        foreach (var later in Newest().Where(other => StepOf(other) > step))
            SetAside(later);
        foreach (var old in Newest().Skip(keep))
            if (!AtomicFile.Remove(old))
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
    /// Reads the newest whole checkpoint. Those before it that cannot be read are told, and damaged ones set aside, so that they are not
    /// met again, unless another training writes here. Where none can be read nothing is renamed: a program that is started again must not
    /// find a folder that looks empty.
    /// </summary>
    /// <param name="notices">Is told what the user should know.</param>
    /// <param name="reject">Says why a whole checkpoint will not do, in words that fit behind its name; null takes any.</param>
    /// <returns>The content, to be disposed, and its file; null where the folder holds no checkpoint that will do.</returns>
    /// <exception cref="StateFileException">There are checkpoints, and none can be read.</exception>
    public (CheckpointContent Content, string Path)? ReadNewest(Action<string> notices, Func<CheckpointContent, string?>? reject = null)
    {
        for (var left = Listings; ; left--)
        {
            var passed = new List<Passed>();
            var found = Search(passed, reject);
            if (left > 0 && passed.Exists(one => one.HasVanished))
            {
                // A training that writes here has let go of it, and has newer ones.
                found?.Content.Dispose();
                continue;
            }

            if (found is { } whole)
            {
                Tell(passed, whole.Path, notices);
                return whole;
            }

            return passed.Find(one => one.Error is not null && !one.HasVanished) is not { } first || passed.Exists(one => one.Error is null)
                ? null
                : throw new StateFileException(_folder, "it holds no checkpoint that is whole and can be read.", first.Error);
        }
    }

    private (CheckpointContent Content, string Path)? Search(List<Passed> passed, Func<CheckpointContent, string?>? reject)
    {
        foreach (var path in (IEnumerable<string>)[.. Newest(), .. File.Exists(BestPath) ? [BestPath] : Array.Empty<string>()])
        {
            try
            {
                var content = CheckpointFile.Read(path);
                if (reject?.Invoke(content) is not { } reason)
                    return (content, path);
                content.Dispose();
                passed.Add(new(path, null, reason));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                passed.Add(new(path, exception, exception.Message));
            }
        }

        return null;
    }

    private void Tell(List<Passed> passed, string found, Action<string> notices)
    {
        // A training that is alive must not lose the names of its files to one that only looks.
        using var brief = _lock is null && passed.Exists(one => one.IsDamaged) ? FolderLock.Take(_folder, out _) : null;
        foreach (var one in passed.Where(one => one.Reason.Length > 0))
        {
            var aside = one.IsDamaged && (_lock ?? brief) is not null ? SetAside(one.Path) : null;
            notices(one.Error is null
                ? $"The checkpoint '{one.Path}' was passed over: {one.Reason}"
                : $"The checkpoint '{one.Path}' cannot be read and was {(aside is null ? "left where it is" : $"renamed to '{aside}'")}"
                + $": {one.Reason}");
        }

        if (passed.Exists(one => one.Reason.Length > 0))
            notices($"Continuing from the checkpoint before that, '{found}'.");
    }

    /// <summary>Makes ready for a training: tries what a write needs, and deletes what one left behind that was cut off.</summary>
    public void Prepare()
    {
        FileChecksum.RequireHashes();
        PartialFile.Sweep(
            _folder, name => name == BestName || (name.EndsWith(Extension, StringComparison.Ordinal) && StepOf(name) is not null));
    }

    private void Make(Action<string> notices)
    {
        if (Directory.Exists(_folder))
            return;
        Directory.CreateDirectory(_folder);
        if (_wasThere)
            notices($"The folder of checkpoints '{_folder}' had vanished and was made again.");
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

    /// <summary>A checkpoint that was not taken.</summary>
    /// <param name="Path">Its file.</param>
    /// <param name="Error">Why it cannot be read; null where it can, and will not do.</param>
    /// <param name="Reason">Why, in words; empty where nobody needs to know.</param>
    private sealed record Passed(string Path, Exception? Error, string Reason)
    {
        public bool IsDamaged => Error is StateFileException;

        /// <summary>Whether it was there a moment ago; a link that leads nowhere is still there.</summary>
        public bool HasVanished => Error is FileNotFoundException or DirectoryNotFoundException && new FileInfo(Path).LinkTarget is null;
    }

    /// <summary>The folder in the hands of a training.</summary>
    private sealed class Holding(CheckpointFolder folder) : IDisposable
    {
        public void Dispose()
        {
            folder._lock?.Dispose();
            folder._lock = null;
        }
    }
}
