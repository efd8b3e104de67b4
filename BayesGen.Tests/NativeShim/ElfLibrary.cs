using System.Text;

namespace BayesGen.Tests.NativeShim;

/// <summary>One library that an <see cref="ElfLibrary"/> asks for, with the versions it asks of it.</summary>
internal sealed record LibraryNeed(string Library, params VersionNeed[] Versions);

/// <summary>One version of a library and the flags of the need for it.</summary>
internal sealed record VersionNeed(string Version, ushort Flags = 0);

/// <summary>Builds the smallest shared library that still has what the dynamic loader reads of version needs.</summary>
internal static class ElfLibrary
{
    private const int HeaderSize = 64;
    private const int SegmentSize = 56;
    private const int SectionSize = 64;

    // Unlike the file offsets on purpose: a reader that takes an address for an offset must fail.
    private const ulong BaseAddress = 0x10000;

    internal static readonly LibraryNeed[] TypicalNeeds =
    [
        new("libm.so.6", new VersionNeed("GLIBC_2.2.5")),
        new("libother.so", new VersionNeed("GLIBCXX_3.4.32"), new VersionNeed("OTHER_1", Flags: 0x1)),
        new("libstdc++.so.6", new VersionNeed("GLIBCXX_3.4.3"), new VersionNeed("GLIBCXX_3.4.32"), new VersionNeed("CXXABI_1.3")),
        new("libc.so.6", new VersionNeed("GLIBC_2.34")),
    ];

    /// <summary>The whole file; the section header table lies last, as linkers put it.</summary>
    internal static byte[] Build(LibraryNeed[] needs, bool withVersionTable = true)
    {
        var strings = new StringTable();
        byte[] versions = VersionNeeds(needs, strings);
        byte[] names = strings.ToArray();

        int namesOffset = HeaderSize + (2 * SegmentSize);
        int versionsOffset = Align(namesOffset + names.Length);
        int dynamicOffset = Align(versionsOffset + versions.Length);
        byte[] dynamic = Dynamic(withVersionTable, namesOffset, names.Length, versionsOffset, needs.Length);
        int sectionsOffset = Align(dynamicOffset + dynamic.Length);

        byte[] image = new byte[sectionsOffset + SectionSize];
        using var writer = new BinaryWriter(new MemoryStream(image));
        writer.Write([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0]);
        writer.Write(0UL);
        writer.Write((ushort)3);                // ET_DYN
        writer.Write((ushort)62);               // x86-64
        writer.Write(1);
        writer.Write(0UL);
        writer.Write((ulong)HeaderSize);
        writer.Write((ulong)sectionsOffset);
        writer.Write(0);
        foreach (int half in (int[])[HeaderSize, SegmentSize, 2, SectionSize, 1, 0])
            writer.Write((ushort)half);

        Segment(writer, type: 1, offset: 0, size: sectionsOffset);
        Segment(writer, type: 2, dynamicOffset, dynamic.Length);
        names.CopyTo(image, namesOffset);
        versions.CopyTo(image, versionsOffset);
        dynamic.CopyTo(image, dynamicOffset);
        return image;
    }

    /// <summary>The same library with its section headers stripped, which the loader never misses.</summary>
    internal static byte[] WithoutSections(byte[] image)
    {
        byte[] stripped = image[..^SectionSize];
        Array.Clear(stripped, 40, 8);
        Array.Clear(stripped, 60, 2);
        return stripped;
    }

    private static byte[] VersionNeeds(LibraryNeed[] needs, StringTable strings)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        foreach (LibraryNeed need in needs)
        {
            int size = 16 + (16 * need.Versions.Length);
            writer.Write((ushort)1);
            writer.Write((ushort)need.Versions.Length);
            writer.Write(strings.Add(need.Library));
            writer.Write(16);
            writer.Write(need == needs[^1] ? 0 : size);
            foreach (VersionNeed version in need.Versions)
            {
                writer.Write(0x12345678);       // the hash; nobody here checks it
                writer.Write(version.Flags);
                writer.Write((ushort)2);
                writer.Write(strings.Add(version.Version));
                writer.Write(version == need.Versions[^1] ? 0 : 16);
            }
        }

        return stream.ToArray();
    }

    private static byte[] Dynamic(bool withVersionTable, int names, int namesSize, int versions, int count)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        Entry(5, BaseAddress + (ulong)names);
        Entry(10, (ulong)namesSize);
        if (withVersionTable)
        {
            Entry(0x6ffffffe, BaseAddress + (ulong)versions);
            Entry(0x6fffffff, (ulong)count);
        }

        Entry(0, 0);
        return stream.ToArray();

        void Entry(ulong tag, ulong value)
        {
            writer.Write(tag);
            writer.Write(value);
        }
    }

    private static void Segment(BinaryWriter writer, uint type, int offset, int size)
    {
        writer.Write(type);
        writer.Write(4U);
        writer.Write((ulong)offset);
        writer.Write(BaseAddress + (ulong)offset);
        writer.Write(BaseAddress + (ulong)offset);
        writer.Write((ulong)size);
        writer.Write((ulong)size);
        writer.Write(8UL);
    }

    private static int Align(int offset) => (offset + 7) & ~7;

    private sealed class StringTable
    {
        private readonly StringBuilder _text = new("\0");

        internal int Add(string name)
        {
            int index = _text.Length;
            _text.Append(name).Append('\0');
            return index;
        }

        internal byte[] ToArray() => Encoding.ASCII.GetBytes(_text.ToString());
    }
}
