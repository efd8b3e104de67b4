using System.Buffers.Binary;
using System.IO.Compression;

namespace BayesGen.Datasets;

/// <summary>
/// What a gzip file of one part holds. Its last eight bytes, a checksum and a length, are checked at the end, which .NET's own stream
/// leaves out where they are cut off or something follows them.
/// </summary>
internal sealed class GzipContent(ForwardStream packed) : Stream
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(Remainder)];

    private readonly GZipStream _stream = new(packed, CompressionMode.Decompress, leaveOpen: true);
    private uint _checksum = uint.MaxValue;
    private uint _length;
    private bool _isChecked;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <exception cref="InvalidDataException">The file is damaged, cut, or something follows its content.</exception>
    public override int Read(Span<byte> buffer)
    {
        var count = _stream.Read(buffer);
        foreach (var value in buffer[..count])
            _checksum = Table[(byte)(_checksum ^ value)] ^ (_checksum >> 8);
        _length += (uint)count;
        if (count == 0 && buffer.Length > 0 && !_isChecked)
            CheckTrailer();
        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _stream.Dispose();
        base.Dispose(disposing);
    }

    private void CheckTrailer()
    {
        _isChecked = true;
        var hasMore = packed.Peek(1).Length > 0;
        ReadOnlySpan<byte> trailer = packed.Last ?? throw new InvalidDataException("it is cut off.");
        if (hasMore || BinaryPrimitives.ReadUInt32LittleEndian(trailer) != ~_checksum
            || BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]) != _length)
            throw new InvalidDataException(
                "its last bytes are not the checksum and the length of its content: it is cut off, or something follows.");
    }

    /// <summary>CRC-32 of RFC 1952 for one byte.</summary>
    private static uint Remainder(int value)
    {
        var rest = (uint)value;
        for (var bit = 0; bit < 8; bit++)
            rest = (rest >> 1) ^ ((rest & 1) * 0xEDB88320);
        return rest;
    }
}
