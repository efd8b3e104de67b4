using System.Buffers.Binary;
using System.Globalization;

namespace BayesGen.Datasets;

/// <summary>
/// An array of unsigned bytes in the IDX format, in which MNIST and its kin are published: two zero bytes, the type (8: unsigned byte),
/// the rank, one big-endian 32-bit length per dimension, then the values. Gzip is recognized by its content, whatever the file's name.
/// </summary>
public sealed class IdxFile
{
    private const byte UnsignedByte = 0x08;
    private const int FirstPiece = 1 << 16;

    private readonly int[] _shape;
    private readonly byte[] _content;

    private IdxFile(string name, int[] shape, byte[] content)
    {
        Name = name;
        _shape = shape;
        _content = content;
    }

    /// <summary>The file's path, or the name given for a stream; the one in error messages.</summary>
    public string Name { get; }

    /// <summary>Lengths of the dimensions, e.g. [60000, 28, 28].</summary>
    public IReadOnlyList<int> Shape => _shape;

    /// <summary>The values, last dimension fastest.</summary>
    public ReadOnlyMemory<byte> Values => _content.AsMemory(HeaderLength(_shape.Length));

    /// <summary>Reads the file at <paramref name="path"/>, gzip or plain.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DataFormatException">It is not an IDX file of unsigned bytes, or it is damaged.</exception>
    public static IdxFile Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file '{path}'.", path);
        using FileStream stream = File.OpenRead(path);
        return Read(stream, path);
    }

    /// <summary>Reads from where <paramref name="stream"/> stands to its end, gzip or plain. The stream stays open.</summary>
    /// <param name="stream">The stream, a pipe for instance: it need not seek.</param>
    /// <param name="name">What error messages call it.</param>
    /// <exception cref="DataFormatException">It is not an IDX file of unsigned bytes, or it is damaged.</exception>
    public static IdxFile Read(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        try
        {
            using Stream plain = OpenPlain(stream);
            return ReadAll(plain, name);
        }
        catch (InvalidDataException broken)
        {
            throw new DataFormatException($"'{name}' is a broken gzip file: {broken.Message} Fetch or copy it again.", broken);
        }
    }

    /// <summary>What the stream holds once unpacked; a plain stream as it is. Closing the result leaves
    /// <paramref name="stream"/> open.</summary>
    internal static Stream OpenPlain(Stream stream)
    {
        var forward = new ForwardStream(stream);
        return forward.Peek(2) is [0x1F, 0x8B] ? new GzipContent(forward) : forward;
    }

    /// <summary>The header first: so memory is taken for what it announces, not for whatever a packed file unpacks to.</summary>
    private static IdxFile ReadAll(Stream plain, string name)
    {
        var start = new byte[4];
        int found = plain.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (found < start.Length)
            throw new DataFormatException(
                $"'{name}' is truncated: an IDX file starts with a magic number of 4 bytes, it has {found} bytes.");
        uint magic = BinaryPrimitives.ReadUInt32BigEndian(start);
        int rank = start[3];
        if (magic >> 8 != UnsignedByte || rank == 0)
            throw new DataFormatException($"'{name}' is not an IDX file of unsigned bytes: expected the magic number 0x000008 followed "
                + $"by the rank (e.g. 0x00000803 for images, 0x00000801 for labels), found 0x{magic:X8}.");
        var header = new byte[HeaderLength(rank)];
        start.CopyTo(header, 0);
        found += plain.ReadAtLeast(header.AsSpan(found), header.Length - found, throwOnEndOfStream: false);
        if (found < header.Length)
            throw new DataFormatException($"'{name}' is truncated: its header of rank {rank} takes {header.Length} bytes, it has {found}.");
        (int[] shape, UInt128 values) = ReadShape(header, name);
        if (values > (UInt128)(Array.MaxLength - header.Length))
            throw new DataFormatException(
                $"'{name}' is truncated or damaged: its header announces {Announced(shape, values)}, more than an array can hold.");
        return new IdxFile(name, shape, ReadValues(plain, name, header, shape, (int)values));
    }

    private static (int[] Shape, UInt128 Values) ReadShape(byte[] header, string name)
    {
        var shape = new int[header[3]];
        UInt128 values = 1;
        for (int i = 0; i < shape.Length; i++)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4 + 4 * i));
            if (length > int.MaxValue)
                throw new DataFormatException($"'{name}' is damaged: its dimension {i} claims a length of {length:N0}.");
            shape[i] = (int)length;
            // Up to 255 dimensions could overflow any integer; beyond this bound no file can hold the values anyway.
            values = UInt128.Min(values * length, ulong.MaxValue);
        }

        return (shape, values);
    }

    /// <summary>Reads the values behind the header into one array, which grows as they come, and then the end of the file.</summary>
    private static byte[] ReadValues(Stream plain, string name, byte[] header, int[] shape, int values)
    {
        int whole = header.Length + values, found = header.Length;
        byte[] content = header;
        while (found < whole)
        {
            if (found == content.Length)
                Array.Resize(ref content, (int)Math.Min(whole, Math.Max(FirstPiece, 2L * content.Length)));
            int read = plain.Read(content, found, content.Length - found);
            if (read == 0)
                throw new DataFormatException($"'{name}' is truncated: its header announces {Announced(shape, (UInt128)values)}, "
                    + $"found {(found - header.Length).ToString(CultureInfo.InvariantCulture)}.");
            found += read;
        }

        var rest = new byte[FirstPiece];
        int trailing = plain.ReadAtLeast(rest, rest.Length, throwOnEndOfStream: false);
        return trailing == 0
            ? content
            : throw new DataFormatException($"'{name}' has trailing bytes: its header announces {Announced(shape, (UInt128)values)}, found "
                + $"{(trailing == rest.Length ? "at least " : "")}{(values + (long)trailing).ToString(CultureInfo.InvariantCulture)}.");
    }

    private static string Announced(int[] shape, UInt128 values) => string.Create(
        CultureInfo.InvariantCulture, $"{string.Join(" x ", shape)} = {values} bytes of values");

    private static int HeaderLength(int rank) => 4 + 4 * rank;
}
