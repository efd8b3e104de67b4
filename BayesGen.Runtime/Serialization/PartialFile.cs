using System.Text;
using System.Text.RegularExpressions;

namespace BayesGen.Serialization;

/// <summary>
/// A file on its way: beside its place, under a name that nobody else has, locked for as long as its process lives. So what a process left
/// behind that was killed can be told from what another one is writing at this moment.
/// </summary>
internal sealed partial class PartialFile : IDisposable
{
    /// <summary>The ending of a file that is being written.</summary>
    public const string Ending = ".partial";

    /// <summary>Bytes that a name may have on the file systems in use, less what stands behind the name here.</summary>
    private const int LongestStem = 255 - 26;

    private const int Tries = 8;

    private readonly string _path;

    private PartialFile(string path, FileStream file) => (_path, File) = (path, file);

    /// <summary>The open file.</summary>
    public FileStream File { get; }

    /// <summary>Makes one for a target.</summary>
    /// <param name="target">The full path of the file that it will become.</param>
    /// <param name="isPrivate">Whether nobody but its owner may read it meanwhile.</param>
    public static PartialFile Create(string target, bool isPrivate)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (isPrivate && !OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var folder = Path.GetDirectoryName(target)!;
        var stem = StemOf(Path.GetFileName(target));
        for (var left = Tries; ; left--)
        {
            var path = Path.Combine(folder, $"{stem}.{(ulong)Random.Shared.NextInt64(long.MinValue, long.MaxValue):x16}{Ending}");
            try
            {
                var file = new FileStream(path, options);

                // Between its making and its lock somebody who tidies up may have taken it for a leftover.
                if (System.IO.File.Exists(path) || left == 0)
                    return new PartialFile(path, file);
                file.Dispose();
            }
            catch (IOException) when (left > 0 && System.IO.File.Exists(path))
            {
                // The name is taken.
            }
        }
    }

    /// <summary>Gives it its name.</summary>
    /// <param name="target">The full path.</param>
    /// <returns>False where somebody took the file away, so that it has to be written again.</returns>
    public bool Publish(string target)
    {
        File.Dispose();
        try
        {
            System.IO.File.Move(_path, target, overwrite: true);
            return true;
        }
        catch (FileNotFoundException) when (!System.IO.File.Exists(_path) && Directory.Exists(Path.GetDirectoryName(target)))
        {
            return false;
        }
    }

    /// <summary>Closes it, and deletes it where it was not given its name.</summary>
    public void Dispose()
    {
        try
        {
            File.Dispose();
        }
        catch (Exception exception) when (exception is IOException or ArgumentOutOfRangeException)
        {
            // What the disk did not take; that is told already.
        }

        WholeFile.Remove(_path);
    }

    /// <summary>Deletes what dead processes left in a folder of writes to one file.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">The name of the file.</param>
    public static void Sweep(string folder, string name)
    {
        var stem = StemOf(name);
        Sweep(folder, other => other == stem);
    }

    /// <summary>Deletes what dead processes left in a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="isOurs">Tells by the name of a file whether leftovers of it are ours to delete.</param>
    public static void Sweep(string folder, Func<string, bool> isOurs)
    {
        try
        {
            foreach (var path in Directory.EnumerateFiles(folder, "*" + Ending))
                if (Name().Match(Path.GetFileName(path)) is { Success: true } match && isOurs(match.Groups[1].Value))
                    RemoveDead(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A leftover does no harm; a folder that is not there is told by the write itself.
        }
    }

    private static void RemoveDead(string path)
    {
        if (FileEntry.AtItself(path).Kind != FileKind.Regular)
            return;
        try
        {
            using var mine = Locked(path);
            try
            {
                // Where files cannot be locked nobody can tell whether it is being written.
                using var again = Locked(path);
            }
            catch (IOException)
            {
                System.IO.File.Delete(path);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Its process lives, or it is somebody else's.
        }
    }

    private static FileStream Locked(string path) => new(
        path, FileMode.Open, FileAccess.ReadWrite, OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None);

    private static string StemOf(string name)
    {
        while (Encoding.UTF8.GetByteCount(name) > LongestStem)
            name = name[..^1];
        return name;
    }

    [GeneratedRegex(@"^(.+)\.[0-9a-f]{16}\.partial$", RegexOptions.Singleline)]
    private static partial Regex Name();
}
