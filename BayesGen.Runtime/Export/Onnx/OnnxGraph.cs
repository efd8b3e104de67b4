using System.Buffers.Binary;

namespace BayesGen.Export;

/// <summary>Builds a graph of ONNX: nodes, initializers, inputs and outputs under names.</summary>
internal sealed class OnnxGraph
{
    private const int FloatType = 1, LongType = 7;
    private readonly List<ProtoMessage> _nodes = [];
    private readonly List<ProtoMessage> _initializers = [];
    private readonly OnnxGraph? _outer;

    /// <summary>Names that something has: a field of a network may be called as an output of the file is.</summary>
    private readonly HashSet<string> _taken =
        ["input", "output", "probabilities", "entropy", "mutual_information", "mean", "variance"];

    private int _names;

    /// <param name="outer">The graph around a body, whose names are not used twice; null for the whole.</param>
    public OnnxGraph(OnnxGraph? outer = null) => _outer = outer;

    /// <summary>A name that nothing has.</summary>
    public string Name(string begin) => _outer is null ? Claim($"{begin}_{_names++}") : _outer.Name(begin);

    /// <summary>A name for what has one of its own: that, or one like it where something else has it.</summary>
    public string Claim(string name) => _outer is not null ? _outer.Claim(name) : _taken.Add(name) ? name : Claim($"{name}_");

    /// <summary>Adds a node of one output.</summary>
    public string Node(string type, IReadOnlyList<string> inputs, params IReadOnlyList<ProtoMessage> attributes) =>
        Nodes(type, inputs, 1, attributes)[0];

    /// <summary>Adds a node of several outputs.</summary>
    public IReadOnlyList<string> Nodes(
        string type, IReadOnlyList<string> inputs, int outputs, params IReadOnlyList<ProtoMessage> attributes)
    {
        List<string> names = [.. Enumerable.Range(0, outputs).Select(_ => Name(type.ToLowerInvariant()))];
        Add(type, inputs, names, attributes);
        return names;
    }

    /// <summary>Adds a node whose outputs have names already.</summary>
    public void Add(string type, IReadOnlyList<string> inputs, IReadOnlyList<string> outputs, IReadOnlyList<ProtoMessage> attributes)
    {
        var node = new ProtoMessage();
        foreach (var input in inputs)
            node.Text(1, input);
        foreach (var output in outputs)
            node.Text(2, output);
        node.Text(3, Name("node")).Text(4, type).Messages(5, attributes);
        _nodes.Add(node);
    }

    /// <summary>Adds numbers.</summary>
    public string Floats(string name, IReadOnlyList<int> shape, IReadOnlyList<float[]> parts)
    {
        var length = checked(4 * parts.Sum(part => part.Length));
        _initializers.Add(Tensor(name, shape, FloatType, length, () =>
        {
            var (bytes, at) = (new byte[length], 0);
            foreach (var part in parts)
                foreach (var number in part)
                {
                    BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), number);
                    at += 4;
                }

            return bytes;
        }));
        return name;
    }

    /// <summary>A single number without dimensions.</summary>
    public string Float(double value) => Floats(Name("number"), [], [[(float)value]]);

    /// <summary>Numbers in a row.</summary>
    public string FloatRow(params float[] values) => Floats(Name("numbers"), [values.Length], [values]);

    /// <summary>Whole numbers in a row.</summary>
    public string Longs(params long[] values)
    {
        var name = Name("whole");
        _initializers.Add(Tensor(name, [values.Length], LongType, 8 * values.Length, () =>
        {
            var bytes = new byte[8 * values.Length];
            for (var i = 0; i < values.Length; i++)
                BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8 * i), values[i]);
            return bytes;
        }));
        return name;
    }

    public static ProtoMessage OnnxAttribute(string name, long value) => new ProtoMessage().Text(1, name).Number(3, value).Number(20, 2);

    public static ProtoMessage OnnxAttribute(string name, float value) => new ProtoMessage().Text(1, name).Float(2, value).Number(20, 1);

    public static ProtoMessage OnnxAttribute(string name, string value) =>
        new ProtoMessage().Text(1, name).Bytes(4, value.Length, () => System.Text.Encoding.ASCII.GetBytes(value)).Number(20, 3);

    public static ProtoMessage OnnxAttribute(string name, ProtoMessage graph) =>
        new ProtoMessage().Text(1, name).Message(6, graph).Number(20, 5);

    public static ProtoMessage OnnxAttribute(string name, IEnumerable<int> values)
    {
        var attribute = new ProtoMessage().Text(1, name);
        foreach (var value in values)
            attribute.Number(8, value);
        return attribute.Number(20, 7);
    }

    /// <summary>An input or output: each dimension a number or a name.</summary>
    public static ProtoMessage Value(string name, bool isFloat, IReadOnlyList<object> shape)
    {
        var dimensions = new ProtoMessage().Messages(1, shape.Select(size => size is string symbol
            ? new ProtoMessage().Text(2, symbol)
            : new ProtoMessage().Number(1, (int)size)));
        var tensor = new ProtoMessage().Number(1, isFloat ? FloatType : LongType).Message(2, dimensions);
        return new ProtoMessage().Text(1, name).Message(2, new ProtoMessage().Message(1, tensor));
    }

    /// <summary>The finished graph.</summary>
    public ProtoMessage Build(string name, IEnumerable<ProtoMessage> inputs, IEnumerable<ProtoMessage> outputs) => new ProtoMessage()
        .Messages(1, _nodes).Text(2, name).Messages(5, _initializers).Messages(11, inputs).Messages(12, outputs);

    private static ProtoMessage Tensor(string name, IReadOnlyList<int> shape, int type, int length, Func<byte[]> bytes)
    {
        var tensor = new ProtoMessage();
        foreach (var size in shape)
            tensor.Number(1, size);
        return tensor.Number(2, type).Text(8, name).Bytes(9, length, bytes);
    }
}
