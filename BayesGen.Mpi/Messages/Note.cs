using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace BayesGen.Mpi.Messages;

/// <summary>What a process brings to a meeting: everything that is small, in one message.</summary>
/// <param name="Meeting">What it came for.</param>
/// <param name="Number">Which of its meetings it is, from 0.</param>
internal sealed record Note(Meeting Meeting, long Number)
{
    private const int HeaderBytes = 40;
    private const int LargestText = 16_000;

    /// <summary>The bytes of the longest note.</summary>
    public const int Capacity = 1 << 17;

    /// <summary>The most numbers that fit.</summary>
    public const int LargestCount = (Capacity - HeaderBytes - LargestText) / sizeof(double);

    /// <summary>Whether it cannot go on.</summary>
    public bool HasFailed { get; init; }

    /// <summary>Whether this process was told to stop.</summary>
    public bool IsToldToStop { get; init; }

    /// <summary>A number of which all must have the same.</summary>
    public ulong Fingerprint { get; init; }

    /// <summary>Numbers, a fixed count for each kind of meeting.</summary>
    public double[] Numbers { get; init; } = [];

    /// <summary>Words.</summary>
    public string Text { get; init; } = "";

    /// <summary>Writes the note down.</summary>
    /// <returns>The number of bytes.</returns>
    public int Write(Span<byte> target)
    {
        var length = Encoding.UTF8.GetByteCount(Text);
        var text = length <= LargestText ? Text : Text[..(LargestText / 4)];
        BinaryPrimitives.WriteInt32LittleEndian(target, (int)Meeting);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], HasFailed ? 1 : 0);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], Number);
        BinaryPrimitives.WriteUInt64LittleEndian(target[16..], Fingerprint);
        BinaryPrimitives.WriteInt32LittleEndian(target[24..], Numbers.Length);
        MemoryMarshal.AsBytes(Numbers.AsSpan()).CopyTo(target[HeaderBytes..]);
        BinaryPrimitives.WriteInt32LittleEndian(target[32..], IsToldToStop ? 1 : 0);
        var end = HeaderBytes + Numbers.Length * sizeof(double);
        var bytes = Encoding.UTF8.GetBytes(text, target[end..]);
        BinaryPrimitives.WriteInt32LittleEndian(target[28..], bytes);
        return end + bytes;
    }

    /// <summary>Reads a note of another process.</summary>
    public static Note Read(ReadOnlySpan<byte> source)
    {
        var numbers = new double[BinaryPrimitives.ReadInt32LittleEndian(source[24..])];
        MemoryMarshal.Cast<byte, double>(source.Slice(HeaderBytes, numbers.Length * sizeof(double))).CopyTo(numbers);
        return new Note((Meeting)BinaryPrimitives.ReadInt32LittleEndian(source), BinaryPrimitives.ReadInt64LittleEndian(source[8..]))
        {
            HasFailed = BinaryPrimitives.ReadInt32LittleEndian(source[4..]) != 0,
            IsToldToStop = BinaryPrimitives.ReadInt32LittleEndian(source[32..]) != 0,
            Fingerprint = BinaryPrimitives.ReadUInt64LittleEndian(source[16..]),
            Numbers = numbers,
            Text = Encoding.UTF8.GetString(
                source.Slice(HeaderBytes + numbers.Length * sizeof(double), BinaryPrimitives.ReadInt32LittleEndian(source[28..]))),
        };
    }
}
