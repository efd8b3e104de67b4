using BayesGen.Kernels;
using BayesGen.Structure;
using TorchSharp.Modules;

namespace BayesGen.Compaction;

/// <summary>
/// Follows units through a graph: which belong together, which are constant whatever goes in, and who reads them. What it does not know
/// keeps its units.
/// </summary>
internal sealed class UnitAnalysis
{
    private readonly IReadOnlyDictionary<GraphValue, long[]> _shapes;
    private readonly Dictionary<GraphValue, ValueUnits> _values = [];
    private readonly UnitStructure _structure = new();
    private readonly HashSet<nint> _tied;

    private UnitAnalysis(NetworkGraph graph, IReadOnlyDictionary<GraphValue, long[]> shapes)
    {
        _shapes = shapes;
        _tied = TiedLayers.Of(graph);
    }

    private UnitClasses Classes => _structure.Classes;

    /// <summary>The units of a network by its graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="shapes">The shapes of all values.</param>
    /// <param name="share">Whether one constant channel may stand for others.</param>
    /// <param name="kept">Layers whose units stay, and why.</param>
    public static UnitStructure Of(
        NetworkGraph graph, IReadOnlyDictionary<GraphValue, long[]> shapes, bool share, IReadOnlyDictionary<nn.Module, string> kept)
    {
        var analysis = new UnitAnalysis(graph, shapes);
        foreach (var node in graph.Nodes)
            analysis.Track(node);
        foreach (var output in graph.Outputs)
            analysis.Pin(output);

        // What evaluation computes for nobody is computed for training.
        var read = graph.Outputs.Concat(graph.Nodes.SelectMany(node => node.Inputs)).Select(value => value.Node).ToHashSet();
        foreach (var value in analysis._values.Keys.Where(value => !read.Contains(value.Node)))
            analysis.Pin(value);
        foreach (var (module, why) in kept)
            analysis._structure.Keep(module, why);
        analysis._structure.Settle(share);
        return analysis._structure;
    }

    private void Track(GraphNode node)
    {
        if (node.Operation is LayerCall layer)
        {
            Track(node, layer);
            return;
        }

        var flow = new UnitFlow(Classes, _shapes, value => _values.GetValueOrDefault(value));
        if (node.Operation is GraphInput or GraphNumber or GraphConstant)
            return;
        if (flow.Track(node) is { } results)
        {
            for (var i = 0; i < results.Count; i++)
                if (results[i] is { } units)
                    _values[new(node.Id, i)] = units;
            return;
        }

        if (node.Inputs.Any(_values.ContainsKey))
            _structure.Kept.Add((node.Source, "it does not keep units apart, or names their number"));
        foreach (var input in node.Inputs)
            Pin(input);
    }

    private void Track(GraphNode node, LayerCall call)
    {
        var module = call.Module;
        var value = new GraphValue(node.Id);
        var inputs = node.Inputs.Count == 1 ? _values.GetValueOrDefault(node.Inputs[0]) : null;
        switch (module)
        {
            case Linear or Convolution:
                var axis = module is Linear ? _shapes[value].Length - 1 : _shapes[value].Length - 1 - Spatial((Convolution)module);
                if (inputs is not null && (inputs.Axis != axis || inputs.Units.Length != _shapes[node.Inputs[0]][axis]
                    || module is Convolution { groups: > 1 } and (ConvTranspose1d or ConvTranspose2d or ConvTranspose3d)))
                {
                    Pin(node.Inputs[0]);
                    inputs = null;
                }

                Reads(node, call, value, axis, inputs);
                break;
            case Embedding:
                var width = (int)_shapes[value][^1];
                var words = Classes.Add(width);
                PinIfTied(module, words);
                _structure.AddPassed(module, call.Key, null, words);
                _values[value] = new(_shapes[value].Length - 1, words, LayerNumbers.WordConstants(module));
                break;
            case LSTM or GRU when RecurrentUnits.Are(module) && node.Inputs.Count == 1 && _shapes[node.Inputs[0]].Length == 3:
                Recur(node, call, inputs);
                break;
            case NormBase or PReLU when inputs is { Axis: 1 } && LayerTensors.Of(module).Count > 0:
                if (module is not PReLU || LayerNumbers.WeightOf(module).numel() > 1)
                    _structure.AddPassed(module, call.Key, inputs, inputs.Units);
                _values[value] = inputs with { Constants = LayerNumbers.AfterChannels(module, inputs.Constants) };
                break;
            default:
                if (node.Inputs.Any(_values.ContainsKey))
                    _structure.Kept.Add((node.Source, $"{module.GetType().Name} mixes units, or its sizes are not changed"));
                foreach (var input in node.Inputs)
                    Pin(input);
                break;
        }
    }

    private void Reads(GraphNode node, LayerCall call, GraphValue value, int axis, ValueUnits? inputs)
    {
        var outputs = Classes.Add(_shapes[value][axis]);
        PinIfTied(call.Module, outputs);
        PinIfTied(call.Module, inputs?.Units ?? []);
        _values[value] = new(axis, outputs, _structure.AddReader(call.Module, call.Key, inputs, outputs));
    }

    private void Recur(GraphNode node, LayerCall call, ValueUnits? inputs)
    {
        if (inputs is { Axis: not 2 })
        {
            Pin(node.Inputs[0]);
            inputs = null;
        }

        var hidden = Classes.Add(_shapes[new(node.Id)][^1]);
        if (call.Module.named_parameters(recurse: false).Any(entry => _tied.Contains(TensorMemory.AddressOf(entry.parameter))))
        {
            Classes.Pin(hidden);
            Classes.Pin(inputs?.Units ?? []);
        }

        _structure.AddRecurrent(call.Module, call.Key, inputs, hidden);
        for (var output = 0; output < call.Outputs; output++)
            _values[new(node.Id, output)] = new(2, hidden, RecurrentUnits.Constants(call.Module));
    }

    private void PinIfTied(nn.Module module, IEnumerable<int> units)
    {
        if (_tied.Contains(TensorMemory.AddressOf(LayerNumbers.WeightOf(module))))
            Classes.Pin(units);
    }

    private void Pin(GraphValue value)
    {
        if (_values.TryGetValue(value, out var units))
            Classes.Pin(units.Units);
    }

    private static int Spatial(Convolution convolution) => convolution.kernel_size.Length;
}
