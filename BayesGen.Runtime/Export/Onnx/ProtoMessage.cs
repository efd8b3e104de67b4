using Google.Protobuf;

namespace BayesGen.Export;

/// <summary>
/// A message of Protocol Buffers that is written field by field. The field numbers of ONNX are those of its onnx.proto; a generated class
/// for each of its messages would be some ten thousand lines for the nine that are used.
/// </summary>
internal sealed class ProtoMessage
{
    private readonly List<Action<CodedOutputStream>> _fields = [];
    private long _size;

    /// <summary>The length of the message in bytes.</summary>
    public long Size => _size;

    public ProtoMessage Number(int field, long value)
    {
        Tag(field, WireFormat.WireType.Varint);
        _size += CodedOutputStream.ComputeInt64Size(value);
        _fields.Add(output => output.WriteInt64(value));
        return this;
    }

    public ProtoMessage Float(int field, float value)
    {
        Tag(field, WireFormat.WireType.Fixed32);
        _size += 4;
        _fields.Add(output => output.WriteFloat(value));
        return this;
    }

    public ProtoMessage Text(int field, string value)
    {
        Tag(field, WireFormat.WireType.LengthDelimited);
        _size += CodedOutputStream.ComputeStringSize(value);
        _fields.Add(output => output.WriteString(value));
        return this;
    }

    /// <summary>Bytes that are made when they are written, so that no second copy of the weights is held.</summary>
    public ProtoMessage Bytes(int field, int length, Func<byte[]> make)
    {
        Tag(field, WireFormat.WireType.LengthDelimited);
        _size += CodedOutputStream.ComputeLengthSize(length) + length;
        _fields.Add(output => output.WriteBytes(UnsafeByteOperations.UnsafeWrap(make())));
        return this;
    }

    public ProtoMessage Message(int field, ProtoMessage value)
    {
        Tag(field, WireFormat.WireType.LengthDelimited);
        var size = checked((int)value.Size);
        _size += CodedOutputStream.ComputeLengthSize(size) + size;
        _fields.Add(output =>
        {
            output.WriteLength(size);
            value.WriteTo(output);
        });
        return this;
    }

    public ProtoMessage Messages(int field, IEnumerable<ProtoMessage> values)
    {
        foreach (var value in values)
            Message(field, value);
        return this;
    }

    public void WriteTo(CodedOutputStream output)
    {
        foreach (var field in _fields)
            field(output);
    }

    private void Tag(int field, WireFormat.WireType type)
    {
        _size += CodedOutputStream.ComputeTagSize(field);
        _fields.Add(output => output.WriteTag(field, type));
    }
}
