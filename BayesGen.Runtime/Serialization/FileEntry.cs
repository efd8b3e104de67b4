using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BayesGen.Serialization;

/// <summary>What lies at a path, for those who would hang on a pipe or replace a device.</summary>
internal enum FileKind
{
    /// <summary>Nothing.</summary>
    Missing,

    /// <summary>A file.</summary>
    Regular,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A pipe, a socket or a device.</summary>
    Other,
}

/// <summary>An entry of a folder.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Mode">Who may read and write it; <see cref="UnixFileMode.None"/> where the system has no such thing.</param>
/// <param name="Owner">The user and the group that own it, or null where that is not known.</param>
/// <param name="Identity">Two entries of one identity are one file; null where that is not known.</param>
internal readonly record struct FileEntry(
    FileKind Kind, UnixFileMode Mode, (uint User, uint Group)? Owner, (ulong Device, ulong Number)? Identity)
{
    private const int Here = -100;
    private const int NotThroughLinks = 0x100;
    private const int OfDescriptor = 0x1000;
    private const uint Basics = 0x7ff;

    /// <summary>What lies at a path; links are followed.</summary>
    public static FileEntry At(string path) => Ask(Here, path, 0) ?? ByRunTime(path);

    /// <summary>What lies at a path itself; a link is <see cref="FileKind.Other"/>.</summary>
    public static FileEntry AtItself(string path) =>
        Ask(Here, path, NotThroughLinks) ?? (File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: false) is not null
            ? new(FileKind.Other, default, null, null)
            : ByRunTime(path));

    /// <summary>What an open file is.</summary>
    public static FileEntry Of(SafeFileHandle file) =>
        Ask((int)file.DangerousGetHandle(), "", OfDescriptor) ?? new(FileKind.Regular, default, null, null);

    /// <summary>Gives a file this owner and this mode as far as the system lets us; a mode alone says little under another owner.</summary>
    public void GiveTo(SafeFileHandle file)
    {
        if (OperatingSystem.IsWindows() || Kind != FileKind.Regular)
            return;
        if (Owner is { } owner && Of(file).Owner != owner)
            _ = ChangeOwner((int)file.DangerousGetHandle(), owner.User, owner.Group);
        File.SetUnixFileMode(file, Mode);
    }

    private static unsafe FileEntry? Ask(int folder, string path, int flags)
    {
        if (!OperatingSystem.IsLinux())
            return null;

        // struct statx, whose layout is that of all processors.
        var about = stackalloc byte[256];
        try
        {
            if (Statx(folder, path, flags, Basics, about) != 0)
                return flags == OfDescriptor ? null : new(FileKind.Missing, default, null, null);
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }

        var mode = *(ushort*)(about + 28);
        return new(
            (mode & 0xF000) switch { 0x8000 => FileKind.Regular, 0x4000 => FileKind.Folder, _ => FileKind.Other },
            (UnixFileMode)(mode & 0xFFF),
            (*(uint*)(about + 20), *(uint*)(about + 24)),
            (((ulong)*(uint*)(about + 136) << 32) | *(uint*)(about + 140), *(ulong*)(about + 32)));
    }

    private static FileEntry ByRunTime(string path) => File.Exists(path)
        ? new(FileKind.Regular, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path), null, null)
        : new(Directory.Exists(path) ? FileKind.Folder : FileKind.Missing, default, null, null);

    [DllImport("libc", EntryPoint = "statx")]
    private static extern unsafe int Statx(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, byte* about);

    [DllImport("libc", EntryPoint = "fchown")]
    private static extern int ChangeOwner(int descriptor, uint user, uint group);
}
