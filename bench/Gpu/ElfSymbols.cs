using System.Buffers.Binary;
using System.Text;

namespace BayesGen.Benchmarks.Gpu;

/// <summary>A name of a library's table for the dynamic loader.</summary>
/// <param name="Name">As the compiler mangled it.</param>
/// <param name="IsDefined">Whether the library offers it; else it asks for it.</param>
/// <param name="IsWeak">Whether the loader passes over it where nobody offers it.</param>
internal sealed record ElfSymbol(string Name, bool IsDefined, bool IsWeak);

/// <summary>
/// Reads the section <c>.dynsym</c> of 64-bit little-endian ELF libraries (System V ABI, chapter 4). Nothing else is read.
/// </summary>
internal static class ElfSymbols
{
    private const int HeaderSize = 64;
    private const int SectionSize = 64;
    private const int SymbolSize = 24;
    private const uint DynamicSymbols = 11;
    private const int Local = 0;
    private const int Weak = 2;

    /// <summary>Whether a file begins as an ELF file does.</summary>
    public static bool IsElf(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[4];
        return file.ReadAtLeast(magic, 4, throwOnEndOfStream: false) == 4 && magic.SequenceEqual("\u007fELF"u8);
    }

    /// <summary>Every name that other libraries can see or have to offer.</summary>
    /// <exception cref="InvalidDataException">The file is no such library, or its section headers were stripped.</exception>
    public static IEnumerable<ElfSymbol> Read(string path)
    {
        using var file = File.OpenRead(path);
        var header = Part(file, path, 0, HeaderSize);
        if (!header.AsSpan(0, 6).SequenceEqual("\u007fELF\u0002\u0001"u8))
            throw new InvalidDataException($"'{path}' is not a 64-bit little-endian ELF file.");
        var (start, count) = (Long(header, 40), Short(header, 60));
        if (start == 0 || Short(header, 58) != SectionSize)
            throw new InvalidDataException($"'{path}' has no section headers: its symbols cannot be found.");
        var sections = Part(file, path, start, count * SectionSize);
        var table = Enumerable.Range(0, count).Select(index => index * SectionSize)
            .Where(at => Int(sections, at + 4) == DynamicSymbols)
            .Select(at => (int?)at).FirstOrDefault()
            ?? throw new InvalidDataException($"'{path}' has no symbols for the dynamic loader.");
        var symbols = Section(table);
        var names = Section((int)Int(sections, table + 40) * SectionSize);
        for (var at = SymbolSize; at + SymbolSize <= symbols.Length; at += SymbolSize)
        {
            var binding = symbols[at + 4] >> 4;
            if (binding == Local)
                continue;
            yield return new ElfSymbol(Name(names, (int)Int(symbols, at)), Short(symbols, at + 6) != 0, binding == Weak);
        }

        byte[] Section(int at) => Part(file, path, Long(sections, at + 24), checked((int)Long(sections, at + 32)));
    }

    private static string Name(byte[] names, int at) => Encoding.ASCII.GetString(names, at, Array.IndexOf(names, (byte)0, at) - at);

    private static byte[] Part(FileStream file, string path, long start, int length)
    {
        if (start < 0 || length < 0 || start + length > file.Length)
            throw new InvalidDataException($"'{path}' is truncated or damaged: a part of it lies beyond its {file.Length} bytes.");
        var part = new byte[length];
        file.Position = start;
        file.ReadExactly(part);
        return part;
    }

    private static ushort Short(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    private static uint Int(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    private static long Long(byte[] bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));
}
