namespace BayesGen.Compression;

/// <summary>Reads what a <see cref="RangeEncoder"/> wrote; behind its end it reads zeros.</summary>
internal sealed class RangeDecoder : BitCoder
{
    private const uint Least = 1 << 24;

    private readonly byte[] _bytes;
    private int _next;
    private uint _code;
    private uint _range = uint.MaxValue;

    /// <param name="bytes">What was written.</param>
    public RangeDecoder(byte[] bytes)
    {
        _bytes = bytes;
        for (var i = 0; i < 4; i++)
            Shift();
    }

    public override bool Code(BitModel model, bool bit)
    {
        var read = Take(model.SplitOf(_range));
        model.Learn(read);
        return read;
    }

    public override bool CodeEven(bool bit) => Take(_range >> 1);

    private bool Take(uint split)
    {
        var bit = _code >= split;
        if (bit)
        {
            _code -= split;
            _range -= split;
        }
        else
            _range = split;
        for (; _range < Least; _range <<= 8)
            Shift();
        return bit;
    }

    private void Shift() => _code = (_code << 8) | (_next < _bytes.Length ? _bytes[_next++] : (byte)0);
}
