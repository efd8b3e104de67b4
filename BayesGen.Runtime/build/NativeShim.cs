// Compiled twice: by MSBuild's RoslynCodeTaskFactory (against netstandard2.0, so no Span and no File.Move with overwrite)
// for BayesGen.targets, and into BayesGen.Tests without the task class.
#nullable enable

using System;
using System.IO;
using System.Linq;
using System.Text;

namespace BayesGen.Build;

/// <summary>What <see cref="NativeShim.Relax"/> found and did.</summary>
public enum ShimOutcome
{
    /// <summary>The library does not ask for the version, or asks for it weakly already; nothing was written.</summary>
    NothingNeeded,

    /// <summary>The relaxed library was written to the destination.</summary>
    Relaxed,

    /// <summary>The destination already held the relaxed library; nothing was written.</summary>
    UpToDate,
}

/// <summary>
/// Makes TorchSharp's Linux library load where libstdc++ is older than GCC 13 (Debian 12, Ubuntu 22.04).
/// GCC 13 leaves a marker symbol, <c>std::ios_base_library_init@GLIBCXX_3.4.32</c>, that no relocation uses;
/// once the need for that version is marked weak, the dynamic loader only notes its absence.
/// </summary>
public static class NativeShim
{
    /// <summary>The library whose version is asked for.</summary>
    public const string NeededLibrary = "libstdc++.so.6";

    /// <summary>The version that older systems lack.</summary>
    public const string NeededVersion = "GLIBCXX_3.4.32";

    /// <summary>
    /// Writes a copy of <paramref name="source"/> whose need for <see cref="NeededVersion"/> is weak to
    /// <paramref name="destination"/>, which may be the source itself.
    /// </summary>
    /// <remarks>
    /// No existing file is ever opened for writing: either path may be a hard link into the package cache.
    /// The copy is written beside the destination and renamed over it.
    /// </remarks>
    /// <exception cref="InvalidDataException">The source is not a complete 64-bit little-endian ELF library.</exception>
    public static ShimOutcome Relax(string source, string destination)
    {
        byte[] image = File.ReadAllBytes(source);
        long flags = new ElfImage(image, source).FindVersionNeedFlags(NeededLibrary, NeededVersion);
        bool inPlace = Path.GetFullPath(source) == Path.GetFullPath(destination);

        if (flags < 0 || (image[flags] & ElfImage.WeakFlag) != 0)
        {
            // A copy left over from another version of the package would otherwise be taken for the right one.
            if (!inPlace && File.Exists(destination))
                File.Delete(destination);
            return ShimOutcome.NothingNeeded;
        }

        image[flags] |= ElfImage.WeakFlag;
        if (!inPlace && HoldsExactly(destination, image))
            return ShimOutcome.UpToDate;

        WriteBesideAndRename(source, destination, image);
        return ShimOutcome.Relaxed;
    }

    private static bool HoldsExactly(string path, byte[] expected) =>
        File.Exists(path) && File.ReadAllBytes(path).SequenceEqual(expected);

    private static void WriteBesideAndRename(string source, string destination, byte[] image)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(destination))!;
        Directory.CreateDirectory(folder);
        string temporary = Path.Combine(folder, "." + Path.GetFileName(destination) + "." + Guid.NewGuid().ToString("N") + ".tmp");
        try
        {
            // The copy is there for the mode bits, which netstandard2.0 cannot set by itself.
            File.Copy(source, temporary);
            FileAttributes attributes = File.GetAttributes(temporary);
            if ((attributes & FileAttributes.ReadOnly) != 0)
                File.SetAttributes(temporary, attributes & ~FileAttributes.ReadOnly);
            File.WriteAllBytes(temporary, image);
            if ((attributes & FileAttributes.ReadOnly) != 0)
                File.SetAttributes(temporary, attributes);

            if (File.Exists(destination))
                File.Replace(temporary, destination, null);
            else
                File.Move(temporary, destination);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}

/// <summary>The parts of an ELF64 little-endian file that lead to its version needs. Every read is checked against the length.</summary>
internal sealed class ElfImage
{
    /// <summary><c>VER_FLG_WEAK</c> of <c>vna_flags</c>; it lies in the low byte.</summary>
    internal const byte WeakFlag = 0x2;

    private const uint LoadSegment = 1;
    private const uint DynamicSegment = 2;
    private const int SegmentSize = 56;
    private const long StringTableTag = 5;
    private const long StringSizeTag = 10;
    private const long VersionNeedTag = 0x6ffffffe;
    private const long VersionNeedCountTag = 0x6fffffff;

    private readonly byte[] _image;
    private readonly string _path;
    private readonly ulong _segments;
    private readonly ushort _segmentCount;

    internal ElfImage(byte[] image, string path)
    {
        _image = image;
        _path = path;

        if (image.Length < 4 || image[0] != 0x7f || image[1] != 'E' || image[2] != 'L' || image[3] != 'F')
            throw Broken("it is not an ELF file");
        if (Word(4, 1) != 2 || Word(5, 1) != 1)
            throw Broken("it is not a 64-bit little-endian ELF file");

        _segments = Word(32, 8);
        _segmentCount = (ushort)Word(56, 2);
        if (_segmentCount > 0 && Word(54, 2) != SegmentSize)
            throw Broken("its program headers have an unknown size");

        // A download cut short usually loses the tail, which the search below might never look at.
        CheckInside(_segments, (ulong)_segmentCount * SegmentSize);
        CheckInside(Word(40, 8), Word(58, 2) * Word(60, 2));
        for (int i = 0; i < _segmentCount; i++)
            CheckInside(Word(Segment(i) + 8, 8), Word(Segment(i) + 32, 8));
    }

    /// <summary>The offset of <c>vna_flags</c> of one version need, or -1 where the file has no such need.</summary>
    /// <remarks>The search goes through the dynamic table, as the loader does: section headers may be stripped.</remarks>
    internal long FindVersionNeedFlags(string library, string version)
    {
        ulong? strings = null, stringSize = null, needs = null;
        ulong needCount = 0;
        for (int i = 0; i < _segmentCount; i++)
        {
            if (Word(Segment(i), 4) != DynamicSegment)
                continue;
            ulong entry = Word(Segment(i) + 8, 8);
            ulong end = entry + Word(Segment(i) + 32, 8);
            for (; entry + 16 <= end && Word(entry, 8) != 0; entry += 16)
            {
                ulong value = Word(entry + 8, 8);
                switch ((long)Word(entry, 8))
                {
                    case StringTableTag: strings = value; break;
                    case StringSizeTag: stringSize = value; break;
                    case VersionNeedTag: needs = value; break;
                    case VersionNeedCountTag: needCount = value; break;
                }
            }
        }

        if (needs is null)
            return -1;
        if (strings is null || stringSize is null)
            throw Broken("its dynamic table names no string table");

        var names = new NameTable(this, FileOffset(strings.Value), stringSize.Value);
        return FindInNeeds(FileOffset(needs.Value), needCount, names, library, version);
    }

    private long FindInNeeds(ulong need, ulong count, NameTable names, string library, string version)
    {
        // Every step goes forward, so a corrupt chain runs off the end of the file and is reported.
        for (ulong i = 0; i < count; i++)
        {
            if (names.Holds(Word(need + 4, 4), library))
            {
                ulong entry = need + Word(need + 8, 4);
                ulong entryCount = Word(need + 2, 2);
                for (ulong j = 0; j < entryCount; j++)
                {
                    if (names.Holds(Word(entry + 8, 4), version))
                    {
                        CheckInside(entry, 16);
                        return (long)entry + 4;
                    }

                    ulong step = Word(entry + 12, 4);
                    if (step == 0)
                        break;
                    entry += step;
                }
            }

            ulong next = Word(need + 12, 4);
            if (next == 0)
                break;
            need += next;
        }

        return -1;
    }

    /// <summary>Tables are named by their address in memory; the load segment that holds it says where they lie in the file.</summary>
    private ulong FileOffset(ulong address)
    {
        for (int i = 0; i < _segmentCount; i++)
        {
            ulong start = Word(Segment(i) + 16, 8);
            if (Word(Segment(i), 4) == LoadSegment && address >= start && address - start < Word(Segment(i) + 32, 8))
                return Word(Segment(i) + 8, 8) + (address - start);
        }

        throw Broken("a table of it lies outside every load segment");
    }

    private ulong Segment(int index) => _segments + ((ulong)index * SegmentSize);

    private ulong Word(ulong offset, int size)
    {
        CheckInside(offset, (ulong)size);
        ulong value = 0;
        for (int i = size - 1; i >= 0; i--)
            value = (value << 8) | _image[offset + (ulong)i];
        return value;
    }

    private void CheckInside(ulong offset, ulong size)
    {
        ulong length = (ulong)_image.Length;
        if (size > length || offset > length - size)
            throw Broken("it is truncated or damaged: a part of it lies beyond its " + length + " bytes");
    }

    private InvalidDataException Broken(string reason) => new(
        "The native library '" + _path + "' cannot be prepared for this system: " + reason + ". " +
        "Delete the folder of its package from the NuGet package cache and restore again.");

    private sealed class NameTable(ElfImage image, ulong offset, ulong size)
    {
        internal bool Holds(ulong index, string name)
        {
            image.CheckInside(offset, size);
            byte[] expected = Encoding.ASCII.GetBytes(name + '\0');
            if (index > size)
                throw image.Broken("a name of it lies outside its string table");
            if ((ulong)expected.Length > size - index)
                return false;
            for (int i = 0; i < expected.Length; i++)
            {
                if (image._image[offset + index + (ulong)i] != expected[i])
                    return false;
            }

            return true;
        }
    }
}

#if !NATIVE_SHIM_WITHOUT_TASK
/// <summary>The MSBuild task over <see cref="NativeShim.Relax"/>.</summary>
public sealed class RelaxNativeShim : Microsoft.Build.Utilities.Task
{
    /// <summary>The library as the package brought it; it is only read.</summary>
    [Microsoft.Build.Framework.Required]
    public string Source { get; set; } = "";

    /// <summary>Where the relaxed copy goes, if one is needed.</summary>
    [Microsoft.Build.Framework.Required]
    public string Destination { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute()
    {
        try
        {
            ShimOutcome outcome = NativeShim.Relax(Source, Destination);
            Log.LogMessage("{0}: {1} ({2} of {3})", Source, outcome, NativeShim.NeededVersion, NativeShim.NeededLibrary);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            Log.LogError(null, "BGSHIM1", null, Source, 0, 0, 0, 0, "{0}", e.Message);
        }

        return !Log.HasLoggedErrors;
    }
}
#endif
