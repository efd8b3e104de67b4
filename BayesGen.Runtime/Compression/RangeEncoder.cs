namespace BayesGen.Compression;

/// <summary>An arithmetic coder of bits (Martin, "Range encoding", 1979), with the carry handled as in LZMA.</summary>
internal sealed class RangeEncoder : BitCoder
{
    private const uint Least = 1 << 24;

    private readonly List<byte> _bytes = [];
    private ulong _low;
    private uint _range = uint.MaxValue;
    private byte _cache;
    private long _waiting = 1;

    public override bool Code(BitModel model, bool bit)
    {
        Take(model.SplitOf(_range), bit);
        model.Learn(bit);
        return bit;
    }

    public override bool CodeEven(bool bit)
    {
        Take(_range >> 1, bit);
        return bit;
    }

    /// <summary>
    /// Ends: of the numbers that stand for what was written the one with the most zeros at its end, and those are left out, since a reader
    /// reads zeros behind the end.
    /// </summary>
    public byte[] Finish()
    {
        for (var zeros = 32; zeros >= 0; zeros--)
        {
            var rest = (1UL << zeros) - 1;
            var round = (_low + rest) & ~rest;
            if (round >= _low + _range)
                continue;
            _low = round;
            break;
        }

        for (var i = 0; i < 5; i++)
            ShiftLow();
        var end = _bytes.Count;
        while (end > 1 && _bytes[end - 1] == 0)
            end--;
        // The first byte is what a carry could have reached, and none can.
        return [.. _bytes[1..end]];
    }

    private void Take(uint split, bool bit)
    {
        if (bit)
        {
            _low += split;
            _range -= split;
        }
        else
            _range = split;
        for (; _range < Least; _range <<= 8)
            ShiftLow();
    }

    private void ShiftLow()
    {
        if ((uint)_low < 0xFF000000 || _low > uint.MaxValue)
        {
            var carry = (byte)(_low >> 32);
            for (; _waiting > 0; _waiting--)
            {
                _bytes.Add((byte)(_cache + carry));
                _cache = 0xFF;
            }

            _cache = (byte)(_low >> 24);
        }

        _waiting++;
        _low = (_low & 0x00FFFFFF) << 8;
    }
}
