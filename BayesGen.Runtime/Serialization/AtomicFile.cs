using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace BayesGen.Serialization;

/// <summary>
/// Writes a file that appears whole or not at all, also where the power fails: into a <see cref="PartialFile"/> beside it, flushed to the
/// disk, then renamed. What stood there before stays until the new one is whole. A link is followed and stays a link, and a file that is
/// replaced hands its mode and its owner on.
/// </summary>
internal static partial class AtomicFile
{
    /// <summary>How often a file is written whose part somebody takes away.</summary>
    private const int Tries = 3;

    /// <summary>What the bytes go through on their way to the file; tests break or hold a write here.</summary>
    internal static Func<Stream, Stream>? Through { get; set; }

    /// <summary>Writes a file; one that exists is replaced.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the content; called again where the part was taken away meanwhile.</param>
    /// <exception cref="IOException">
    /// The file cannot be written, or is not a file but a pipe, a device or a folder; nothing is left of it.
    /// </exception>
    public static void Write(string path, Action<Stream> write)
    {
        var target = TargetOf(path);
        var before = FileEntry.At(target);
        if (before.Kind is FileKind.Folder or FileKind.Other)
            throw new IOException(
                $"'{path}' is {(before.Kind == FileKind.Folder ? "a folder" : "a pipe, a socket or a device")}, "
                + $"and a state is written to a file.");
        var folder = Path.GetDirectoryName(target)!;
        PartialFile.Sweep(folder, Path.GetFileName(target));
        for (var tries = 1; !TryWrite(path, target, before, write); tries++)
            if (tries == Tries)
                throw new IOException($"'{path}' cannot be written: its part, '*{PartialFile.Ending}' beside it, is deleted each time.");
        SyncFolder(folder);
    }

    /// <summary>Opens a file for reading; a pipe, which would be waited for, is refused.</summary>
    /// <exception cref="StateFileException">It is a pipe, a socket or a device.</exception>
    public static FileStream OpenRead(string path) => FileEntry.At(path).Kind == FileKind.Other
        ? throw new StateFileException(path, "it is a pipe, a socket or a device, and no file.")
        : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);

    private static bool TryWrite(string path, string target, FileEntry before, Action<Stream> write)
    {
        try
        {
            using var partial = PartialFile.Create(target, isPrivate: before.Kind == FileKind.Regular);
            var stream = Through?.Invoke(partial.File) ?? partial.File;
            write(stream);
            stream.Flush();
            partial.File.Flush(flushToDisk: true);
            before.GiveTo(partial.File.SafeFileHandle);
            return partial.Publish(target);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            // What .NET makes of a file that is longer than the disk or a limit allows (EFBIG).
            throw new IOException($"'{path}' is larger than a file may be there: {exception.Message}", exception);
        }
        catch (Exception exception) when (NameOfPart().IsMatch(exception.Message))
        {
            // The name of the part says nothing to whoever named the file.
            var message = NameOfPart().Replace(exception.Message, "");
            throw exception switch
            {
                UnauthorizedAccessException => new UnauthorizedAccessException(message, exception),
                DirectoryNotFoundException => new DirectoryNotFoundException(message, exception),
                _ => new IOException(message, exception) { HResult = exception.HResult },
            };
        }
    }

    [GeneratedRegex(@"\.[0-9a-f]{16}\.partial")]
    private static partial Regex NameOfPart();

    /// <summary>The full path of what a path stands for: a link stays where it is, and what it names is written.</summary>
    private static string TargetOf(string path)
    {
        var full = Path.GetFullPath(path);
        if (new FileInfo(full).LinkTarget is null)
            return full;
        var target = File.ResolveLinkTarget(full, returnFinalTarget: true)!.FullName;

        // .NET takes "folder/.." away even where the folder is itself a link.
        return FileEntry.At(full).Identity == FileEntry.At(target).Identity
            ? target
            : throw new IOException($"'{path}' is a link that cannot be followed. Name the file that it stands for.");
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
