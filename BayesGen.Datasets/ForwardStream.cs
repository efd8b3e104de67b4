namespace BayesGen.Datasets;

/// <summary>
/// Reads through to a stream that it does not own and that need not seek, such as a pipe: gives a look at the next bytes, and remembers the last
/// ones that were read.
/// </summary>
internal sealed class ForwardStream(Stream inner) : Stream
{
    /// <summary>How many bytes <see cref="Last"/> holds.</summary>
    public const int LastLength = 8;

    private readonly byte[] _last = new byte[LastLength];
    private byte[] _ahead = [];
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>The last bytes read so far, or null where there were fewer than <see cref="LastLength"/>.</summary>
    public byte[]? Last => _read < LastLength ? null : [.. _last];

    /// <summary>The next bytes, fewer at the end of the stream; they are read all the same afterward.</summary>
    public ReadOnlySpan<byte> Peek(int count)
    {
        if (_ahead.Length < count)
        {
            var ahead = new byte[count];
            _ahead.CopyTo(ahead, 0);
            int found = inner.ReadAtLeast(ahead.AsSpan(_ahead.Length), count - _ahead.Length, throwOnEndOfStream: false);
            _ahead = ahead[..(_ahead.Length + found)];
        }

        return _ahead.AsSpan(0, Math.Min(count, _ahead.Length));
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int count;
        if (_ahead.Length > 0)
        {
            count = Math.Min(buffer.Length, _ahead.Length);
            _ahead.AsSpan(0, count).CopyTo(buffer);
            _ahead = _ahead[count..];
        }
        else
        {
            count = inner.Read(buffer);
        }

        Remember(buffer[..count]);
        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Remember(ReadOnlySpan<byte> bytes)
    {
        _read += bytes.Length;
        ReadOnlySpan<byte> tail = bytes.Length > LastLength ? bytes[^LastLength..] : bytes;
        _last.AsSpan(tail.Length).CopyTo(_last);
        tail.CopyTo(_last.AsSpan(LastLength - tail.Length));
    }
}
