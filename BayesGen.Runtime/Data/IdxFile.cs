using System.Buffers.Binary;
using System.IO.Compression;

namespace BayesGen.Data;

/// <summary>
/// An array of unsigned bytes in the IDX format, in which MNIST and its kin are published: two zero bytes, the type (8: unsigned byte),
/// the rank, one big-endian 32-bit length per dimension, then the values. Gzip is recognised by its content, whatever the file's name.
/// </summary>
public sealed class IdxFile
{
    private const byte UnsignedByte = 0x08;

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
    /// <param name="stream">A stream that can seek.</param>
    /// <param name="name">What error messages call it.</param>
    /// <exception cref="DataFormatException">It is not an IDX file of unsigned bytes, or it is damaged.</exception>
    public static IdxFile Read(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        byte[] content;
        try
        {
            using Stream plain = OpenPlain(stream);
            using var buffer = new MemoryStream();
            plain.CopyTo(buffer);
            content = buffer.ToArray();
        }
        catch (InvalidDataException broken)
        {
            throw new DataFormatException($"'{name}' is a broken gzip file: {broken.Message} Fetch or copy it again.", broken);
        }
        return new IdxFile(name, ReadShape(content, name), content);
    }

    /// <summary>What the stream holds once unpacked; a plain stream as it is. Closing the result leaves
    /// <paramref name="stream"/> open.</summary>
    internal static Stream OpenPlain(Stream stream)
    {
        long start = stream.Position;
        bool packed = stream.ReadByte() == 0x1F && stream.ReadByte() == 0x8B;
        stream.Position = start;
        return packed
            ? new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true)
            : new UnownedStream(stream);
    }

    private static int[] ReadShape(byte[] content, string name)
    {
        if (content.Length < 4)
            throw new DataFormatException($"'{name}' is truncated: an IDX file starts with a magic number of 4 bytes, "
                + $"it has {content.Length} bytes.");
        uint magic = BinaryPrimitives.ReadUInt32BigEndian(content);
        int rank = content[3];
        if (magic >> 8 != UnsignedByte || rank == 0)
            throw new DataFormatException($"'{name}' is not an IDX file of unsigned bytes: expected the magic number 0x000008 followed "
                + $"by the rank (e.g. 0x00000803 for images, 0x00000801 for labels), found 0x{magic:X8}.");
        int header = HeaderLength(rank);
        if (content.Length < header)
            throw new DataFormatException($"'{name}' is truncated: its header of rank {rank} takes {header} bytes, "
                + $"it has {content.Length}.");
        var shape = new int[rank];
        UInt128 expected = 1;
        for (int i = 0; i < rank; i++)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(4 + 4 * i));
            if (length > int.MaxValue)
                throw new DataFormatException($"'{name}' is damaged: its dimension {i} claims a length of {length:N0}.");
            shape[i] = (int)length;
            // Up to 255 dimensions could overflow any integer; beyond this bound no file can hold the values anyway.
            expected = UInt128.Min(expected * length, ulong.MaxValue);
        }
        UInt128 found = (UInt128)(content.Length - header);
        if (found != expected)
            throw new DataFormatException(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"'{name}' {(found < expected ? "is truncated" : "has trailing bytes")}: its header announces "
                + $"{string.Join(" x ", shape)} = {expected} bytes of values, found {found}."));
        return shape;
    }

    private static int HeaderLength(int rank) => 4 + 4 * rank;

    /// <summary>Reads through to a stream without owning it.</summary>
    private sealed class UnownedStream(Stream inner) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);
        public override int Read(Span<byte> buffer) => inner.Read(buffer);
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
