using System.Runtime.InteropServices;

namespace BayesGen;

/// <summary>
/// Writes a file that appears whole or not at all, also where the power fails: into a temporary file beside it, flushed to the disk, then
/// renamed. What stood there before stays until the new one is whole.
/// </summary>
internal static class WholeFile
{
    /// <summary>The ending of a file that is being written.</summary>
    public const string Partial = ".partial";

    /// <summary>What the bytes go through on their way to the file; tests break or hold a write here.</summary>
    internal static Func<Stream, Stream>? Through { get; set; }

    /// <summary>Writes a file; one that exists is replaced.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="IOException">The file cannot be written; nothing is left of it.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        var temporary = path + Partial;
        try
        {
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
            {
                var stream = Through?.Invoke(file) ?? file;
                write(stream);
                stream.Flush();
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            // What .NET makes of a file that is longer than the disk or a limit allows (EFBIG).
            Remove(temporary);
            throw new IOException($"'{path}' is larger than a file may be there: {exception.Message}", exception);
        }
        catch
        {
            Remove(temporary);
            throw;
        }

        SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Deletes a file if that is possible.</summary>
    /// <returns>Whether there is no such file any more.</returns>
    public static bool Remove(string path)
    {
        try
        {
            File.Delete(path);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Called where something else has failed already, or where a file too many does no harm.
            return exception is DirectoryNotFoundException;
        }
    }

    /// <summary>
    /// Makes the rename itself survive a power failure: on Linux and macOS the entry in the folder is flushed by itself. Where that fails
    /// the file is whole all the same.
    /// </summary>
    private static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        const int ReadOnly = 0;
        var descriptor = Open(folder, ReadOnly);
        if (descriptor < 0)
            return;
        _ = Sync(descriptor);
        _ = Close(descriptor);
    }

    [DllImport("libc", EntryPoint = "open")]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync")]
    private static extern int Sync(int descriptor);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int descriptor);
}
