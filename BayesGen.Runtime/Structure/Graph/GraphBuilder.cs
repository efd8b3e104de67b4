using System.Text.RegularExpressions;

namespace BayesGen.Structure;

/// <summary>
/// Builds a <see cref="NetworkGraph"/> node by node. The method that the generator writes for a network class fills one, in the words of
/// its forward.
/// </summary>
public sealed partial class GraphBuilder
{
    private readonly List<GraphNode> _nodes = [];
    private readonly Dictionary<nn.Module, string> _keys = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<nint, (string Key, Tensor Tensor)> _tensors = [];
    private readonly GraphAliases _aliases;
    private readonly string _network;

    /// <param name="network">The network, whose layers the graph refers to; null for a graph by hand.</param>
    /// <param name="name">The name of the class; null for that of the network.</param>
    public GraphBuilder(nn.Module? network = null, string? name = null)
    {
        _aliases = new GraphAliases(_nodes);
        _network = name ?? network?.GetType().Name ?? "network";
        if (network is null)
            return;
        _keys[network] = "";
        foreach (var (key, module) in network.named_modules())
            _keys.TryAdd(module, KeyOf(key));
        foreach (var (key, parameter) in network.named_parameters())
            _tensors.TryAdd(parameter.Handle, (KeyOf(key), parameter));
        foreach (var (key, buffer) in network.named_buffers())
            _tensors.TryAdd(buffer.Handle, (KeyOf(key), buffer));
    }

    /// <summary>Adds an input of the network.</summary>
    /// <param name="name">The name of the parameter of forward.</param>
    public GraphValue Input(string name) =>
        Add(new GraphInput(name, _nodes.Count(node => node.Operation is GraphInput)), name, []);

    /// <summary>Adds a node of one output.</summary>
    /// <param name="operation">What it computes.</param>
    /// <param name="source">The expression in the source.</param>
    /// <param name="inputs">What it reads.</param>
    public GraphValue Apply(GraphOperation operation, string source, params GraphValue[] inputs) =>
        Add(operation, source, inputs);

    /// <summary>Adds a node of several outputs.</summary>
    /// <param name="operation">What it computes.</param>
    /// <param name="source">The expression in the source.</param>
    /// <param name="inputs">What it reads.</param>
    public IReadOnlyList<GraphValue> ApplyMany(GraphOperation operation, string source, params GraphValue[] inputs)
    {
        ArgumentNullException.ThrowIfNull(operation);
        var first = Add(operation, source, inputs);
        return [.. Enumerable.Range(0, operation.Outputs).Select(output => first with { Output = output })];
    }

    /// <summary>
    /// Adds the call of a module of one output: a layer as it is, a module without weights as its operation, a Sequential layer by
    /// layer, a
    /// network by its own forward.
    /// </summary>
    /// <param name="module">The module.</param>
    /// <param name="source">The expression in the source.</param>
    /// <param name="inputs">What goes in.</param>
    /// <exception cref="NotSupportedException">It cannot be followed; the message says why.</exception>
    public GraphValue Call(nn.Module module, string source, params GraphValue[] inputs) =>
        CallMany(module, source, inputs)[0];

    /// <summary>Adds the call of a module of several outputs, such as an LSTM.</summary>
    /// <inheritdoc cref="Call"/>
    public IReadOnlyList<GraphValue> CallMany(nn.Module module, string source, params GraphValue[] inputs)
    {
        ArgumentNullException.ThrowIfNull(module);
        return ModuleCalls.Add(this, module, source, inputs);
    }

    /// <summary>Adds a layer as it is.</summary>
    /// <param name="module">The layer.</param>
    /// <param name="key">Its key; null for that in the network.</param>
    /// <param name="source">The expression in the source.</param>
    /// <param name="inputs">What goes in.</param>
    public IReadOnlyList<GraphValue> Layer(nn.Module module, string? key, string source, params GraphValue[] inputs) =>
        ApplyMany(new LayerCall(module, key ?? KeyOf(module)), source, inputs);

    /// <summary>Adds a range of a dimension, as C# writes it: <c>x[.., 2..^1]</c>.</summary>
    /// <param name="source">The expression in the source.</param>
    /// <param name="input">The value.</param>
    /// <param name="dimension">The dimension.</param>
    /// <param name="start">Where it begins; negative numbers count from the end.</param>
    /// <param name="end">Where it ends, at most where the value does; negative numbers count from there, and null is there.</param>
    public GraphValue Slice(string source, GraphValue input, int dimension, GraphSize start, GraphSize? end = null)
    {
        ArgumentNullException.ThrowIfNull(start);
        var size = new SizeOfValue(input, dimension);
        var first = FromStart(start);
        return Apply(
            new Narrowing(dimension, first, (end is null ? size : GraphSize.Min(FromStart(end), size)) - first), source, input);

        GraphSize FromStart(GraphSize place) => place is FixedSize { Value: < 0 } ? size + place : place;
    }

    /// <summary>Adds means with the noise beside them that the network learns, as <c>GaussianNoise.Join</c> does.</summary>
    /// <param name="source">The expression in the source.</param>
    /// <param name="mean">The means, [N, D].</param>
    /// <param name="logSigma">The logarithms of the standard deviations, [D].</param>
    public GraphValue JoinNoise(string source, GraphValue mean, GraphValue logSigma)
    {
        var twice = Apply(new Arithmetic(ArithmeticKind.Multiply), source, logSigma, Number(2));
        var beside = Apply(new Expansion([new SizeOfValue(mean, 0), new SizeOfValue(mean, 1)]), source, twice);
        return Apply(new Concatenation(1), source, mean, beside);
    }

    /// <summary>Adds a copy of a tensor, which a change in place of the first does not change.</summary>
    /// <param name="source">The expression in the source.</param>
    /// <param name="value">The value.</param>
    /// <param name="isCertain">Whether it is always one; <c>contiguous()</c> may give the tensor itself.</param>
    public GraphValue Copy(string source, GraphValue value, bool isCertain = true)
    {
        // A dropout of nothing hands its input on, in training too.
        var copy = Add(new GraphDropout(0), source, [value]);
        if (isCertain)
            _aliases.Separate(copy);
        return copy;
    }

    /// <summary>
    /// Says that a node changed its first input in place: whoever names that tensor reads the result from then on. Views of it are refused
    /// where they are read later.
    /// </summary>
    /// <param name="changed">What the node gives.</param>
    /// <exception cref="NotSupportedException">It changes a parameter or buffer of the network.</exception>
    public GraphValue Change(GraphValue changed)
    {
        _aliases.Change(changed);
        return changed;
    }

    /// <summary>Adds a tensor: a parameter or buffer of the network, or another one.</summary>
    /// <param name="value">The tensor.</param>
    /// <param name="source">The expression in the source.</param>
    public GraphValue Constant(Tensor value, string source)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Add(new GraphConstant(value, _tensors.TryGetValue(value.Handle, out var known) ? known.Key : null), source, []);
    }

    /// <summary>Adds a number.</summary>
    /// <param name="value">The number.</param>
    public GraphValue Number(double value) => Add(new GraphNumber(value), FormattableString.Invariant($"{value}"), []);

    /// <summary>The finished graph.</summary>
    /// <param name="outputs">What forward returns.</param>
    public NetworkGraph Build(params GraphValue[] outputs) => new(
        _network, [.. _nodes], [.. outputs.Select(output => _aliases.Now(output, "return"))]);

    /// <summary>What is thrown where an expression cannot be followed.</summary>
    /// <param name="source">The expression.</param>
    /// <param name="why">Why, as the rest of a sentence.</param>
    public static NotSupportedException CannotFollow(string source, string why) =>
        new($"The graph of the network cannot be read at '{source}': {why}.");

    /// <summary>The key of a module or tensor by the name that TorchSharp gives it, which is the field behind an auto-property.</summary>
    internal static string KeyOf(string name) => BackingField().Replace(name, "$1");

    /// <summary>The key of a module in the network.</summary>
    internal string KeyOf(nn.Module module) => _keys.TryGetValue(module, out var key) ? key : $"layer{_nodes.Count}";

    private GraphValue Add(GraphOperation operation, string source, GraphValue[] inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        foreach (var input in inputs)
            if (input.Node < 0 || input.Node >= _nodes.Count || input.Output >= _nodes[input.Node].Operation.Outputs)
                throw new ArgumentException($"'{source}' reads {input}, which no node before it gives.", nameof(inputs));
        _nodes.Add(new GraphNode(_nodes.Count, operation, [.. inputs.Select(input => _aliases.Now(input, source))], source));
        return new(_nodes.Count - 1);
    }

    [GeneratedRegex("<([^<>]+)>k__BackingField")]
    private static partial Regex BackingField();
}
