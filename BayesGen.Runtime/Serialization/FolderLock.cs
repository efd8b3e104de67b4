using System.Globalization;
using System.Text;

namespace BayesGen.Serialization;

/// <summary>Says that a training writes into a folder. The system lets go of it when the process ends, however it ends.</summary>
internal sealed class FolderLock : IDisposable
{
    /// <summary>The file that is locked. It names the process and is there only while the training runs, or was killed.</summary>
    public const string FileName = "training.lock";

    private const int Tries = 20;

    private readonly string _path;
    private readonly FileStream _file;

    private FolderLock(string path, FileStream file) => (_path, _file) = (path, file);

    /// <summary>Takes the lock.</summary>
    /// <param name="folder">The full path of the folder.</param>
    /// <param name="isHeld">Whether somebody else has it.</param>
    /// <returns>The lock; null where somebody else has it, and where no file can be made or locked there.</returns>
    public static FolderLock? Take(string folder, out bool isHeld)
    {
        isHeld = false;
        var path = Path.Combine(folder, FileName);
        for (var left = Tries; left > 0; left--)
        {
            if (FileEntry.AtItself(path).Kind is FileKind.Folder or FileKind.Other)
                return null;
            try
            {
                var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

                // Whoever had it before may have deleted the file after we opened it.
                if (FileEntry.Of(file.SafeFileHandle).Identity is { } mine && FileEntry.AtItself(path).Identity != mine)
                {
                    file.Dispose();
                    continue;
                }

                Sign(file);
                return new FolderLock(path, file);
            }
            catch (IOException exception) when (IsOfLock(exception))
            {
                isHeld = true;
                return null;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // A disk that is full or read-only: the writes of checkpoints will tell.
                return null;
            }
        }

        return null;
    }

    public void Dispose()
    {
        // Deleted while it is still locked, so that nobody's new lock is deleted.
        if (!OperatingSystem.IsWindows() && FileEntry.AtItself(_path).Identity == FileEntry.Of(_file.SafeFileHandle).Identity)
            WholeFile.Remove(_path);
        _file.Dispose();
        if (OperatingSystem.IsWindows())
            WholeFile.Remove(_path);
    }

    private static void Sign(FileStream file)
    {
        try
        {
            file.SetLength(0);
            file.Write(Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $"process {Environment.ProcessId} on {Environment.MachineName} since {DateTime.UtcNow:u}\n")));
            file.Flush();
        }
        catch (IOException)
        {
            // The lock holds without a word in it.
        }
    }

    /// <summary>Whether the system says that somebody else has the lock: EWOULDBLOCK, or ERROR_SHARING_VIOLATION.</summary>
    private static bool IsOfLock(IOException exception) => exception.HResult is 11 or 35 or unchecked((int)0x80070020);
}
